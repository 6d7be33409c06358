// SPDX-License-Identifier: Apache-2.0
// Proposals, votes, and the file that shows that a new member is ready.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"
#include "node/ledger/genesis.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/membership.h"

namespace quipu::cli {

namespace {

namespace v1 = ledger::v1;

struct ProposalName {
  std::string opener, id;
};

std::expected<ProposalName, std::string> parse_name(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != 2 || slash + 1 == text.size()) {
    return std::unexpected("\"" + text + "\" names no proposal: take a CC/ID from quipu proposal list");
  }
  return ProposalName{text.substr(0, slash), text.substr(slash + 1)};
}

v1::Event event_of_today() {
  v1::Event event;
  event.set_decision_date(ledger::Date::of(now_s() * 1000, 0).text());
  return event;
}

std::expected<void, std::string> read_card(const std::string& file, v1::ProposalOpened& out) {
  const auto card = read_file(file);
  if (!card) return std::unexpected(card.error());
  const auto member = ledger::verify_member_card(*card);
  if (!member) return std::unexpected(file + ": " + member.error() + "; ask the administration for a new card");
  *out.mutable_member_add() = **member;
  return {};
}

std::expected<void, std::string> read_change(const std::string& file, v1::ProposalOpened& out) {
  const auto text = read_file(file);
  if (!text) return std::unexpected(text.error());
  const auto json = ledger::parse_strict_json(*text);
  if (!json) return std::unexpected(file + ": " + json.error());
  if (auto read = ledger::message_from_json(*json, out, file); !read) return read;
  if (out.proposal().empty() && out.expires().empty()) return {};
  return std::unexpected(file + ": expected the change alone; its name and last day are given to the command");
}

std::expected<v1::Event, std::string> opening(const ProposalOpenOptions& options) {
  v1::Event event = event_of_today();
  v1::ProposalOpened& opened = *event.mutable_proposal_opened();
  std::expected<void, std::string> read;
  if (!options.card.empty()) read = read_card(options.card, opened);
  if (!options.change.empty()) read = read_change(options.change, opened);
  if (!read) return std::unexpected(read.error());
  if (!options.remove.empty()) opened.set_member_remove(options.remove);
  opened.set_proposal(options.id);
  opened.set_expires(options.expires);
  return event;
}

// Unlocks only once everything else is in order.
Done state(const Global& global, const v1::Event& event, const std::string& key_file,
           const std::string& passphrase_file) {
  const auto key = unlock(key_file, passphrase_file);
  if (!key) return std::unexpected(key.error());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = state_until_final(*node, {event}, *key);
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

// What the new key signs for, as the node has it.
struct Now {
  consensus::Scope scope;
  consensus::Height height;
};

std::expected<Now, std::string> now_at(NodeClient& node) {
  const auto names = node.chain();
  if (!names) return std::unexpected(names.error());
  const auto members = node.get_json("/v1/members");
  if (!members) return std::unexpected(members.error());
  const auto digest = [](const std::string& hex) {
    const auto raw = crypto::from_hex(hex);
    return raw ? crypto::Digest::from(*raw) : std::nullopt;
  };
  const auto chain = digest(names->chain);
  const auto anchor = digest(text_at(*members, "anchor"));
  const auto epoch = number_at(*members, "epoch");
  const auto height = number_at(*members, "height");
  if (!chain || !anchor || !epoch || !height) return std::unexpected(node.url() + " does not say which epoch it is in");
  return Now{{*chain, {*epoch}, *anchor}, {*height}};
}

}  // namespace

Done proposal_open(const Global& global, const ProposalOpenOptions& options) {
  const auto event = opening(options);
  if (!event) return std::unexpected(event.error());
  return state(global, *event, options.key, options.passphrase_file);
}

Done proposal_vote(const Global& global, const ProposalVoteOptions& options) {
  const auto name = parse_name(options.proposal);
  if (!name) return std::unexpected(name.error());
  v1::Event event = event_of_today();
  event.mutable_proposal_voted()->set_author(name->opener);
  event.mutable_proposal_voted()->set_proposal(name->id);
  event.mutable_proposal_voted()->set_accept(!options.reject);
  return state(global, event, options.key, options.passphrase_file);
}

Done proposal_list(const Global& global, const ProposalListOptions& options) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const std::string query = options.opener.empty() ? "" : "?opener=" + url_encoded(options.opener);
  const auto answer = node->get_json("/v1/proposals" + query);
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

Done member_ready(const Global& global, const MemberReadyOptions& options) {
  const auto name = parse_name(options.proposal);
  if (!name) return std::unexpected(name.error());
  const auto key = unlock(options.vote_key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  if (key->header.purpose != "vote") {
    return std::unexpected(options.vote_key + " is a " + key->header.purpose + " key: give the new vote key");
  }
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto now = now_at(*node);
  if (!now) return std::unexpected(now.error());
  v1::Event event = event_of_today();
  v1::MemberReady& ready = *event.mutable_member_ready();
  ready.set_author(name->opener);
  ready.set_proposal(name->id);
  ready.set_height(now->height.value);
  const Bytes message = ledger::ready_bytes(now->scope, now->height, key->header.public_key, name->id);
  ready.set_possession(Bytes(key->secret.sign(message).view()));
  const Bytes file = "{\"events\":[" + ledger::event_to_json(event) + "]}\n";
  if (auto written = write_file(options.out, file); !written) return written;
  print_answer(
      boost::json::object{{"events", options.out}, {"epoch", now->scope.epoch.value}, {"height", ready.height()}},
      global.output);
  return {};
}

}  // namespace quipu::cli
