// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/files.h"
#include "node/cli/node_client.h"

namespace quipu::cli {

namespace {

constexpr std::array<std::string_view, 7> kPurposes = {"issuer",   "approver", "governance", "vote",
                                                       "cosigner", "log",      "transport"};

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

Done key_show(const Global& global, const std::string& file) {
  const auto header = crypto::read_key_header(file);
  if (!header) return std::unexpected(header.error());
  print_answer(description(*header), global.output);
  return {};
}

Done key_sequence(const Global& global, const std::string& file) {
  const auto header = crypto::read_key_header(file);
  if (!header) return std::unexpected(header.error());
  auto http = HttpClient::make(global.node);
  if (!http) return std::unexpected(http.error());
  const auto sequence = NodeClient(std::move(*http)).sequence(header->administration, header->public_key);
  if (!sequence) return std::unexpected(sequence.error().why);
  print_answer(boost::json::object{{"final", sequence->final_}, {"next", sequence->next}}, global.output);
  return {};
}

}  // namespace quipu::cli
