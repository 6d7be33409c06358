// SPDX-License-Identifier: Apache-2.0
#include "node/audit/status_list_command.h"

#include <algorithm>
#include <boost/json.hpp>

#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::audit {
namespace {

namespace json = boost::json;
namespace v1 = ledger::v1;

struct Row {
  std::string certificate, subject, status;
  std::vector<std::string> roles;
};

Row row_of(const std::string& administration, BytesView value, ledger::Date day) {
  v1::CertificateRecord record;
  [[maybe_unused]] const auto read = ledger::read_canonical(value, record);  // it was when the list was parsed
  Row row{.certificate = administration + "/" + record.certificate(),
          .subject = record.subject(),
          .status = std::string(ledger::name_of(ledger::status_on(record, day))),
          .roles = {}};
  for (const int role : ledger::roles_on(record, day)) row.roles.push_back(v1::Role_Name(role));
  return row;
}

std::vector<Row> rows_of(const ledger::StatusList& list, ledger::Date day) {
  std::vector<Row> rows;
  for (const auto& [key, value] : list.entries) rows.push_back(row_of(list.administration, value, day));
  std::ranges::sort(rows, {}, &Row::certificate);
  return rows;
}

std::string as_text(const ledger::StatusList& list, const ledger::ProvenStatus& proven, ledger::Date day) {
  const auto& [checkpoint, seal] = proven;
  std::string out = "all certificates that " + list.administration +
                    " has ever issued: " + std::to_string(list.entries.size()) + "\nas known at  height " +
                    std::to_string(seal.height.value) + ", " + ledger::format_instant(seal.block_time_ms) + ", " +
                    std::to_string(checkpoint.size) + " leaves of " + checkpoint.origin + "\non           " +
                    day.text() + "\n";
  for (const Row& row : rows_of(list, day)) {
    out += row.certificate + " " + row.subject + " " + row.status;
    for (const auto& role : row.roles) out += " " + role;
    out += "\n";
  }
  return out + "VERIFIED\n";
}

std::string as_json(const ledger::StatusList& list, const ledger::ProvenStatus& proven, ledger::Date day) {
  const auto& [checkpoint, seal] = proven;
  json::array certificates;
  for (const Row& row : rows_of(list, day)) {
    certificates.push_back({{"certificate", row.certificate},
                            {"subject", row.subject},
                            {"status", row.status},
                            {"roles", json::array(row.roles.begin(), row.roles.end())}});
  }
  const json::object out{{"administration", list.administration},
                         {"height", seal.height.value},
                         {"block_time", ledger::format_instant(seal.block_time_ms)},
                         {"origin", checkpoint.origin},
                         {"size", checkpoint.size},
                         {"on", day.text()},
                         {"certificates", std::move(certificates)},
                         {"verdict", "VERIFIED"}};
  return json::serialize(out) + "\n";
}

}  // namespace

std::expected<std::string, std::string> status_list_text(const std::string& file, const ledger::TrustPolicy& policy,
                                                         std::optional<ledger::Date> day, const std::string& output) {
  const auto list = ledger::StatusList::parse(file);
  if (!list) return std::unexpected(list.error());
  const auto proven = ledger::verify_status_list(*list, policy);
  if (!proven) return std::unexpected(proven.error());
  const auto on = day.value_or(ledger::Date::of(proven->seal.block_time_ms, 0));
  return output == "json" ? as_json(*list, *proven, on) : as_text(*list, *proven, on);
}

}  // namespace quipu::audit
