// SPDX-License-Identifier: Apache-2.0
// Submissions on their way into the pool: from this node's API and from peers. Signatures are checked outside, each
// leaf once.
#include <algorithm>
#include <cassert>
#include <utility>

#include "consensus/limits.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/proposals.h"
#include "node/replica/replica_state.h"

namespace quipu::replica {

namespace {

Answer answer(std::uint64_t request, Admission admission, const crypto::Digest& id, std::string why = {}) {
  return {request, admission, id, std::nullopt, std::nullopt, std::move(why)};
}

Answer rejected(std::uint64_t request, const crypto::Digest& id, ledger::Rejection why) {
  auto out = answer(request, Admission::kRejected, id);
  out.rejection = std::move(why);
  return out;
}

}  // namespace

// Why nothing can be judged here now; empty when it can. A node that is some blocks behind while others vote is not
// kept from taking submissions, only one whose state is old.
std::string Replica::State::unable() const {
  if (auto why = outgrown(); !why.empty()) return why;
  if (halted) return "this node has halted: send it to another member's node";
  if (observing()) return "this node follows without a vote: send it to a member's node";
  const auto here = chain.committed().height.value;
  const auto known = engine.known_final().value;
  if (known <= here + limits::kUnfinalizedBlocks) return {};
  return "this node is catching up, at height " + std::to_string(here) + " of " + std::to_string(known);
}

void Replica::State::admit(const Submitted& input) {
  if (auto why = unable(); !why.empty()) {
    return void(out.emplace_back(answer(input.request, Admission::kUnavailable, {}, std::move(why))));
  }
  if (input.leaf.size() > limits::kLeafBytes) {
    return void(out.emplace_back(answer(input.request, Admission::kTooLarge, {})));
  }
  auto decoded = ledger::decode_submission(input.leaf, config.genesis.chain_id);
  if (!decoded) return void(out.emplace_back(rejected(input.request, {}, decoded.error())));
  const auto key = ledger::signing_key(*chain.committed().state, *decoded);
  if (!key) return void(out.emplace_back(rejected(input.request, decoded->id, key.error())));
  if (auto early = refuse_at_once(*decoded, *key)) {
    early->request = input.request;
    return void(out.emplace_back(std::move(*early)));
  }
  auto submission = std::make_shared<const ledger::Submission>(std::move(*decoded));
  verify({input.request, {{std::move(submission), *key}}, {}});
}

// What needs no signature check: known already, or its place is taken.
std::optional<Answer> Replica::State::refuse_at_once(const ledger::Submission& submission,
                                                     const crypto::PublicKey& key) {
  if (pool.find(submission.id) != nullptr || finals.contains(submission.id)) {
    return answer(0, Admission::kAccepted, submission.id);
  }
  const auto final_next = ledger::next_sequence(*chain.committed().state, submission.administration(), key);
  const auto* holder = pool.holder(key, submission.sequence());
  // So far ahead that whoever signs it must have lost count, or wants the pool for itself.
  if (const auto free = pool.first_free(key, final_next); submission.sequence() >= free + limits::kPoolGapsPerKey) {
    return answer(0, Admission::kBusy, submission.id,
                  "sequence " + std::to_string(submission.sequence()) + " is too far ahead: send " +
                      std::to_string(free) + " and those after it first");
  }
  if (submission.sequence() >= final_next && holder == nullptr) {
    if (pool.has_room(submission)) return std::nullopt;
    return answer(0, Admission::kBusy, submission.id,
                  "what waits of " + submission.administration() + " fills its share");
  }
  auto out_answer = answer(0, Admission::kSequence, submission.id);
  out_answer.rejection = ledger::Rejection{ledger::Code::kSequenceTaken, std::nullopt,
                                           "sequence " + std::to_string(submission.sequence()) + " is taken, next is " +
                                               std::to_string(pool.first_free(key, final_next))};
  if (holder != nullptr) out_answer.holder = holder->submission->id;
  return out_answer;
}

// No block that this node would vote for now could hold it: its author's clock is wrong. Kept, it would bar the number
// to what the author signs with a right one.
bool Replica::State::from_the_future(const ledger::Submission& submission) const {
  const auto latest_ms = now.utc_ms + limits::kBlockTimeAhead_ms + limits::kIssuedAfter_ms;
  return submission.statement.issued_at_s > static_cast<std::uint64_t>(std::max<std::int64_t>(latest_ms, 0)) / 1000;
}

// What a peer sent, if there is anything to check about it.
std::optional<Item> Replica::State::wanted(PeerId from, BytesView leaf) {
  const auto id = crypto::leaf_hash(leaf);
  if (pool.find(id) != nullptr || in_check.contains(id) || finals.contains(id)) {
    conduct.useless_leaf(from, now.steady_us);
    return std::nullopt;
  }
  auto decoded = ledger::decode_submission(leaf, config.genesis.chain_id);
  if (!decoded) {
    blame(from, 1);
    return std::nullopt;
  }
  const auto key = ledger::signing_key(*chain.committed().state, *decoded);
  if (!key || from_the_future(*decoded) || refuse_at_once(*decoded, *key)) {
    conduct.useless_leaf(from, now.steady_us);
    return std::nullopt;
  }
  return Item{std::make_shared<const ledger::Submission>(std::move(*decoded)), *key};
}

void Replica::State::receive_leaves(PeerId from, std::vector<Bytes> leaves) {
  Checking batch{.request = {}, .items = {}, .from = from};
  for (const auto& leaf : leaves) {
    if (!references.empty()) leaf_came(crypto::leaf_hash(leaf), leaf);
    if (!conduct.takes_leaves(from, now.steady_us)) break;
    if (auto item = wanted(from, leaf)) batch.items.push_back(std::move(*item));
  }
  // Beyond what the pool could ever hold nothing more is taken in; its senders will offer it again.
  if (!batch.items.empty() && in_check.size() < limits::kPoolSubmissions) verify(std::move(batch));
}

void Replica::State::verify(Checking batch) {
  const auto ticket = next_ticket++;
  for (const auto& item : batch.items) in_check.insert(item.submission->id);
  out.emplace_back(VerifySubmissions{ticket, batch.items});
  checking.emplace(ticket, std::move(batch));
}

void Replica::State::handle(SubmissionsVerified& input) {
  for (const auto& batch : input.batches) take_verified(batch);
  gossip();
}

void Replica::State::take_verified(const SubmissionsVerified::Batch& verified) {
  auto found = checking.extract(verified.ticket);
  if (found.empty() || found.mapped().items.size() != verified.valid.size()) return;
  const auto& batch = found.mapped();
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const auto& item = batch.items[i];
    in_check.erase(item.submission->id);
    if (verified.valid[i]) {
      admit_verified(item, batch.request);
    } else if (batch.request) {
      out.emplace_back(rejected(*batch.request, item.submission->id, {ledger::Code::kBadSignature, std::nullopt, ""}));
    } else if (batch.from) {
      blame(*batch.from, 1);
    }
    signature_checked(item.submission->id, verified.valid[i]);
  }
}

