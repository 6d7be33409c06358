// SPDX-License-Identifier: Apache-2.0
#include "node/http/draft.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "consensus/limits.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/submission.h"

namespace quipu::http {

namespace {

namespace json = boost::json;

constexpr const char* kForm = "needs administration, draft and events, nothing else";
constexpr std::string_view kTag = "quipu managed draft 1\n";

std::unexpected<DraftFault> malformed(std::string why) {
  return std::unexpected(DraftFault(NotInForm{std::move(why)}));
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// It stands in logs and in a file.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kDraftNameBytes &&
         std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::expected<void, DraftFault> read_event(const json::value& value, std::uint32_t index, ledger::v1::Event& event) {
  const std::string path = "events[" + std::to_string(index) + "]";
  if (const auto read = ledger::message_from_json(value, event, path); !read) return malformed(read.error());
  const auto* rule = ledger::rule_for(event.statement_case());
  if (rule == nullptr) return malformed(path + " states nothing");
  if (rule->purpose == ledger::v1::ISSUER) return {};
  return std::unexpected(DraftFault(ledger::Rejection{
      .code = ledger::Code::kWrongKeyPurpose, .event = index, .detail = "the node signs what issuer keys state"}));
}

// Neither part can run into the next: names have no line breaks.
crypto::Digest id_of(const std::string& name, const ledger::v1::Submission& message) {
  return crypto::sha256({kTag, name, "\n", ledger::canonical(message)});
}

}  // namespace

std::expected<Draft, DraftFault> read_draft(std::string_view body, const std::string& chain_id,
                                            const std::string& administration) {
  const auto parsed = ledger::parse_strict_json(body);
  if (!parsed) return malformed(parsed.error());
  const json::object* object = parsed->if_object();
  if (object == nullptr || object->size() != 3) return malformed(kForm);
  const std::string named = text_of(*object, "administration");
  Draft draft{.id = {}, .name = text_of(*object, "draft"), .message = nullptr};
  const json::value* events = object->if_contains("events");
  if (named.empty() || events == nullptr || !events->is_array()) return malformed(kForm);
  if (!is_name(draft.name)) return malformed("draft: 1 to 64 printable ASCII characters without spaces");
  if (named != administration) return std::unexpected(DraftFault(ForeignIssuer{named}));
  const json::array& list = events->get_array();
  if (list.empty() || list.size() > limits::kSubmissionEvents) return malformed("events: 1 to 256 of them");
  auto message = std::make_shared<ledger::v1::Submission>();
  message->set_chain_id(chain_id);
  message->set_administration(administration);
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    if (const auto read = read_event(list[i], i, *message->add_events()); !read) return std::unexpected(read.error());
  }
  draft.id = id_of(draft.name, *message);
  draft.message = std::move(message);
  return draft;
}

}  // namespace quipu::http
