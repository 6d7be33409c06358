// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/load.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace quipu::bench {

namespace {

constexpr std::size_t kPosters = 16;  // connections that post, to each node
constexpr auto kBusyPause = std::chrono::milliseconds(20);
constexpr auto kPatience = std::chrono::milliseconds(60'000);

struct Window {
  Clock::time_point from;
  Clock::time_point to;
};

// One member: posts in the order of its sequence numbers, and looks how far they are final. A key's numbers become
// final in order, so one look tells about all before it; the stride doubles while looks find FINAL.
class Lane {
 public:
  Lane(Loop& loop, const LoadPlan& plan, const LaneStock& stock)
      : loop_(loop), plan_(plan), stock_(stock.stock), looker_(loop, stock.address) {
    const std::size_t posters = std::min(kPosters, plan.in_flight);
    for (std::size_t i = 0; i < posters; ++i) posters_.push_back(std::make_unique<Connection>(loop, stock.address));
    since_.resize(stock_.size());
  }

  void start() { pump(); }
  void stop() { stopping_ = true; }
  bool dry() const { return sent_ == stock_.size(); }
  bool done() const { return final_ == sent_; }
  std::size_t sent() const { return sent_; }
  struct Seen {
    Clock::time_point at;
    double latency_ms;
  };
  const std::vector<Seen>& seen() const { return seen_; }

 private:
  void pump() {
    for (auto& poster : posters_) {
      while (poster->idle() && !stopping_ && !dry() && sent_ - final_ < plan_.in_flight) {
        since_[sent_] = Clock::now();
        post(*poster, sent_++);
      }
    }
  }

  void post(Connection& poster, std::size_t index) {
    poster.ask(stock_[index].post, [this, &poster, index](const Reply& reply) {
      if (reply.status == 429) {
        loop_.at(Clock::now() + kBusyPause, [this, &poster, index] { post(poster, index); });
        return;
      }
      if (reply.status != 202) {
        throw std::runtime_error("a node answered " + std::to_string(reply.status) + ": " + std::string(reply.body));
      }
      ++accepted_;
      pump();
      if (!looking_) look();
    });
  }

  void look() {
    looking_ = final_ < sent_ && accepted_ > 0;
    if (!looking_) return;
    const std::size_t target = std::min(final_ + stride_, sent_) - 1;
    looker_.ask(stock_[target].look, [this, target](const Reply& reply) { looked(target, reply); });
  }

  void looked(std::size_t target, const Reply& reply) {
    if (reply.body.find("\"FINAL\"") != std::string_view::npos) {
      finalize_until(target + 1);
      stride_ *= 2;
      pump();
      return look();
    }
    const bool waits = reply.status == 404 || reply.body.find("\"PENDING\"") != std::string_view::npos;
    if (!waits) throw std::runtime_error("a submission is not final but " + std::string(reply.body));
    const bool oldest = target == final_;
    stride_ = oldest ? 1 : std::max<std::size_t>((target - final_) / 2, 1);
    if (!oldest) return look();
    loop_.at(Clock::now() + plan_.look_pause, [this] { look(); });
  }

  void finalize_until(std::size_t end) {
    const auto now = Clock::now();
    for (; final_ < end; ++final_) {
      seen_.push_back({now, std::chrono::duration<double, std::milli>(now - since_[final_]).count()});
    }
  }

  Loop& loop_;
  const LoadPlan& plan_;
  const std::vector<Prepared>& stock_;
  Connection looker_;
  std::vector<std::unique_ptr<Connection>> posters_;
  std::vector<Clock::time_point> since_;
  std::vector<Seen> seen_;
  std::size_t sent_ = 0;
  std::size_t accepted_ = 0;
  std::size_t final_ = 0;
  std::size_t stride_ = 1;
  bool looking_ = false;
  bool stopping_ = false;
};

using Lanes = std::vector<std::unique_ptr<Lane>>;

void collect(const Lanes& lanes, const Window& window, LoadResult& result) {
  for (const auto& lane : lanes) {
    result.sent.push_back(lane->sent());
    for (const auto& seen : lane->seen()) {
      if (seen.at >= window.from && seen.at < window.to) result.latency_ms.push_back(seen.latency_ms);
    }
  }
  std::ranges::sort(result.latency_ms);
  result.submissions = result.latency_ms.size();
  result.seconds = std::chrono::duration<double>(window.to - window.from).count();
}

}  // namespace

LoadResult run_load(const LoadPlan& plan, const std::vector<LaneStock>& stocks) {
  Loop loop;
  Lanes lanes;
  for (const auto& stock : stocks) lanes.push_back(std::make_unique<Lane>(loop, plan, stock));
  LoadResult result;
  Window window{Clock::now() + plan.warm_up, Clock::now() + plan.warm_up + plan.window};
  for (auto& lane : lanes) lane->start();
  const auto any_dry = [&] { return std::ranges::any_of(lanes, [](const auto& lane) { return lane->dry(); }); };
  result.ran_dry = loop.run_until(any_dry, plan.warm_up + plan.window);
  window.to = std::min(window.to, Clock::now());
  window.from = std::min(window.from, window.to);
  for (auto& lane : lanes) lane->stop();
  const auto all_done = [&] { return std::ranges::all_of(lanes, [](const auto& lane) { return lane->done(); }); };
  if (!loop.run_until(all_done, kPatience)) throw std::runtime_error("submissions did not become final in a minute");
  collect(lanes, window, result);
  return result;
}

double percentile(const std::vector<double>& ascending, double p) {
  if (ascending.empty()) return 0;
  const auto at = static_cast<std::size_t>(p * static_cast<double>(ascending.size() - 1) + 0.5);
  return ascending[at];
}

}  // namespace quipu::bench
