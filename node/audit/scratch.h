// SPDX-License-Identifier: Apache-2.0
// Where an audit keeps what memory should not: bytes appended and read back, in memory at first, then in a file without
// a name in the system's temporary directory (TMPDIR), which is gone when the process ends. One thread.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "crypto/bytes.h"

namespace quipu::audit {

class Scratch {
 public:
  Scratch() = default;
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Where the parts begin, one after the other. Throws std::runtime_error when the disk does not take them.
  std::uint64_t append(std::initializer_list<BytesView> parts);
  // Requires that all of it was appended, by one call. Throws std::runtime_error when the disk does not give it back.
  void read(std::uint64_t offset, char* to, std::size_t size) const;

 private:
  void flush();

  int file_ = -1;
  std::uint64_t written_ = 0;  // bytes in the file
  Bytes tail_;                 // what follows them
};

}  // namespace quipu::audit