void Replica::State::admit_verified(const Item& item, std::optional<std::uint64_t> request) {
  const auto reply = [&](Answer what) {
    if (!request) return;
    what.request = *request;
    out.emplace_back(std::move(what));
  };
  // The tip may have moved while the signature was checked.
  if (auto early = refuse_at_once(*item.submission, item.key)) return reply(*std::move(early));
  if (request) {
    if (auto refusal = not_ready_for(item)) return reply(*std::move(refusal));
    if (auto refusal = refused_by_rules(item)) return reply(*std::move(refusal));
  } else {
    admission.forget(item.submission->administration());
  }
  keep(item, request.has_value());
  reply(answer(0, Admission::kAccepted, item.submission->id));
}

// A yes to a version of the protocol says that this node is ready for it. The rules cannot know; this node does.
std::optional<Answer> Replica::State::not_ready_for(const Item& item) const {
  const auto& events = item.submission->payload->events();
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(events.size()); ++i) {
    const auto version = ledger::version_agreed_to(*chain.committed().state, events[static_cast<int>(i)]);
    if (version <= newest_known()) continue;
    const auto detail = std::to_string(version) + ", and this node knows " + std::to_string(newest_known()) +
                        ": install a newer program here, then vote";
    return rejected(0, item.submission->id, {ledger::Code::kProtocolVersionUnknown, i, detail});
  }
  return std::nullopt;
}

// Our own officers learn at once what the rules say; what peers accepted is judged when its turn in a block comes.
// Nor does one from the future wait here: its author's clock is wrong, and it would hold its number until then.
std::optional<Answer> Replica::State::refused_by_rules(const Item& item) {
  const auto& position = chain.committed();
  const auto outcome =
      admission.check(config.genesis, *item.submission, item.key, position, likely_block_time_ms(position), pool);
  if (outcome) return std::nullopt;
  return rejected(0, item.submission->id, outcome.error());
}

void Replica::State::keep(const Item& item, bool our_own) {
  const auto kept = pool.insert({item.submission, item.key, now.steady_us, 0});
  assert(kept == Mempool::Insert::kTaken);  // refuse_at_once has asked
  if (kept != Mempool::Insert::kTaken) return;
  announce(item.submission->id, Phase::kPending);
  pool_grew();
  if (!sweep_us) plan_sweep();
  const auto next = ledger::next_sequence(*chain.committed().state, item.submission->administration(), item.key);
  // Behind a gap nobody else can use it yet: it is offered once the gap is filled.
  const bool contiguous = pool.first_free(item.key, next) > item.submission->sequence();
  if (our_own && contiguous) to_gossip.push_back(item.submission);
}

// In as few frames as hold them: a busy node takes many submissions in one step.
void Replica::State::gossip() {
  consensus::Submissions frame;
  std::size_t bytes = 0;
  for (const auto& submission : std::exchange(to_gossip, {})) {
    bytes += submission->leaf.size();
    if (bytes > limits::kLeafBytesPerFrame && !frame.leaves.empty()) {
      broadcast(std::exchange(frame, {}));
      bytes = submission->leaf.size();
    }
    frame.leaves.push_back(submission->leaf);
  }
  if (!frame.leaves.empty()) broadcast(frame);
}

}  // namespace quipu::replica
