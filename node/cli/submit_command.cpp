// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "crypto/merkle.h"
#include "node/cli/commands.h"
#include "node/cli/files.h"
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
  const auto json = ledger::parse_strict_json(*text);
  if (!json) return std::unexpected(file + ": " + json.error());
  const auto* object = json->if_object();
  const auto* list = object && object->size() == 1 ? object->if_contains("events") : nullptr;
  const auto* array = list ? list->if_array() : nullptr;
  if (!array || array->empty())
    return std::unexpected(file + ": expected {\"events\":[{...}]} with at least one event");
  Events events;
  for (const auto& entry : *array) {
    const std::string path = "events[" + std::to_string(events.size()) + "]";
    if (auto read = ledger::message_from_json(entry, events.emplace_back(), path); !read) {
      return std::unexpected(file + ": " + read.error());
    }
  }
  return events;
}

Events approvals_of(const Events& events, const crypto::Digest& leaf) {
  Events approvals;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!under_dual_control(events[i])) continue;
    approvals.push_back(approval_of(leaf, static_cast<std::uint32_t>(i), events[i].decision_date()));
  }
  return approvals;
}

std::expected<boost::json::object, std::string> describe(NodeClient& node, const Bytes& leaf, bool wait) {
  boost::json::object answer{{"id", crypto::to_hex(crypto::leaf_hash(leaf).view())}};
  if (!wait) return answer;
  const auto final_state = wait_until_final(node, leaf);
  if (!final_state) return std::unexpected(final_state.error());
  answer["status"] = final_state->status;
  answer["height"] = final_state->height;
  answer["index"] = final_state->index;
  return answer;
}

std::expected<boost::json::object, std::string> approve(NodeClient& node, const Events& events, const Bytes& leaf,
                                                        const SubmitOptions& options) {
  const auto key = unlock(options.approver_key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  const Events approvals = approvals_of(events, crypto::leaf_hash(leaf));
  if (approvals.empty()) return std::unexpected("none of the events needs an approval: leave --approve-with out");
  const auto approval = submit_events(node, approvals, *key);
  if (!approval) return std::unexpected("the events are final, their approval is not: " + approval.error());
  return describe(node, *approval, options.wait);
}

}  // namespace

Done submit(const Global& global, const SubmitOptions& options) {
  const auto events = read_events(options.file);
  if (!events) return std::unexpected(events.error());
  const auto key = unlock(options.key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  auto http = HttpClient::make(global.node);
  if (!http) return std::unexpected(http.error());
  NodeClient node(std::move(*http));
  const auto leaf = submit_events(node, *events, *key);
  if (!leaf) return std::unexpected(leaf.error());
  auto answer = describe(node, *leaf, options.wait || !options.approver_key.empty());
  if (!answer) return std::unexpected(answer.error());
  if (!options.approver_key.empty()) {
    auto approval = approve(node, *events, *leaf, options);
    if (!approval) return std::unexpected(approval.error());
    (*answer)["approval"] = std::move(*approval);
  }
  print_answer(*answer, global.output);
  return {};
}

Done submission_show(const Global& global, const std::string& id) {
  auto http = HttpClient::make(global.node);
  if (!http) return std::unexpected(http.error());
  const auto answer = NodeClient(std::move(*http)).get_json("/v1/submissions/" + url_encoded(id));
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

}  // namespace quipu::cli
