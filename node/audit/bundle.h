// SPDX-License-Identifier: Apache-2.0
// The files of one mirror as the audit sees them: names and contents, from wherever they come. Implementations may be
// read from one thread at a time.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::audit {

class Bundle {
 public:
  virtual ~Bundle() = default;
  // How a report calls it, e.g. the directory.
  virtual std::string name() const = 0;
  // Every file, relative with `/`, ascending. Constant while the bundle lives.
  virtual const std::vector<std::string>& paths() const = 0;
  // The error says why a listed file cannot be read; that is no finding about its content.
  virtual std::expected<Bytes, std::string> read(const std::string& path) const = 0;

  bool has(const std::string& path) const;
};

}  // namespace quipu::audit
