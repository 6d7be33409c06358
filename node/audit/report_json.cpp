// SPDX-License-Identifier: Apache-2.0
// The report for machines. Its bytes are what the report's digest is of: members stand in this order, numbers are
// whole, and nothing follows but one line feed.
#include <boost/json.hpp>

#include "node/audit/report.h"
#include "node/ledger/date.h"

namespace quipu::audit {
namespace {

namespace json = boost::json;

json::value json_of(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::value json_of(const EpochFact& epoch) {
  return json::object{{"epoch", epoch.epoch},
                      {"anchor", epoch.anchor},
                      {"first_height", epoch.first_height},
                      {"last_height", epoch.last_height},
                      {"first_time", ledger::format_instant(epoch.first_time_ms)},
                      {"last_time", ledger::format_instant(epoch.last_time_ms)},
                      {"members", json_of(epoch.members)},
                      {"quorum", epoch.quorum}};
}

json::value json_of(const KeyFact& key) {
  json::object out{{"purpose", key.purpose},
                   {"id", key.id},
                   {"key", key.key},
                   {"valid_from_height", key.valid_from_height},
                   {"signed_submissions", key.signed_submissions}};
  if (key.revoked_height != 0) out["revoked_height"] = key.revoked_height;
  if (!key.compromised_since.empty()) out["compromised_since"] = key.compromised_since;
  return out;
}

json::value json_of(const MemberFact& member) {
  json::array keys;
  for (const auto& key : member.keys) keys.push_back(json_of(key));
  return json::object{{"name", member.name},
                      {"observer", member.observer},
                      {"joined_height", member.joined_height},
                      {"left_height", member.left_height},
                      {"keys", std::move(keys)},
                      {"submissions", member.submissions},
                      {"events", member.events},
                      {"late_events", member.late_events},
                      {"disputed_events", member.disputed_events},
                      {"blocks", member.blocks},
                      {"votes", member.votes},
                      {"led_views", member.led_views},
                      {"lost_views", member.lost_views},
                      {"cosignatures", member.cosignatures},
                      {"newest_cosigned_height", member.newest_cosigned_height},
                      {"misconduct", json_of(member.misconduct)}};
}

json::value json_of(const EventFact& event) {
  json::object out{{"author", event.author}, {"leaf", event.leaf}, {"event", event.event}};
  if (event.days > 0) out["days"] = event.days;
  return out;
}

json::value json_of(const ErasedFact& erased) {
  return json::object{{"issuer", erased.issuer},
                      {"subject", erased.subject},
                      {"decided_on", erased.decided_on},
                      {"leaf", erased.leaf},
                      {"event", erased.event}};
}

template <class Item>
json::value json_of(const Listing<Item>& listing) {
  json::array first;
  for (const Item& item : listing.first) first.push_back(json_of(item));
  return json::object{{"total", listing.total}, {"first", std::move(first)}};
}

json::value json_of(const ResumedFact& resumed) {
  return json::object{{"size", resumed.size},
                      {"height", resumed.height},
                      {"root", resumed.root},
                      {"state_root", resumed.state_root},
                      {"position", resumed.position}};
}

json::value json_of(const Facts& facts) {
  json::array epochs;
  for (const auto& epoch : facts.epochs) epochs.push_back(json_of(epoch));
  json::object members, events;
  for (const auto& [code, member] : facts.members) members[code] = json_of(member);
  for (const auto& [kind, count] : facts.events) events[kind] = count;
  json::object out{{"epochs", std::move(epochs)},
                   {"members", std::move(members)},
                   {"events", std::move(events)},
                   {"late", json_of(facts.late)},
                   {"disputed", json_of(facts.disputed)},
                   {"erased", json_of(facts.erased)},
                   {"nullified_views", facts.nullified_views},
                   {"records_given", facts.records_given},
                   {"side_records", facts.side_records}};
  if (facts.resumed.size > 0) out["resumed"] = json_of(facts.resumed);
  return out;
}

json::value json_of(const Finding& finding) {
  json::object out{{"severity", std::string(name_of(finding.severity))},
                   {"check", std::string(name_of(finding.check))},
                   {"what", finding.what}};
  if (!finding.file.empty()) out["file"] = finding.file;
  if (finding.height) out["height"] = *finding.height;
  if (finding.leaf) out["leaf"] = *finding.leaf;
  if (!finding.evidence.empty()) out["evidence"] = finding.evidence;
  return out;
}

json::value json_of(Check check, const Report& report) {
  json::object out{{"check", static_cast<int>(check)},
                   {"name", std::string(name_of(check))},
                   {"passed", report.count(check)},
                   {"what", std::string(counts_of(check))}};
  for (const auto severity : kSeverities) {
    if (const auto found = report.found(check, severity); found > 0) out[name_of(severity)] = found;
  }
  return out;
}

}  // namespace

std::string Report::json() const {
  json::object out{{"chain_id", chain_id}, {"chain", chain}, {"size", size}, {"height", height}, {"root", root}};
  json::array checks, list;
  for (const Check check : kChecks) checks.push_back(json_of(check, *this));
  for (const Finding& finding : findings_) list.push_back(json_of(finding));
  out["checks"] = std::move(checks);
  out["findings"] = std::move(list);
  out["findings_dropped"] = dropped();
  out["facts"] = json_of(facts);
  const std::string line = verdict_line();
  out["verdict"] = line.substr(0, line.find(' '));
  out["verdict_line"] = line;
  return json::serialize(out) + "\n";
}

}  // namespace quipu::audit
