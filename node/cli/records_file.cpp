// SPDX-License-Identifier: Apache-2.0
#include "node/cli/records_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/submitting.h"
#include "node/ledger/json.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

constexpr int kTries = 60;
constexpr std::int64_t kPause_ms = 1'000;

std::string record_line(const OpenedRecord& record) {
  return json::serialize(json::object{{"commitment", crypto::to_hex(record.commitment.view())},
                                      {"subject", record.subject},
                                      {"kind", record.kind},
                                      {"record", crypto::to_base64(record.record)}}) +
         "\n";
}

// What the route takes.
std::expected<std::string, std::string> body_of(std::string_view line) {
  const auto parsed = ledger::parse_strict_json(line);
  if (!parsed) return std::unexpected(parsed.error());
  const std::string subject = text_at(*parsed, "subject");
  const std::string kind = text_at(*parsed, "kind");
  const std::string record = text_at(*parsed, "record");
  if (subject.empty() || kind.empty() || record.empty()) return std::unexpected("needs subject, kind and record");
  return json::serialize(json::object{{"subject", subject}, {"kind", kind}, {"record", record}});
}

std::expected<void, std::string> hand_in(NodeClient& node, std::string_view body, HandInCount& count) {
  PutAnswer answer;
  for (int tries = 0; tries < kTries; ++tries) {
    answer = node.put_record(body);
    if (!answer.passing) break;
    sleep_ms(kPause_ms);
  }
  if (answer.kept) return void(++count.kept), std::expected<void, std::string>{};
  if (answer.refusal.code == "COMMITMENT_UNKNOWN") return void(++count.unknown), std::expected<void, std::string>{};
  if (answer.refusal.code == "ERASED") return void(++count.erased), std::expected<void, std::string>{};
  return std::unexpected(answer.refusal.sentence());
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

std::expected<HandInCount, std::string> hand_in_records(NodeClient& node, const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  HandInCount count;
  std::size_t number = 0;
  for (std::size_t from = 0; from < text->size();) {
    const std::size_t end = std::min(text->find('\n', from), text->size());
    const std::string_view line = std::string_view(*text).substr(from, end - from);
    from = end + 1;
    ++number;
    if (line.empty()) continue;
    const auto body = body_of(line);
    if (!body) return std::unexpected(path + ": line " + std::to_string(number) + ": " + body.error());
    if (auto handed = hand_in(node, *body, count); !handed) {
      return std::unexpected("line " + std::to_string(number) + ": " + handed.error());
    }
  }
  return count;
}

std::size_t hand_in_opened(NodeClient& node, const std::string& path, Progress& progress) {
  if (!std::filesystem::exists(path)) return 0;
  const auto count = hand_in_records(node, path);
  if (count) return count->kept;
  progress.note("the personal data in " + path + " was not handed in to the node: " + count.error() +
                "; later: quipu record put " + path);
  return 0;
}

}  // namespace quipu::cli
