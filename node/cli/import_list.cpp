// SPDX-License-Identifier: Apache-2.0
// A programme brought onto the ledger from the list that its administration e-mails.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <iostream>

#include "crypto/merkle.h"
#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/list_plan.h"
#include "node/cli/paging.h"
#include "node/cli/records_file.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

constexpr std::int64_t kPatience_ms = 120'000;
constexpr int kSequenceAttempts = 5;
// What one submission surely takes of what waits for approvals; the rest is in the next plan.
constexpr std::size_t kMostLeft = 200;

// What the rows stated leave until their grants are approved.
void add_later(ListPlan& plan, const std::vector<RowStatements>& rows) {
  for (const RowStatements& row : rows) {
    if (row.later) plan.after_approval.push_back(row.later);
  }
}

// ---------------------------------------------------------------- stating

class Stating {
 public:
  Stating(NodeClient& node, const ImportListOptions& options, const crypto::UnlockedKey& key, std::string chain_id,
          ListPlan& plan)
      : node_(node),
        key_(key),
        chain_id_(std::move(chain_id)),
        records_file_(options.file + "." + key.header.administration + ".quipu-records"),
        pack_(options.pack),
        plan_(plan),
        bar_("import", plan.rows.size()) {}

  Done run() {
    for (std::size_t from = 0; from < plan_.rows.size();) {
      std::size_t end = from + 1;
      for (std::size_t events = plan_.rows[from].lines.size(); end < plan_.rows.size(); ++end) {
        events += plan_.rows[end].lines.size();
        if (events > pack_) break;
      }
      std::vector<RowStatements> rows(plan_.rows.begin() + static_cast<std::ptrdiff_t>(from),
                                      plan_.rows.begin() + static_cast<std::ptrdiff_t>(end));
      if (auto done = state(std::move(rows)); !done) return done;
      from = end;
      bar_.at(from);
    }
    bar_.end();
    records_kept_ = hand_in_opened(node_, records_file_, bar_);
    return {};
  }
  std::size_t events() const { return events_; }
  std::size_t certificates() const { return certificates_; }
  std::size_t submissions() const { return submissions_; }
  std::size_t records_kept() const { return records_kept_; }

 private:
  // Until what is left of the rows is final: a row that is refused is left out, and told.
  Done state(std::vector<RowStatements> rows) {
    while (!rows.empty()) {
      const auto refusal = submit(rows);
      if (!refusal) return std::unexpected(refusal.error());
      if (!*refusal) break;
      if (auto dropped = drop(rows, **refusal); !dropped) return dropped;
    }
    certificates_ += static_cast<std::size_t>(std::ranges::count_if(rows, &RowStatements::grants));
    add_later(plan_, rows);
    return {};
  }

  // Nothing: it is final.
  using Outcome = std::expected<std::optional<Refusal>, std::string>;
  Outcome submit(const std::vector<RowStatements>& rows) {
    std::vector<ledger::v1::Event> events;
    std::vector<OpenedRecord> opened;
    for (const RowStatements& row : rows) {
      for (const HistoryLine& line : row.lines) events.push_back(seal_line(line, opened));
    }
    if (auto kept = append_records(records_file_, opened); !kept) return std::unexpected(kept.error());
    const auto leaf = send(events);
    if (!leaf) return std::unexpected(leaf.error());
    if (leaf->empty()) return refusal_;
    const auto settled = wait_until_settled(node_, *leaf);
    if (!settled) return std::unexpected(settled.error());
    if (settled->status == "REJECTED") return settled->refusal;
    if (auto fine = final_or_why(*settled); !fine) return std::unexpected(fine.error());
    events_ += events.size();
    ++submissions_;
    return std::nullopt;
  }

  // The leaf that a node took; empty when it was refused, with `refusal_` set.
  std::expected<Bytes, std::string> send(const std::vector<ledger::v1::Event>& events) {
    for (int attempt = 0;; ++attempt) {
      const auto sequence = node_.sequence(key_.header.administration, key_.header.public_key);
      if (!sequence) return std::unexpected(sequence.error().why);
      Bytes leaf = sign_events(events, key_, chain_id_, sequence->next);
      const Sent sent = send_patiently(node_, leaf, kPatience_ms);
      if (sent.kind == Sent::Kind::kTaken) return leaf;
      refusal_ = sent.refusal;
      if (sent.kind == Sent::Kind::kLater) {
        return std::unexpected(sent.refusal.sentence() + "; run the same command again: it goes on where it stopped");
      }
      const bool again = sent.refusal.code == "SEQUENCE_TAKEN" && !sent.perhaps_taken && attempt < kSequenceAttempts;
      if (again) continue;
      if (!sent.refusal.event) return std::unexpected(sent.refusal.sentence() + "; " + advice_on(sent.refusal.code));
      return Bytes();
    }
  }

