// SPDX-License-Identifier: Apache-2.0
// Who relied on a certificate that was annulled, and when: the days on which each administration recognised it, as
// known just before the annulment was.
#include "crypto/merkle.h"
#include "node/http/certificate_json.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/recent_records.h"
#include "node/http/records.h"
#include "node/http/reliance.h"
#include "node/http/rows.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::Date;
using ledger::RecordType;
namespace v1 = ledger::v1;

std::optional<v1::CertificateRecord> certificate_in(const ledger::StateView& state, const std::string& issuer,
                                                    const std::string& number) {
  return read_record<v1::CertificateRecord>(state, ledger::map_key(RecordType::kCertificate, issuer, number));
}

// The block from which on the certificate is annulled: that of an approval, where one was needed.
std::optional<ledger::BlockSummary> annulled_in(const ledger::LedgerReader& reader, const std::string& issuer,
                                                const v1::CertificateRecord& record) {
  for (const v1::LogPlace& place : record.history().events()) {
    const auto leaf = reader.leaf(place.leaf());
    const auto located = leaf ? reader.find(crypto::leaf_hash(*leaf)) : std::nullopt;
    if (!located) continue;
    const auto then = certificate_in(*reader.state(located->height), issuer, record.certificate());
    if (then && ledger::annulled(*then)) return reader.block(located->height);
  }
  return std::nullopt;
}

Response answer(const Call& call, const AskedState& asked, const std::string& name, const v1::CertificateRecord& record,
                const ledger::BlockSummary& known_from, bool natural, const std::vector<Reliance>& found) {
  JsonWriter json = begin_answer(call, asked);
  json.field("certificate", name).field("granted_from", record.granted_from());
  const v1::Annulment& annulment = *record.annulments().rbegin();  // at most the last one stands
  json.field("annulled_on", annulment.decided_on()).optional_field("reason", annulment.reason());
  json.field("known_from_height", known_from.height.value);
  json.field("known_from", ledger::format_instant(known_from.block_time_ms));
  // Found by alias, or by whoever shows what opens the number's commitment.
  if (natural) json.field("natural_person", true);
  json.key("items").begin_array();
  Bytes csv = "recogniser,from,to,arrangements\r\n";
  for (const Reliance& each : found) {
    if (each.reason != ledger::Code::kRecognised) continue;
    json.begin_object().field("recogniser", each.recogniser).field("from", each.from.text());
    json.field("to", each.to.text()).strings("arrangements", each.arrangements).end_object();
    append_row(csv, {each.recogniser, each.from.text(), each.to.text(), joined(each.arrangements)});
  }
  json.end_array();
  return call.wants_csv() ? csv_response(std::move(csv), asked, "") : end_answer(std::move(json));
}

}  // namespace

Response get_exposure(const Call& call) {
  if (const auto fault = call.unexpected({"known_at", "format"})) return problem(ApiCode::kBadParameter, *fault);
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const std::string& issuer = call.path[0];
  const auto record = issuer.size() == 2 ? certificate_in(*asked->state, issuer, call.path[1]) : std::nullopt;
  if (!record) return problem(ApiCode::kNotFound, "no certificate of that CC/NUMBER");
  const auto known_from = ledger::annulled(*record) ? annulled_in(*asked->reader, issuer, *record) : std::nullopt;
  if (!known_from) return problem(ApiCode::kNotFound, "the certificate is not annulled: nobody relied on it wrongly");
  const auto before = std::make_shared<RecentRecords>(asked->reader->state({{known_from->height.value - 1}}));
  const auto then = certificate_in(*before, issuer, record->certificate());
  const std::string name = issuer + "/" + record->certificate();
  const auto firm =
      read_record<v1::OperatorRecord>(*before, ledger::map_key(RecordType::kOperator, issuer, record->subject()));
  const bool natural = firm && firm->person() == v1::NATURAL;
  if (!then) return answer(call, *asked, name, *record, *known_from, natural, {});
  const Date last = Date::of(known_from->block_time_ms, 0);
  const RelianceQuestion question{.state = *before,
                                  .issuer = issuer,
                                  .record = *then,
                                  .first = Date::parse(record->granted_from()).value_or(last),
                                  .last = last};
  return answer(call, *asked, name, *record, *known_from, natural, reliances(question));
}

}  // namespace quipu::http
