// SPDX-License-Identifier: Apache-2.0
#include "testnet/observer.h"

#include "testnet/board/meter.h"

namespace quipu::testnet {

namespace {

using processes::Clock;
using processes::Reply;

constexpr auto kPause = std::chrono::milliseconds(400);      // between an answer and the next question
constexpr auto kPatience = std::chrono::milliseconds(1500);  // then a node is silent

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}

}  // namespace

struct Observer::Watched {
  Watched(processes::Loop& loop, const processes::NodeEntry& entry) : connection(loop, entry.http, kPatience) {}

  // It may be another network's, at the same address.
  void take_status(const Reply& reply, const std::string& chain_id) {
    auto read = reply.status == 200 ? processes::read_view(reply.body) : std::nullopt;
    if (read && read->chain_id != chain_id) read.reset();
    if (!read) meter.forget();
    view = std::move(read);
  }
  void take_ready(const Reply& reply) { ready = reply.status == 200; }
  void take_metrics(const Reply& reply) {
    if (!view || reply.status != 200) return;
    const auto total = board::metric(reply.body, "quipu_submissions_final_total");
    meter.add({.at_ms = now_ms(),
               .final_ = static_cast<std::uint64_t>(total.value_or(0)),
               .in_bytes = view->received_bytes,
               .out_bytes = view->sent_bytes,
               .until_final = board::histogram(reply.body, "quipu_final_seconds")});
  }

  board::Standing standing(const processes::NodeEntry& entry) const {
    if (!is_running(entry)) return board::Standing::kStopped;
    if (is_paused(entry)) return board::Standing::kPaused;
    if (!view) return board::Standing::kSilent;
    return ready ? board::Standing::kReady : board::Standing::kBehind;
  }
  board::Member member(const processes::NodeEntry& entry) const {
    const auto shown = view.value_or(processes::NodeView());
    return {.code = entry.code,
            .standing = standing(entry),
            .height = shown.height,
            .size = shown.size,
            .root = shown.root,
            .view = shown.view,
            .leader = shown.leader,
            .url = "http://" + entry.http,
            .peers_up = shown.peers_up,
            .pool = shown.pool,
            .nullified = shown.nullified_views,
            .evidence = shown.evidence,
            .final_per_second = meter.per_second(&board::Reading::final_),
            .final_now = meter.per_second(&board::Reading::final_, 1000),
            .p50_ms = meter.percentile_ms(0.5),
            .p99_ms = meter.percentile_ms(0.99),
            .in_per_second = meter.per_second(&board::Reading::in_bytes),
            .out_per_second = meter.per_second(&board::Reading::out_bytes)};
  }

  processes::Connection connection;
  std::optional<processes::NodeView> view;
  bool ready = false;
  board::Meter meter;
};

Observer::Observer(const processes::Network& network) : chain_id_(network.chain_id) {
  for (const auto& node : network.nodes) nodes_.push_back(std::make_unique<Watched>(loop_, node));
  for (auto& node : nodes_) ask(*node);
}

Observer::~Observer() = default;

void Observer::ask(Watched& node) {
  const auto question = [&](const char* target, processes::Connection::Then then) {
    node.connection.ask(processes::get_request(target), std::move(then));
  };
  question("/v1/node/status", [this, &node](const Reply& reply) { node.take_status(reply, chain_id_); });
  question("/readyz", [&node](const Reply& reply) { node.take_ready(reply); });
  question("/metrics", [this, &node](const Reply& reply) {
    node.take_metrics(reply);
    loop_.at(Clock::now() + kPause, [this, &node] { ask(node); });
  });
}

void Observer::observe(std::chrono::milliseconds time) {
  loop_.run_until([] { return false; }, time);
}

std::vector<board::Member> Observer::members(const processes::Network& network) const {
  std::vector<board::Member> members;
  for (std::size_t i = 0; i < std::min(nodes_.size(), network.nodes.size()); ++i) {
    members.push_back(nodes_[i]->member(network.nodes[i]));
  }
  return members;
}

}  // namespace quipu::testnet
