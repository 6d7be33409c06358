// SPDX-License-Identifier: Apache-2.0
#include "node/cli/records_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace quipu::cli {

namespace {

std::string record_line(const OpenedRecord& record) {
  return boost::json::serialize(boost::json::object{{"commitment", crypto::to_hex(record.commitment.view())},
                                                    {"kind", record.kind},
                                                    {"record", crypto::to_base64(record.record)}}) +
         "\n";
}

}  // namespace

std::expected<void, std::string> append_records(const std::string& path, const std::vector<OpenedRecord>& records) {
  if (records.empty()) return {};
  std::string lines;
  for (const auto& record : records) lines += record_line(record);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool written = file >= 0 && ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
                       ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (written) return {};
  return std::unexpected("cannot write " + path + ": make room or rights; then run the same command again");
}

}  // namespace quipu::cli
