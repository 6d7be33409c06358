// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/periods.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <set>

#include "node/http/certificate_json.h"
#include "node/ledger/state.pb.h"

namespace quipu::postgres {

namespace {

namespace v1 = ledger::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ledger::Date;

void add_day(std::set<Date>& days, const std::string& text) {
  const auto day = Date::parse(text);
  if (!day) return;
  days.insert(*day);
  days.insert(day->plus(1));  // after a last day
}

// Every day that the record names anywhere, and the day after.
void add_days(std::set<Date>& days, const Message& record) {
  const auto* reflection = record.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(record, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(record, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->type() == FieldDescriptor::TYPE_STRING) {
        add_day(days, field->is_repeated() ? reflection->GetRepeatedString(record, field, i)
                                           : reflection->GetString(record, field));
      } else if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
        add_days(days, field->is_repeated() ? reflection->GetRepeatedMessage(record, field, i)
                                            : reflection->GetMessage(record, field));
      }
    }
  }
}

// Days with equal answers joined.
std::vector<Row> periods_of(const Row& key, const Message& record, const std::function<Row(Date)>& says) {
  std::set<Date> days;
  add_days(days, record);
  const Date before = days.empty() ? Date{} : days.begin()->plus(-1);
  Row held = says(before);
  std::string from = "-infinity";
  std::vector<Row> rows;
  const auto close = [&](std::string to) {
    Row row = key;
    row.insert(row.end(), {from, std::move(to)});
    row.insert(row.end(), held.begin(), held.end());
    rows.push_back(std::move(row));
  };
  for (const Date day : days) {
    Row now = says(day);
    if (now == held) continue;
    close(day.plus(-1).text());
    from = day.text();
    held = std::move(now);
  }
  close("infinity");
  return rows;
}

template <class Values, class Name>
std::string names(const Values& values, const Name& name) {
  std::vector<std::string> out;
  for (const auto value : values) out.push_back(name(value));
  return array_text(out);
}

// As an arrangement's edge is shown on a day (node/http/routes_network.cpp).
Row edge_on(const v1::EdgeRecord& edge, const std::string& day) {
  std::string status = "NOT_YET_EFFECTIVE";
  v1::EdgeFact terms;
  for (const auto& fact : edge.facts()) {
    if (fact.effective_from() > day) continue;
    if (fact.change() == v1::EDGE_ACTIVATED) terms = fact;
    status = fact.change() == v1::EDGE_SUSPENDED ? "SUSPENDED" : fact.change() == v1::EDGE_ENDED ? "ENDED" : "LIVE";
    if (fact.change() == v1::EDGE_ENDED) break;  // for good
  }
  const auto scheme = [](int each) { return v1::Scheme_Name(each); };
  const auto role = [](int each) { return v1::Role_Name(each); };
  const auto flow = [](int each) { return v1::Flow_Name(each); };
  return {status, names(terms.schemes(), scheme), names(terms.roles(), role), names(terms.flows(), flow),
          array_text({terms.benefits().begin(), terms.benefits().end()})};
}

}  // namespace

std::vector<Row> certificate_periods(const std::string& issuer, const v1::CertificateRecord& record) {
  return periods_of({issuer, record.certificate()}, record, [&](Date day) -> Row {
    const auto on = http::certificate_on(record, day);
    return {std::string(ledger::name_of(on.status)),
            array_text(on.roles),
            array_text(on.suspended_roles),
            unless_empty(on.level),
            unless_empty(on.valid_from),
            unless_empty(on.valid_to)};
  });
}

std::vector<Row> recognition_periods(const Edge& edge, const v1::EdgeRecord& record) {
  return periods_of({edge.recogniser, edge.arrangement, edge.issuer}, record,
                    [&](Date day) { return edge_on(record, day.text()); });
}

std::vector<Row> tin_periods(const std::string& issuer, const v1::OperatorRecord& record) {
  std::vector<Row> rows;
  const auto& tins = record.tins();
  for (int i = 0; i < tins.size(); ++i) {
    // Of several from one day on the last counts.
    const std::string next = i + 1 < tins.size() ? tins.Get(i + 1).effective_from() : std::string();
    if (i + 1 < tins.size() && next == tins.Get(i).effective_from()) continue;
    const auto last = Date::parse(next);
    rows.push_back({issuer, record.subject(), tins.Get(i).tin(),
                    tins.Get(i).effective_from().empty() ? "-infinity" : tins.Get(i).effective_from(),
                    last ? last->plus(-1).text() : "infinity", std::to_string(tins.Get(i).by().leaf()),
                    std::to_string(tins.Get(i).by().event())});
  }
  return rows;
}

}  // namespace quipu::postgres
