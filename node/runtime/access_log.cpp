// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/access_log.h"

#include <fmt/format.h>

#include "crypto/digest.h"
#include "node/ledger/date.h"

namespace quipu::runtime {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashDigits = 64;
constexpr std::string_view kContinues = "# continues ";

std::string hash_of(const std::string& before, std::string_view line) {
  return crypto::to_hex(crypto::sha256({before, line}).view());
}

// A walk over the lines of a file, each of which must follow from the one before.
struct Walk {
  std::string last_hash = std::string(kHashDigits, '0');
  std::uint64_t lines = 0;
  std::uintmax_t whole_bytes = 0;

  bool take(const std::string& line) {
    if (line.size() <= kHashDigits) return false;
    const auto words = std::string_view(line).substr(0, line.size() - kHashDigits);
    const auto hash = line.substr(words.size());
    if (lines == 0 && words == kContinues) {
      last_hash = hash;
    } else if (hash_of(last_hash, words) == hash) {
      last_hash = hash;
      ++lines;
    } else {
      return false;
    }
    whole_bytes += line.size() + 1;
    return true;
  }
};

std::expected<Walk, std::string> walk(const fs::path& file) {
  Walk seen;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    if (in.eof()) break;  // cut short by a power cut
    if (!seen.take(line)) {
      return std::unexpected(
          fmt::format("{}: line {} does not follow from the one before", file.string(), seen.lines + 1));
    }
  }
  return seen;
}

fs::path free_name(const fs::path& file) {
  for (int number = 1;; ++number) {
    fs::path name = file;
    name += "." + std::to_string(number);
    if (!fs::exists(name)) return name;
  }
}

}  // namespace

std::expected<AccessLog, std::string> AccessLog::open(fs::path file, std::uintmax_t most_bytes) {
  const auto seen = walk(file);
  if (!seen) return std::unexpected(seen.error() + ": set the file aside and start again");
  std::error_code error;
  if (fs::exists(file, error)) fs::resize_file(file, seen->whole_bytes, error);
  AccessLog log(std::move(file), most_bytes);
  log.last_hash_ = seen->last_hash;
  log.bytes_ = seen->whole_bytes;
  log.out_.open(log.file_, std::ios::app | std::ios::binary);
  if (!log.out_ || error) return std::unexpected("cannot write " + log.file_.string());
  fs::permissions(log.file_, fs::perms::owner_read | fs::perms::owner_write, error);
  return log;
}

bool AccessLog::append(std::uint64_t time_ms, std::string_view caller, std::string_view method, std::string_view route,
                       int status) {
  if (bytes_ >= most_bytes_ && !begin_another()) return false;
  const auto line = fmt::format("{} {} {} {} {} ", ledger::format_instant(time_ms), caller, method,
                                route.empty() ? "/" : route, status);
  last_hash_ = hash_of(last_hash_, line);
  out_ << line << last_hash_ << '\n' << std::flush;
  bytes_ += line.size() + kHashDigits + 1;
  return out_.good();
}

bool AccessLog::begin_another() {
  std::error_code error;
  fs::rename(file_, free_name(file_), error);
  if (error) return false;  // the file that is there is never cut
  out_.close();
  out_.open(file_, std::ios::app | std::ios::binary);
  out_ << kContinues << last_hash_ << '\n' << std::flush;
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write, error);
  bytes_ = 0;
  return !error && out_.good();
}

std::expected<std::uint64_t, std::string> check_access_log(const fs::path& file) {
  if (!fs::exists(file)) return std::unexpected("there is no " + file.string());
  const auto seen = walk(file);
  if (!seen) return std::unexpected(seen.error());
  return seen->lines;
}

}  // namespace quipu::runtime
