// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/stage/clients.h"

#include "crypto/merkle.h"

namespace quipu::testnet::stage {

namespace {
constexpr Micros kAgain = 3 * kSecond;
constexpr std::uint64_t kAhead = 1'000;
}  // namespace

template <class Test>
bool Clients::any_id(const Job& job, const Test& test) {
  return std::ranges::any_of(job.leaves, [&](const Bytes& leaf) { return test(crypto::leaf_hash(leaf)); });
}

void Clients::submit(std::uint64_t count, const std::vector<std::size_t>& authors) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t author = authors[i % authors.size()];
    const std::string subject = next_subject();
    if (!first_[author]) first_[author] = subject;
    begin({{cluster_.statement(author, next_[author]++, subject)}, {author}});
  }
}

void Clients::submit_ahead(std::uint64_t count, const std::vector<std::size_t>& authors) {
  for (const std::size_t author : authors)
    for (std::uint64_t i = 0; i < count; ++i)
      cluster_.submit_to(author, cluster_.statement(author, next_[author] + kAhead + i, next_subject()));
}

void Clients::submit_rivals(std::uint64_t count, std::size_t author, std::size_t through) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto number = next_[author]++;
    begin({{cluster_.statement(author, number, next_subject()), cluster_.statement(author, number, next_subject())},
           {author, through}});
  }
}

bool Clients::hand_on_invalid(std::uint64_t count, const std::vector<std::size_t>& to) {
  const auto& genesis = cluster_.cast().genesis;
  const auto& membership = cluster_.newest_members();
  for (const Endpoint node : to) {
    const std::size_t author = (node + 1) % cluster_.cast().members();
    if (!first_[author]) return false;
    consensus::Submissions passed;
    for (std::uint64_t i = 0; i < count; ++i)
      passed.leaves.push_back(cluster_.statement(author, next_[author] + i, *first_[author]));
    const Bytes frame = consensus::encode(passed, membership.scope(genesis.chain), membership.members.size());
    cluster_.node(node).receive(author, frame);
  }
  return true;
}

void Clients::load(std::uint64_t per_second, Micros time, const std::vector<std::size_t>& authors) {
  const auto count = static_cast<std::uint64_t>(time) * per_second / kSecond;
  to_come_ += count;
  for (std::uint64_t i = 0; i < count; ++i)
    cluster_.queue().after(static_cast<Micros>(i * kSecond / per_second), [this, author = authors[i % authors.size()]] {
      --to_come_;
      submit(1, {author});
    });
}

void Clients::begin(Job job) {
  jobs_.push_back(std::move(job));
  attempt(jobs_.size() - 1);
}

void Clients::attempt(std::size_t index) {
  const Job& job = jobs_[index];
  if (any_id(job, [this](const auto& id) { return cluster_.final_somewhere(id); })) return;
  for (std::size_t i = 0; i < job.leaves.size(); ++i) cluster_.submit_to(up(job.through[i]), job.leaves[i]);
  cluster_.queue().after(kAgain, [this, index] { attempt(index); });
}

// Or the next one that is.
Endpoint Clients::up(Endpoint wanted) const {
  for (std::size_t i = 0; i < cluster_.endpoints(); ++i) {
    const Endpoint each = (wanted + i) % cluster_.endpoints();
    if (cluster_.node(each).alive() && !cluster_.node(each).paused()) return each;
  }
  return wanted;
}

// The newest first: if that one is not final, the others need not be looked at.
std::string Clients::not_final(Endpoint at) const {
  const Node& node = cluster_.node(at);
  if (!node.alive()) return cluster_.cast().code(node.who().administration) + " is down";
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job)
    if (!any_id(*job, [&](const auto& id) { return node.place_of(id).has_value(); }))
      return "not final at " + cluster_.cast().code(node.who().administration) + ": statement " +
             std::to_string(jobs_.rend() - job) + " of " + std::to_string(jobs_.size());
  return {};
}

std::string Clients::not_final() const {
  if (to_come_ > 0) return std::to_string(to_come_) + " statements of the load are still to come";
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job)
    if (!any_id(*job, [this](const auto& id) { return cluster_.final_everywhere(id); }))
      return "not final everywhere: statement " + std::to_string(jobs_.rend() - job) + " of " +
             std::to_string(jobs_.size());
  return {};
}

}  // namespace quipu::testnet::stage
