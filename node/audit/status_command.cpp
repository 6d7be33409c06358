// SPDX-License-Identifier: Apache-2.0
#include "node/audit/status_command.h"

#include <boost/json.hpp>
#include <sstream>

#include "crypto/signature.h"
#include "node/audit/answer.h"
#include "node/audit/directory_bundle.h"
#include "node/audit/recognition_command.h"
#include "node/audit/status_list_command.h"
#include "node/ledger/canonical.h"
#include "node/ledger/date.h"
#include "node/ledger/recognition_proof.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/status_bundle.h"
#include "node/ledger/timeline.h"

namespace quipu::audit {
namespace {

namespace json = boost::json;
namespace v1 = ledger::v1;
using ledger::MapKey;
using ledger::RecordType;
using ledger::StatusBundle;

// What one bundle says, once it holds.
struct Said {
  std::string certificate;  // CC/NUMBER; empty when it is absent and nobody named it
  std::optional<v1::CertificateRecord> record{};
  ledger::ProvenStatus proven;
  ledger::Date day{};
};

std::optional<MapKey> key_of(const std::string& certificate) {
  if (certificate.size() < 4 || certificate[2] != '/') return std::nullopt;
  return ledger::map_key(RecordType::kCertificate, certificate.substr(0, 2), certificate.substr(3));
}

std::expected<Said, std::string> read(const StatusBundle& bundle, ledger::ProvenStatus proven,
                                      const std::string& certificate) {
  Said said{.certificate = certificate, .proven = std::move(proven)};
  if (bundle.key.view()[0] != static_cast<char>(RecordType::kCertificate))
    return std::unexpected("It is about another kind of record than a certificate.");
  if (bundle.value) {
    said.record.emplace();
    if (!ledger::read_canonical(*bundle.value, *said.record)) return std::unexpected("The record is not in form.");
    said.certificate = Bytes(bundle.key.view().substr(1, 2)) + "/" + said.record->certificate();
  }
  if (!said.certificate.empty() && key_of(said.certificate) != bundle.key)
    return std::unexpected("It is about another certificate than " + said.certificate + ".");
  if (!certificate.empty() && said.certificate != certificate)
    return std::unexpected("It is about " + said.certificate + ", not about " + certificate + ".");
  return said;
}

std::vector<std::string> role_names(const Said& said) {
  std::vector<std::string> names;
  for (const int role : ledger::roles_on(*said.record, said.day)) names.push_back(v1::Role_Name(role));
  return names;
}

std::string status_of(const Said& said) {
  return said.record ? std::string(ledger::name_of(ledger::status_on(*said.record, said.day))) : "NEVER_ISSUED";
}

std::uint64_t last_leaf(const Said& said) {
  const auto& events = said.record->history().events();
  return events.empty() ? said.record->grant().leaf() : events.rbegin()->leaf();
}

std::string in_text(const Said& said) {
  std::ostringstream out;
  const auto& [checkpoint, seal] = said.proven;
  out << "certificate  " << (said.certificate.empty() ? "(name it with --certificate)" : said.certificate);
  if (said.record) out << ", held by subject " << said.record->subject();
  out << "\nas known at  height " << seal.height.value << ", " << ledger::format_instant(seal.block_time_ms) << ", "
      << checkpoint.size << " leaves of " << checkpoint.origin << "\non           " << said.day.text() << ": "
      << status_of(said);
  if (said.record) {
    for (const auto& role : role_names(said)) out << " " << role;
    out << "\nlast changed by leaf " << last_leaf(said);
  }
  out << "\nVERIFIED\n";
  return out.str();
}

std::string in_json(const Said& said) {
  const auto& [checkpoint, seal] = said.proven;
  json::object out{{"certificate", said.certificate},
                   {"height", seal.height.value},
                   {"block_time", ledger::format_instant(seal.block_time_ms)},
                   {"origin", checkpoint.origin},
                   {"size", checkpoint.size},
                   {"on", said.day.text()},
                   {"status", status_of(said)}};
  if (said.record) {
    const auto names = role_names(said);
    out["subject"] = said.record->subject();
    out["roles"] = json::array(names.begin(), names.end());
    out["last_leaf"] = last_leaf(said);
  }
  out["verdict"] = "VERIFIED";
  return json::serialize(out) + "\n";
}

Answer answer_list(const StatusArguments& arguments, const Bytes& text, const ledger::TrustPolicy& policy) {
  if (!arguments.certificate.empty())
    return could_not("the file is about all certificates of an administration; name none");
  const auto day = ledger::Date::parse(arguments.on);
  if (!arguments.on.empty() && !day) return could_not("--on takes a day, YYYY-MM-DD");
  const auto said = status_list_text(text, policy, day, arguments.output);
  if (!said) return broken(said.error());
  return *said;
}

Answer answer_recognition(const StatusArguments& arguments, const Bytes& text, const ledger::TrustPolicy& policy) {
  if (!arguments.certificate.empty() || !arguments.on.empty())
    return could_not("the file is about one question, which names firm and day: leave both out");
  const auto said = recognition_text(text, policy, arguments.output);
  if (!said) return broken(said.error());
  return *said;
}

Answer answer(const StatusArguments& arguments) {
  if (!crypto::self_test()) return could_not("this machine's cryptography fails its self-test");
  const auto text = read_file(arguments.file), policy_text = read_file(arguments.policy);
  if (!text) return could_not(text.error());
  if (!policy_text) return could_not(policy_text.error());
  const auto policy = ledger::TrustPolicy::parse(*policy_text);
  if (!policy) return could_not(policy.error());
  if (ledger::is_status_list(*text)) return answer_list(arguments, *text, *policy);
  if (ledger::is_recognition_proof(*text)) return answer_recognition(arguments, *text, *policy);
  if (!arguments.certificate.empty() && !key_of(arguments.certificate))
    return could_not("a certificate is named CC/NUMBER");
  const auto bundle = StatusBundle::parse(*text);
  if (!bundle) return broken(bundle.error());
  auto proven = ledger::verify_status(*bundle, *policy);
  if (!proven) return broken(proven.error());
  auto said = read(*bundle, *std::move(proven), arguments.certificate);
  if (!said) return broken(said.error());
  const auto day = arguments.on.empty() ? ledger::Date::of(said->proven.seal.block_time_ms, 0)
                                        : ledger::Date::parse(arguments.on).value_or(ledger::Date{});
  if (!arguments.on.empty() && day.text() != arguments.on) return could_not("--on takes a day, YYYY-MM-DD");
  said->day = day;
  return arguments.output == "json" ? in_json(*said) : in_text(*said);
}

}  // namespace

int run_status(const StatusArguments& arguments) { return print_answer(answer(arguments), arguments.output); }

}  // namespace quipu::audit