  Done drop(std::vector<RowStatements>& rows, const Refusal& refusal) {
    if (!refusal.event) return std::unexpected(refusal.sentence() + "; " + advice_on(refusal.code));
    std::size_t event = *refusal.event;
    for (auto row = rows.begin(); row != rows.end(); ++row) {
      if (event >= row->lines.size()) {
        event -= row->lines.size();
        continue;
      }
      plan_.not_taken.push_back({row->row->line, row->row->certificate, refusal.code + ": " + refusal.text});
      rows.erase(row);
      return {};
    }
    return std::unexpected("the node names an event that was not sent");
  }

  NodeClient& node_;
  const crypto::UnlockedKey& key_;
  std::string chain_id_;
  std::string records_file_;
  std::size_t pack_;
  ListPlan& plan_;
  Progress bar_;
  Refusal refusal_;
  std::size_t events_ = 0, certificates_ = 0, submissions_ = 0, records_kept_ = 0;
};

// What an earlier run has sent is final before it is looked what is still to be stated.
Done wait_for_own(NodeClient& node, const crypto::UnlockedKey& key) {
  constexpr std::int64_t kPoll_ms = 200;
  for (std::int64_t waited_ms = 0; waited_ms < kPatience_ms; waited_ms += kPoll_ms) {
    const auto sequence = node.sequence(key.header.administration, key.header.public_key);
    if (!sequence) return std::unexpected(sequence.error().why);
    if (sequence->next == sequence->final_ + 1) return {};
    sleep_ms(kPoll_ms);
  }
  return std::unexpected("what this key has sent before is not final after two minutes: see quipu node status");
}

// ------------------------------------------------------------------ telling

json::object summary(const ListPlan& plan, const NationalList& list) {
  json::array lines;
  for (const NotTaken& each : plan.not_taken) {
    json::object entry{{"line", each.line}};
    if (!each.certificate.empty()) entry["certificate"] = each.certificate;
    entry["why"] = each.why;
    lines.push_back(std::move(entry));
  }
  return {
      {"rows", list.rows.size() + list.bad.size()}, {"already_there", plan.already}, {"not_taken", std::move(lines)}};
}

std::size_t events_in(const ListPlan& plan) {
  std::size_t events = 0;
  for (const RowStatements& row : plan.rows) events += row.lines.size();
  return events;
}

// For people: to be submitted when the grants are approved.
Done write_left(const ImportListOptions& options, const ListPlan& plan, json::object& told) {
  if (options.plan.empty()) return {};
  json::array events;
  for (const auto& event : plan.after_approval) {
    if (events.size() < kMostLeft) events.push_back(ledger::message_to_json_value(*event));
  }
  told["left_for_after_approval"] = events.size();
  const std::size_t next = plan.after_approval.size() - events.size();
  if (next > 0) told["for_the_next_plan"] = next;
  told["plan"] = options.plan;
  return write_file(options.plan, json::serialize(json::object{{"events", std::move(events)}}) + "\n");
}

void by_line(ListPlan& plan) {
  std::sort(plan.not_taken.begin(), plan.not_taken.end(),
            [](const NotTaken& a, const NotTaken& b) { return a.line < b.line; });
}

}  // namespace

Done import_list(const Global& global, const ImportListOptions& options) {
  const auto key = unlock(options.key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  const auto list = list_from(options.file, options.map, key->header.administration);
  if (!list) return std::unexpected(list.error());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto chain = node->chain();
  if (!chain) return std::unexpected(chain.error());
  if (auto quiet = wait_for_own(*node, *key); !quiet) return quiet;
  const std::string today = ledger::Date::of(now_s() * 1'000, 0).text();
  auto plan = plan_of_list(*node, *list, key->header.administration, today, !options.plan.empty());
  if (!plan) return std::unexpected(plan.error());
  if (options.dry_run) {
    by_line(*plan);
    json::object told = summary(*plan, *list);
    told["certificates_to_state"] = std::ranges::count_if(plan->rows, &RowStatements::grants);
    told["events_to_state"] = events_in(*plan);
    add_later(*plan, plan->rows);
    if (auto written = write_left(options, *plan, told); !written) return written;
    print_answer(told, global.output);
    return {};
  }
  Stating stating(*node, options, *key, chain->chain_id, *plan);
  auto done = stating.run();
  by_line(*plan);
  json::object told = summary(*plan, *list);
  told["certificates_stated"] = stating.certificates();
  told["events_stated"] = stating.events();
  told["submissions"] = stating.submissions();
  told["records_kept"] = stating.records_kept();
  if (auto written = write_left(options, *plan, told); !written) return written;
  print_answer(told, global.output);
  return done;
}

}  // namespace quipu::cli
