// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/node_client.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"
#include "node/ledger/key_possession.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

constexpr std::array<std::string_view, 8> kPurposes = {"issuer",   "approver", "governance", "vote",
                                                       "cosigner", "log",      "transport",  "side"};

boost::json::object description(const crypto::KeyFile& header) {
  boost::json::object object;
  object["administration"] = header.administration;
  object["purpose"] = header.purpose;
  if (!header.label.empty()) object["label"] = header.label;
  object["key_id"] = crypto::to_hex(crypto::key_id(header.public_key).view());
  object["public_key"] = crypto::to_hex(header.public_key.view());
  object["public_key_base64"] = crypto::to_base64(header.public_key.view());
  return object;
}

// An empty passphrase is for testnets alone.
std::expected<std::string, std::string> new_passphrase(const KeyNewOptions& options) {
  const auto given = passphrase_given(options.passphrase_file);
  if (!given) return std::unexpected(given.error());
  std::string passphrase = given->value_or("");
  if (!*given && !options.testnet && stdin_is_terminal()) {
    const auto typed = ask_passphrase("New passphrase: ");
    const auto again = typed ? ask_passphrase("Once more: ") : typed;
    if (!again) return std::unexpected(again.error());
    if (*typed != *again) return std::unexpected("the two passphrases differ: try again");
    passphrase = *typed;
  }
  if (passphrase.empty() && !options.testnet) {
    return std::unexpected("a key needs a passphrase: give --passphrase-file, or --testnet for a key without one");
  }
  return passphrase;
}

}  // namespace

Done key_new(const Global& global, const KeyNewOptions& options) {
  if (std::find(kPurposes.begin(), kPurposes.end(), options.purpose) == kPurposes.end()) {
    return std::unexpected("no purpose \"" + options.purpose +
                           "\": use issuer, approver, governance, vote, cosigner, log or transport");
  }
  const auto passphrase = new_passphrase(options);
  if (!passphrase) return std::unexpected(passphrase.error());
  const crypto::SecretKey secret = crypto::generate_key();
  const crypto::KeyFile header{options.administration, options.purpose, options.label, secret.public_key()};
  const auto cost = options.testnet ? crypto::KeyFileCost::kTestnet : crypto::KeyFileCost::kModerate;
  if (auto written = crypto::write_key_file(options.out, header, secret, *passphrase, cost); !written) return written;
  print_answer(description(header), global.output);
  return {};
}

Done key_ready(const Global& global, const KeyReadyOptions& options) {
  const auto key = unlock(options.key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  const auto& [administration, purpose, label, public_key] = key->header;
  const bool issuer = purpose == "issuer";
  if (!issuer && purpose != "approver") {
    return std::unexpected(options.key + " is a " + purpose + " key: only issuer and approver keys are added alone");
  }
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto names = node->chain();
  if (!names) return std::unexpected(names.error());
  const auto chain = consensus::ChainId::from(crypto::from_hex(names->chain).value_or(Bytes()));
  if (!chain) return std::unexpected("the node does not say which chain it has");
  ledger::v1::Event event;
  event.set_decision_date(ledger::Date::of(now_s() * 1000, 0).text());
  ledger::v1::KeyAdded& added = *event.mutable_key_added();
  added.set_public_key(Bytes(public_key.view()));
  added.set_purpose(issuer ? ledger::v1::ISSUER : ledger::v1::APPROVER);
  added.set_label(label);
  const Bytes message = ledger::possession_bytes(*chain, administration, added.purpose(), public_key.view());
  added.set_possession(Bytes(key->secret.sign(message).view()));
  const Bytes file = "{\"events\":[" + ledger::event_to_json(event) + "]}\n";
  if (auto written = write_file(options.out, file); !written) return written;
  print_answer(boost::json::object{{"events", options.out}}, global.output);
  return {};
}

Done key_show(const Global& global, const std::string& file) {
  const auto header = crypto::read_key_header(file);
  if (!header) return std::unexpected(header.error());
  print_answer(description(*header), global.output);
  return {};
}

Done key_sequence(const Global& global, const std::string& file) {
  const auto header = crypto::read_key_header(file);
  if (!header) return std::unexpected(header.error());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto sequence = node->sequence(header->administration, header->public_key);
  if (!sequence) return std::unexpected(sequence.error().why);
  print_answer(boost::json::object{{"final", sequence->final_}, {"next", sequence->next}}, global.output);
  return {};
}

}  // namespace quipu::cli
