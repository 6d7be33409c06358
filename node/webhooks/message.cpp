// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/message.h"

#include <algorithm>

#include "node/http/recent_records.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/recognition.h"

namespace quipu::webhooks {

namespace {

using http::Change;
using http::JsonWriter;
using ledger::Code;
using ledger::Date;

constexpr std::size_t kChainDigits = 8;

// What one recogniser answered about a firm in one role and flow, before the block and after it.
struct Turn {
  std::string role;
  const char* flow;
  Code before, after;
  bool recognised_before, recognised;
};

struct Recognition {
  Date on;
  Code before = Code::kTinMalformed;  // the furthest of any role and flow
  Code after = Code::kTinMalformed;
  std::vector<Turn> turns;  // in which it became recognised, or no longer is
};

class Messenger {
 public:
  Messenger(const ledger::Genesis& genesis, const std::shared_ptr<const ledger::LedgerReader>& reader,
            const Endpoint& endpoint, const Stretch& stretch)
      : genesis_(genesis), endpoint_(endpoint), block_(reader->block(stretch.height).value()) {
    asked_ = {reader, shared(reader->state(stretch.height)), block_, block_};
    before_ = shared(reader->state(consensus::Height{stretch.height.value - 1}));
  }

  Messages messages(const Stretch& stretch) const {
    const http::ChangeWindow window{.since = stretch.height.value - 1, .after = stretch.after, .limit = stretch.limit};
    const auto interest = http::interest_of(*asked_.state, endpoint_.as, "");
    const auto page = http::changes_in(genesis_.chain_id, asked_, interest, window);
    Messages out{.messages = {}, .more_after = page.more_after};
    for (const Change& change : page.changes) add_if_wanted(out.messages, change);
    return out;
  }

 private:
  static std::shared_ptr<const ledger::StateView> shared(std::shared_ptr<const ledger::StateView> state) {
    return std::make_shared<http::RecentRecords>(std::move(state));
  }

  void add_if_wanted(std::vector<Message>& messages, const Change& change) const {
    if (!endpoint_.kinds.empty() && !endpoint_.kinds.contains(change.concern.kind)) return;
    const auto recognition = recognition_of(change);
    if (endpoint_.recognition_changes_only && (!recognition || recognition->turns.empty())) return;
    messages.push_back({change.place, id_of(change.place), body_of(change, recognition)});
  }

  // On the day of the block, or on the later one from which the change has effect.
  std::optional<Recognition> recognition_of(const Change& change) const {
    if (change.operator_name.empty()) return std::nullopt;
    const Date today = Date::of(block_.block_time_ms, 0);
    Recognition out{.on = std::max(today, Date::parse(change.effective_from).value_or(today)), .turns = {}};
    for (int role = ledger::v1::Role_MIN + 1; role <= ledger::v1::Role_MAX; ++role) {
      for (const char* flow : {"IMPORT", "EXPORT"}) add_turn(out, change.operator_name, role, flow);
    }
    return out;
  }

  void add_turn(Recognition& out, const std::string& firm, int role, const char* flow) const {
    const ledger::RecognitionQuestion question{.tin = "",
                                               .role = ledger::v1::Role_Name(role),
                                               .flow = flow,
                                               .recogniser = endpoint_.as,
                                               .on = out.on,
                                               .subject = firm};
    const auto before = ledger::recognise(*before_, question);
    const auto after = ledger::recognise(*asked_.state, question);
    if (!before || !after) return;
    out.before = std::max(out.before, before->reason);
    out.after = std::max(out.after, after->reason);
    if (before->recognised == after->recognised) return;
    out.turns.push_back({question.role, flow, before->reason, after->reason, before->recognised, after->recognised});
  }

  std::string id_of(const http::Place& place) const {
    return "msg_" + crypto::to_hex(genesis_.chain.view()).substr(0, kChainDigits) + "_" + endpoint_.as + "_" +
           std::to_string(place.first) + "_" + std::to_string(place.second);
  }

  Bytes body_of(const Change& change, const std::optional<Recognition>& recognition) const {
    JsonWriter json;
    json.begin_object().field("type", change.concern.kind);
    json.field("timestamp", ledger::format_instant(block_.block_time_ms));
    json.key("data").begin_object().field("chain_id", genesis_.chain_id).field("as", endpoint_.as);
    http::write_change(json.key("change"), change);
    if (recognition) write(json.key("recognition"), *recognition);
    json.end_object().end_object();
    return json.take();
  }

  static void write_answer(JsonWriter& json, bool recognised, Code reason) {
    json.begin_object().field("recognised", recognised).field("reason", ledger::name_of(reason)).end_object();
  }

  static void write(JsonWriter& json, const Recognition& recognition) {
    json.begin_object().field("on", recognition.on.text());
    write_answer(json.key("before"), recognition.before == Code::kRecognised, recognition.before);
    write_answer(json.key("after"), recognition.after == Code::kRecognised, recognition.after);
    json.key("changes").begin_array();
    for (const Turn& turn : recognition.turns) {
      json.begin_object().field("role", turn.role).field("flow", turn.flow);
      write_answer(json.key("before"), turn.recognised_before, turn.before);
      write_answer(json.key("after"), turn.recognised, turn.after);
      json.end_object();
    }
    json.end_array().end_object();
  }

  const ledger::Genesis& genesis_;
  const Endpoint& endpoint_;
  ledger::BlockSummary block_;
  http::AskedState asked_;
  std::shared_ptr<const ledger::StateView> before_;
};

}  // namespace

Messages messages_in(const ledger::Genesis& genesis, const std::shared_ptr<const ledger::LedgerReader>& reader,
                     const Endpoint& endpoint, const Stretch& stretch) {
  return Messenger(genesis, reader, endpoint, stretch).messages(stretch);
}

}  // namespace quipu::webhooks
