// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/submitting.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

using Events = std::vector<ledger::v1::Event>;

// {"events":[{...}]} and nothing else.
std::expected<Events, std::string> read_events(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return std::unexpected(text.error());
  const auto wrong = [&](const std::string& what) {
    return std::unexpected((file == "-" ? "standard input" : file) + ": " + what + "; correct it and submit it again");
  };
  const auto json = ledger::parse_strict_json(*text);
  if (!json) return wrong(json.error());
  const auto* object = json->if_object();
  const auto* list = object && object->size() == 1 ? object->if_contains("events") : nullptr;
  const auto* array = list ? list->if_array() : nullptr;
  if (!array || array->empty()) return wrong("expected {\"events\":[{...}]} with at least one event");
  Events events;
  for (const auto& entry : *array) {
    const std::string path = "events[" + std::to_string(events.size()) + "]";
    const auto read = ledger::message_from_json(entry, events.emplace_back(), path);
    if (!read) return wrong(read.error());
  }
  return events;
}

std::string id_of(const Bytes& leaf) { return crypto::to_hex(crypto::leaf_hash(leaf).view()); }

Events approvals_of(const Events& events, const crypto::Digest& leaf) {
  Events approvals;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!under_dual_control(events[i])) continue;
    approvals.push_back(approval_of(leaf, static_cast<std::uint32_t>(i), events[i].decision_date()));
  }
  return approvals;
}

// Waits, and writes what came of it into the answer, also when it is no good news.
Done tell(const std::expected<SubmissionAnswer, std::string>& settled, boost::json::object& answer) {
  if (!settled) return std::unexpected(settled.error());
  answer["status"] = settled->status;
  if (settled->status == "FINAL") {
    answer["height"] = settled->height;
    answer["index"] = settled->index;
    answer["time"] = settled->time;
  } else if (settled->status == "REJECTED") {
    answer["code"] = settled->refusal.code;
    if (settled->refusal.event) answer["event"] = *settled->refusal.event;
    answer["height"] = settled->height;
  }
  return final_or_why(*settled);
}

Done settle(NodeClient& node, const Bytes& leaf, boost::json::object& answer) {
  return tell(wait_until_settled(node, leaf), answer);
}

// All that a submission needs, read before anything is sent.
struct Ready {
  Events events;
  crypto::UnlockedKey key;
  std::optional<crypto::UnlockedKey> approver;
};

std::expected<Ready, std::string> make_ready(const SubmitOptions& options) {
  auto events = read_events(options.file);
  if (!events) return std::unexpected(events.error());
  auto key = unlock(options.key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  Ready ready{std::move(*events), std::move(*key), std::nullopt};
  if (options.approver_key.empty()) return ready;
  if (std::ranges::none_of(ready.events, under_dual_control)) {
    return std::unexpected("none of the events needs an approval: leave --approve-with out");
  }
  auto approver = unlock(options.approver_key, options.passphrase_file);
  if (!approver) return std::unexpected(approver.error());
  ready.approver = std::move(*approver);
  return ready;
}

Done approve(NodeClient& node, const Ready& ready, const Bytes& leaf, bool wait, boost::json::object& answer) {
  const Events approvals = approvals_of(ready.events, crypto::leaf_hash(leaf));
  const auto approval = submit_events(node, approvals, *ready.approver);
  if (!approval) return std::unexpected(approval.error());
  answer["id"] = id_of(*approval);
  return wait ? settle(node, *approval, answer) : Done();
}

Done submit(NodeClient& node, const Ready& ready, bool wait, boost::json::object& answer) {
  const auto leaf = submit_events(node, ready.events, ready.key);
  if (!leaf) return std::unexpected(leaf.error());
  answer["id"] = id_of(*leaf);
  if (!wait && !ready.approver) return {};
  if (auto settled = settle(node, *leaf, answer); !settled || !ready.approver) return settled;
  boost::json::object approval;
  auto approved = approve(node, ready, *leaf, wait, approval);
  answer["approval"] = std::move(approval);
  if (approved) return approved;
  return std::unexpected("the events are final, their approval is not: " + approved.error() +
                         " (quipu approval list shows what waits)");
}

constexpr std::int64_t kDraftPatience_ms = 120'000;

// Without a name of its own, the same file is the same draft: to run the command again is to retry.
std::string draft_body(const std::string& administration, const std::string& name, const Events& events) {
  boost::json::array list;
  for (const auto& event : events) list.push_back(ledger::message_to_json_value(event));
  const std::string text = boost::json::serialize(list);
  const std::string own = "file-" + crypto::to_hex(crypto::sha256(text).view()).substr(0, 32);
  return boost::json::serialize(boost::json::object{
      {"administration", administration}, {"draft", name.empty() ? own : name}, {"events", std::move(list)}});
}

// Until the node has answered: the same draft any number of times is one statement.
DraftAnswer send_draft_patiently(NodeClient& node, const std::string& body) {
  for (std::int64_t waited_ms = 0;;) {
    DraftAnswer answer = node.send_draft(body);
    const bool hourly = answer.sent.refusal.code == "TOO_OFTEN";
    if (answer.sent.kind != Sent::Kind::kLater || hourly || waited_ms >= kDraftPatience_ms) return answer;
    sleep_ms(answer.sent.wait_ms);
    waited_ms += answer.sent.wait_ms;
  }
}

Done have_signed(NodeClient& node, const SubmitOptions& options, boost::json::object& answer) {
  const auto events = read_events(options.file);
  if (!events) return std::unexpected(events.error());
  const auto terms = node.get_json("/v1/drafts");
  if (!terms) return std::unexpected(terms.error());
  const std::string body = draft_body(text_at(*terms, "administration"), options.draft, *events);
  const DraftAnswer sent = send_draft_patiently(node, body);
  if (sent.sent.kind != Sent::Kind::kTaken) {
    return std::unexpected(sent.sent.refusal.sentence() + "; " + advice_on(sent.sent.refusal.code));
  }
  if (sent.id.empty()) {
    answer["status"] = "WAITING";
    answer["confirmations"] = sent.confirmations;
    answer["asked_by"] = sent.asked_by;
    return {};
  }
  answer["id"] = sent.id;
  if (!options.wait) return {};
  const auto raw = crypto::from_hex(sent.id);
  const auto id = raw ? crypto::Digest::from(*raw) : std::nullopt;
  if (!id) return std::unexpected("the node's answer names no submission");
  return tell(wait_until_settled(node, *id,
                                 [&]() -> Done {
                                   const auto again = send_draft_patiently(node, body);
                                   if (again.sent.kind == Sent::Kind::kTaken) return {};
                                   return std::unexpected(again.sent.refusal.sentence());
                                 }),
              answer);
}

Done submit_signed_there(const Global& global, const SubmitOptions& options, boost::json::object& answer) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  return have_signed(*node, options, answer);
}

Done submit_signed_here(const Global& global, const SubmitOptions& options, boost::json::object& answer) {
  const auto ready = make_ready(options);
  if (!ready) return std::unexpected(ready.error());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  return submit(*node, *ready, options.wait, answer);
}

}  // namespace

Done submit(const Global& global, const SubmitOptions& options) {
  boost::json::object answer;
  auto done =
      options.sign_on_node ? submit_signed_there(global, options, answer) : submit_signed_here(global, options, answer);
  // An id, once there is one, is told whatever comes after it.
  if (!answer.empty()) print_answer(answer, global.output);
  return done;
}

Done submission_show(const Global& global, const std::string& id) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = node->get_json("/v1/submissions/" + url_encoded(id));
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

}  // namespace quipu::cli
