// SPDX-License-Identifier: Apache-2.0
#include "node/cli/history_file.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "crypto/keyfile.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/recognition.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;
using Failure = std::unexpected<std::string>;

constexpr std::size_t kSaltBytes = 32;
// Envelope, chain id, sequence; and per event its framing and two commitments that take the place of private data.
constexpr std::size_t kEnvelopeBytes = 1'024;
constexpr std::size_t kEventOverhead = 80;

struct RawLine {
  std::string administration;
  HistoryLine line;
};

std::expected<std::string, std::string> string_of(const json::value& value, std::string_view name) {
  const auto* text = value.if_string();
  if (!text) return Failure(std::string(name) + ": expected a string");
  return std::string(text->data(), text->size());
}

using Read = std::expected<void, std::string>;

Read read_event(const json::value& value, HistoryLine& line) {
  auto event = std::make_shared<ledger::v1::Event>();
  if (auto read = ledger::message_from_json(value, *event, "event"); !read) return read;
  if (event->statement_case() == ledger::v1::Event::STATEMENT_NOT_SET) return Failure("event: says nothing");
  line.event = std::move(event);
  return {};
}

Read read_identity(const json::value& value, HistoryLine& line) {
  auto identity = std::make_shared<ledger::v1::IdentityRecord>();
  if (auto read = ledger::message_from_json(value, *identity, "identity"); !read) return read;
  if (!identity->salt().empty()) return Failure("identity.salt: is drawn by the import");
  line.identity = std::move(identity);
  return {};
}

Read read_private_tin(const json::value& value, HistoryLine& line) {
  const auto text = string_of(value, "private_tin");
  if (!text) return Failure(text.error());
  const auto tin = ledger::normalise_tin(*text);
  if (!tin) return Failure("private_tin: not a country and a number");
  line.private_tin = *tin;
  return {};
}

Read read_member(std::string_view name, const json::value& value, RawLine& raw) {
  if (name == "event") return read_event(value, raw.line);
  if (name == "identity") return read_identity(value, raw.line);
  if (name == "private_tin") return read_private_tin(value, raw.line);
  if (name == "approve") {
    if (!value.is_bool()) return Failure("approve: expected true or false");
    raw.line.approve = value.get_bool();
    return {};
  }
  if (name != "recorded_on" && name != "administration") return Failure("unknown key \"" + std::string(name) + "\"");
  const auto text = string_of(value, name);
  if (!text) return Failure(text.error());
  if (name == "administration")
    raw.administration = *text;
  else if (!ledger::Date::parse(*text))
    return Failure("recorded_on: expected a date, YYYY-MM-DD");
  return {};
}

Read check(const RawLine& raw, bool dated) {
  const HistoryLine& line = raw.line;
  if (!dated || raw.administration.size() != 2 || !line.event) {
    return Failure("recorded_on, administration (two letters) and event are needed");
  }
  const bool can_identify = line.event->has_operator_registered() || line.event->has_operator_amended();
  if (line.identity && !can_identify) return Failure("identity: belongs to operator_registered or operator_amended");
  if (!line.private_tin.empty() && !line.event->has_operator_registered()) {
    return Failure("private_tin: belongs to operator_registered");
  }
  if (line.approve && !under_dual_control(*line.event)) return Failure("approve: this kind of event needs no approval");
  if (line.event->ByteSizeLong() + kEventOverhead + kEnvelopeBytes > limits::kLeafBytes)
    return Failure("event: too large");
  return {};
}

std::expected<RawLine, std::string> read_line(std::string_view text) {
  const auto value = ledger::parse_strict_json(text);
  if (!value) return Failure(value.error());
  const auto* object = value->if_object();
  if (!object) return Failure("expected an object");
  RawLine raw;
  for (const auto& [name, member] : *object) {
    if (auto read = read_member({name.data(), name.size()}, member, raw); !read) return Failure(read.error());
  }
  if (auto checked = check(raw, object->contains("recorded_on")); !checked) return Failure(checked.error());
  return raw;
}

// SHA-256(tag 00 || record)
template <class Record>
Bytes commit(Record record, std::string_view tag, const std::string& subject, std::string kind,
             std::vector<OpenedRecord>& opened) {
  record.set_salt(crypto::random_bytes(kSaltBytes));
  // No maps and every field in order: what protobuf writes is canonical.
  Bytes bytes = record.SerializeAsString();
  const crypto::Digest commitment = crypto::sha256(crypto::ByteWriter().tag(tag).raw(bytes).view());
  opened.push_back({commitment, subject, std::move(kind), std::move(bytes)});
  return Bytes(commitment.view());
}

}  // namespace

History read_history(std::string_view file, const std::string& author) {
  History history;
  for (std::size_t number = 1; !file.empty(); ++number) {
    const std::size_t end = file.find('\n');
    std::string_view text = file.substr(0, end);
    file = end == std::string_view::npos ? std::string_view{} : file.substr(end + 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) continue;
    auto raw = read_line(text);
    if (!raw) {
      history.bad.push_back({number, raw.error()});
    } else if (raw->administration != author) {
      ++history.others;
    } else {
      raw->line.number = number;
      raw->line.text = crypto::sha256(text);
      history.lines.push_back(std::move(raw->line));
    }
  }
  return history;
}

crypto::Digest digest_of_lines(std::span<const HistoryLine> lines, std::size_t from, std::size_t end,
                               crypto::Digest before) {
  for (; from < end; ++from) {
    before = crypto::sha256(crypto::ByteWriter().raw(before.view()).raw(lines[from].text.view()).view());
  }
  return before;
}

std::size_t pack_end(std::span<const HistoryLine> lines, std::size_t from, std::size_t most_events,
                     const std::set<std::string>& waiting) {
  std::set<std::string> blocked = waiting;
  std::size_t bytes = kEnvelopeBytes;
  std::size_t end = from;
  while (end < lines.size() && end - from < most_events) {
    const HistoryLine& line = lines[end];
    bytes += line.event->ByteSizeLong() + kEventOverhead;
    const std::string certificate = certificate_of(*line.event);
    if (bytes > limits::kLeafBytes || (!certificate.empty() && blocked.contains(certificate))) break;
    if (line.approve) blocked.insert(certificate);
    ++end;
  }
  return end;
}

ledger::v1::Event seal_line(const HistoryLine& line, std::vector<OpenedRecord>& opened) {
  ledger::v1::Event event = *line.event;
  const std::string subject =
      event.has_operator_amended() ? event.operator_amended().subject() : event.operator_registered().subject();
  if (line.identity) {
    const Bytes commitment = commit(*line.identity, "quipu-record-v1", subject, "identity", opened);
    if (event.has_operator_amended())
      event.mutable_operator_amended()->set_identity_commitment(commitment);
    else
      event.mutable_operator_registered()->set_identity_commitment(commitment);
  }
  if (!line.private_tin.empty()) {
    ledger::v1::TinRecord record;
    record.set_tin(line.private_tin);
    event.mutable_operator_registered()->set_tin_commitment(commit(record, "quipu-tin-v1", subject, "tin", opened));
  }
  return event;
}

}  // namespace quipu::cli
