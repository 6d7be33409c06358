// SPDX-License-Identifier: Apache-2.0
// Who asked this node's API for what: a line each, chained by hashes, so that a line that was changed, left out or put
// in shows. It names callers by their tokens' ids and routes by their patterns: no token, no firm, no person. One
// thread.
//
//   2026-11-27T05:12:03.112Z t-1a2b3c4d GET v1/operators/{} 200 HASH
//
// HASH = SHA-256(the hash of the line before, 64 zeros for the first || the line up to its hash), in hex.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <fstream>
#include <string>

namespace quipu::runtime {

class AccessLog {
 public:
  // Goes on after the last whole line. A file beyond `most_bytes` is set aside as FILE.1, FILE.2, ... and a new one
  // begins with the last one's hash.
  static std::expected<AccessLog, std::string> open(std::filesystem::path file, std::uintmax_t most_bytes = 64U << 20);
  // False: the disk did not take it.
  bool append(std::uint64_t time_ms, std::string_view caller, std::string_view method, std::string_view route,
              int status);

 private:
  AccessLog(std::filesystem::path file, std::uintmax_t most_bytes) : file_(std::move(file)), most_bytes_(most_bytes) {}
  bool begin_another();

  std::filesystem::path file_;
  std::uintmax_t most_bytes_;
  std::ofstream out_;
  std::uintmax_t bytes_ = 0;
  std::string last_hash_;
};

// The number of lines when each follows from the one before; else which one does not.
std::expected<std::uint64_t, std::string> check_access_log(const std::filesystem::path& file);

}  // namespace quipu::runtime
