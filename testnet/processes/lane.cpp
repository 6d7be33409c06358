// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/lane.h"

#include <algorithm>
#include <charconv>

namespace quipu::processes {

namespace {

constexpr std::size_t kPosters = 16;  // connections that post, to each node
constexpr auto kBusyPause = std::chrono::milliseconds(200);
constexpr auto kAwayPause = std::chrono::milliseconds(100);
constexpr auto kLostPause = std::chrono::milliseconds(50);
constexpr auto kOwnNodeEvery = std::chrono::milliseconds(500);

// Refused so often without one that became final between, a lane is not waited for once its time is over.
constexpr std::uint64_t kRefusedForGood = 16;

bool says(std::string_view body, std::string_view status) {
  return body.find("\"status\":\"" + std::string(status) + "\"") != std::string_view::npos;
}

std::uint64_t number_in(std::string_view body, std::string_view name) {
  const auto at = body.find("\"" + std::string(name) + "\":");
  std::uint64_t value = 0;
  if (at != std::string_view::npos)
    std::from_chars(body.data() + at + name.size() + 3, body.data() + body.size(), value);
  return value;
}

std::string text_in(std::string_view body, std::string_view name) {
  const std::string start = "\"" + std::string(name) + "\":\"";
  const auto at = body.find(start);
  if (at == std::string_view::npos) return {};
  const auto rest = body.substr(at + start.size());
  return std::string(rest.substr(0, rest.find('"')));
}

// Nobody there, or a node that cannot: another one may.
bool away(const Reply& reply) { return reply.status == 0 || reply.status >= 500; }

}  // namespace

Lane::Lane(Loop& loop, LanePlan plan, Make make, OnFinal on_final)
    : loop_(loop),
      plan_(std::move(plan)),
      make_(std::move(make)),
      on_final_(std::move(on_final)),
      next_sequence_(plan_.first_sequence),
      next_due_(plan_.begin) {
  for (const auto& address : plan_.nodes) {
    Node node;
    for (std::size_t i = 0; i < std::min(kPosters, plan_.in_flight); ++i) {
      node.posters.push_back(std::make_unique<Connection>(loop, address, plan_.patience));
    }
    node.looker = std::make_unique<Connection>(loop, address, plan_.patience);
    nodes_.push_back(std::move(node));
  }
}

// Keeps the posters busy. Called whenever something has changed.
void Lane::pump() {
  if (Clock::now() < paused_until_) return;
  for (auto& poster : node().posters) {
    if (!poster->idle()) continue;
    if (to_post_.empty() && !add_new()) break;
    post(*poster);
  }
}

bool Lane::add_new() {
  if (stopping_ || dry() || in_flight_.size() >= plan_.in_flight) return false;
  const auto now = Clock::now();
  if (next_due_ > now) {
    if (!std::exchange(pacing_, true)) {
      loop_.at(next_due_, [this] {
        pacing_ = false;
        pump();
      });
    }
    return false;
  }
  const bool paced = plan_.interval > Clock::duration::zero();
  add(next_sequence_++, paced ? next_due_ : now);
  if (paced) next_due_ += plan_.interval;
  return true;
}

void Lane::add(std::uint64_t sequence, Clock::time_point due) {
  in_flight_.insert_or_assign(sequence, InFlight{make_(sequence), due});
  to_post_.insert(sequence);
  ++counts_.sent;
}

void Lane::post(Connection& poster) {
  const auto sequence = to_post_.extract(to_post_.begin()).value();
  auto& entry = in_flight_.at(sequence);
  if (entry.posts++ > 0) ++counts_.retries;
  poster.ask(post_request("/v1/submissions", "application/cose", entry.statement.leaf),
             [this, sequence, id = entry.statement.id, visit = visit_](const Reply& reply) {
               if (visit == visit_) posted(sequence, id, reply);
               pump();
             });
}

void Lane::posted(std::uint64_t sequence, const crypto::Digest& id, const Reply& reply) {
  if (away(reply)) return leave_node();
  const auto entry = in_flight_.find(sequence);
  if (entry == in_flight_.end() || entry->second.statement.id != id) return;  // settled meanwhile
  if (reply.status == 202) {
    entry->second.taken = true;
    look();
  } else if (reply.status == 429) {
    to_post_.insert(sequence);
    pause(kBusyPause);
  } else if (reply.status == 409) {
    number_taken(entry);
  } else {
    replace(entry, counts_.rejected, reply);
  }
}

// By the submission of another program, or by this very one, which then a look tells. Only one that no node can have is
// signed anew, with a later number.
void Lane::number_taken(Entry entry) {
  if (entry->second.posts > 1) {
    entry->second.taken = true;
    return look();
  }
  const auto due = entry->second.due;
  in_flight_.erase(entry);
  --counts_.sent;
  ++counts_.retries;
  add(next_sequence_++, due);
}

// The oldest in flight, or as far after it as the last looks make it likely.
Lane::Entry Lane::to_look_at() {
  const auto oldest = in_flight_.begin();
  if (oldest == in_flight_.end() || !oldest->second.taken) return in_flight_.end();
  const auto ahead = std::prev(in_flight_.upper_bound(oldest->first + stride_ - 1));
  return ahead->second.taken ? ahead : oldest;
}

void Lane::look() {
  if (looking_) return;
  const auto entry = to_look_at();
  if (entry == in_flight_.end()) return;
  looking_ = true;
  const auto& id = entry->second.statement.id;
  node().looker->ask(get_request("/v1/submissions/" + crypto::to_hex(id.view())),
                     [this, sequence = entry->first, id, visit = visit_](const Reply& reply) {
                       if (visit != visit_) return;
                       looking_ = false;
                       const auto found = in_flight_.find(sequence);
                       if (found == in_flight_.end() || found->second.statement.id != id) return look();
                       looked(found, reply);
                       pump();
                     });
}

void Lane::looked(Entry entry, const Reply& reply) {
  if (away(reply)) return leave_node();
  if (says(reply.body, "FINAL")) {
    finalize_until(entry, reply.body);
    if (!plan_.look_at_each) stride_ *= 2;
    return look();
  }
  if (reply.status == 404) {  // the node has lost its pool
    post_all_again();
    return pause(kLostPause);
  }
  if (says(reply.body, "REJECTED")) return replace(entry, counts_.rejected, reply);
  if (says(reply.body, "EXPIRED")) return replace(entry, counts_.expired, reply);
  not_yet(entry);
}

void Lane::not_yet(Entry entry) {
  const auto ahead = entry->first - in_flight_.begin()->first;
  stride_ = std::max<std::uint64_t>(ahead / 2, 1);
  if (ahead > 0) return look();
  looking_ = true;
  loop_.at(Clock::now() + plan_.look_pause, [this, visit = visit_] {
    if (visit != visit_) return;
    looking_ = false;
    look();
  });
}

void Lane::finalize_until(Entry last, std::string_view body) {
  const auto now = Clock::now();
  for (auto entry = in_flight_.begin();;) {
    SeenFinal seen{entry->second.statement.id, 0, 0, now, 0};
    seen.latency_ms = std::chrono::duration<double, std::milli>(now - entry->second.due).count();
    const bool at_last = entry == last;
    if (at_last) {
      seen.height = number_in(body, "height");
      seen.index = number_in(body, "index");
    }
    to_post_.erase(entry->first);
    entry = in_flight_.erase(entry);
    ++counts_.final_;
    refused_in_a_row_ = 0;
    on_final_(seen);
    if (at_last) return;
  }
}

// Something else takes its number, else those after it could never become final.
void Lane::replace(Entry entry, std::uint64_t& count, const Reply& reply) {
  ++count;
  note(reply);
  if (refused_for_good()) {
    in_flight_.clear();
    to_post_.clear();
    return;
  }
  add(entry->first, Clock::now());
  pause(kAwayPause);
}

void Lane::post_all_again() {
  for (auto& [sequence, entry] : in_flight_) {
    entry.taken = false;
    to_post_.insert(sequence);
  }
}

void Lane::visit(std::size_t node) {
  ++visit_;
  node_ = node;
  looking_ = false;
  post_all_again();
}

void Lane::leave_node() {
  visit((node_ + 1) % nodes_.size());
  pause(kAwayPause);
  watch_own_node();
}

// Back as soon as its own node says that it is ready.
void Lane::watch_own_node() {
  if (node_ == 0 || std::exchange(watching_, true)) return;
  loop_.at(Clock::now() + kOwnNodeEvery, [this] {
    nodes_.front().looker->ask(get_request("/readyz"), [this](const Reply& reply) {
      watching_ = false;
      if (reply.status != 200 || node_ == 0) return watch_own_node();
      visit(0);
      pump();
    });
  });
}

void Lane::pause(Clock::duration time) {
  paused_until_ = std::max(paused_until_, Clock::now() + time);
  loop_.at(paused_until_, [this] { pump(); });
}

void Lane::note(const Reply& reply) {
  ++refused_in_a_row_;
  if (!refuser_.empty()) return;
  refuser_ = plan_.nodes[node_];
  const auto code = text_in(reply.body, "code"), title = text_in(reply.body, "title");
  const auto body = std::string(reply.body.substr(0, 300));
  refusal_ = code.empty() ? "HTTP " + std::to_string(reply.status) + " " + body : code + " " + title;
}

bool Lane::refused_for_good() const { return stopping_ && refused_in_a_row_ >= kRefusedForGood; }

std::string Lane::trouble() const {
  if (refuser_.empty()) return {};
  return refuser_ + " refused " + std::to_string(counts_.rejected + counts_.expired) + ", the first with " + refusal_;
}

}  // namespace quipu::processes
