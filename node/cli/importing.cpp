// SPDX-License-Identifier: Apache-2.0
#include "node/cli/importing.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "consensus/limits.h"
#include "crypto/cose.h"
#include "crypto/merkle.h"
#include "node/cli/files.h"
#include "node/cli/records_file.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

constexpr std::int64_t kPoll_ms = 20;
constexpr std::int64_t kAgain_ms = 200;
constexpr std::int64_t kSilentPoll_ms = 500;
constexpr std::int64_t kPatience_ms = 10 * 60'000;
// How far our clock and those of the members may be apart.
constexpr std::int64_t kClocksApart_ms = 120'000;
constexpr auto kNoteEvery = std::chrono::minutes(1);
constexpr const char* kRunAgain = "; then run the same command again";

// No block may take it any more, whatever node holds it.
bool is_dead(const PendingLeaf& pending) {
  const auto statement = crypto::parse_statement(pending.leaf);
  if (!statement) return true;
  const auto ends_ms = static_cast<std::int64_t>(statement->issued_at_s) * 1000 + limits::kIssuedBefore_ms;
  return static_cast<std::int64_t>(now_s()) * 1000 > ends_ms + kClocksApart_ms;
}

}  // namespace

// What a node knows of one pending submission.
struct Import::Look {
  std::optional<crypto::Digest> final_id;
  SubmissionAnswer now;  // of its newest bytes
};

Import::Import(NodeClient& node, const ImportPlan& plan, ImportProgress progress)
    : node_(node), plan_(plan), progress_(std::move(progress)), bar_("import", plan.lines.size()) {}

// What an earlier run left behind: sent again as it is, or made anew where it was refused.
Done Import::resume() {
  for (PendingLeaf& pending : progress_.pending) {
    if (pending.approvals && !signed_by_approver(pending)) {
      return std::unexpected("approvals are on their way: run it again with the same --approver-key");
    }
    if (!pending.leaf.empty()) continue;
    if (auto made = sign(pending); !made) return made;
  }
  if (auto saved = save(); !saved) return saved;
  return send_all();
}

bool Import::signed_by_approver(const PendingLeaf& pending) const {
  const auto statement = crypto::parse_statement(pending.leaf);
  return plan_.approver && statement && statement->kid == crypto::key_id(plan_.approver->header.public_key);
}

Done Import::run() {
  auto done = go_on();
  bar_.end();
  if (done) records_kept_ = hand_in_opened(node_, plan_.records_file, bar_);
  return done;
}

Done Import::go_on() {
  if (auto resumed = resume(); !resumed) return resumed;
  for (;;) {
    bar_.at(progress_.lines_done);
    if (auto packed = top_up(); !packed) return packed;
    if (!progress_.pending.empty()) {
      if (auto settled = settle(); !settled) return settled;
      continue;
    }
    const bool approvable = !progress_.waiting.empty() && (plan_.approver || !all_lines_packed());
    if (!approvable) return {};
    if (auto approved = approve(); !approved) return approved;
  }
}

// ---- packing

Done Import::top_up() {
  const bool approving = !progress_.pending.empty() && progress_.pending.front().approvals;
  while (!approving && !stalled_ && progress_.pending.size() < plan_.window && !all_lines_packed()) {
    PendingLeaf pending;
    pending.first = progress_.next_line();
    pending.end = pack_end(plan_.lines, pending.first, plan_.pack, waiting_certificates());
    if (pending.end == pending.first) return {};
    if (auto made = make(std::move(pending)); !made) return made;
  }
  return {};
}

// What waits, as one submission of the approver's; called when nothing is pending.
Done Import::approve() {
  if (!plan_.approver) {
    return std::unexpected(std::to_string(progress_.waiting.size()) +
                           " events must be approved before the import can go on: run it again with --approver-key");
  }
  PendingLeaf pending;
  pending.approvals = true;
  pending.end = std::min(progress_.waiting.size(), plan_.pack);
  return make(std::move(pending));
}

Done Import::make(PendingLeaf pending) {
  const auto sequence = next_sequence(key_of(pending));
  if (!sequence) return std::unexpected(sequence.error());
  pending.sequence = *sequence;
  if (auto signed_now = sign(pending); !signed_now) return signed_now;
  progress_.pending.push_back(std::move(pending));
  if (auto saved = save(); !saved) return saved;
  return send(progress_.pending.back());
}

Done Import::sign(PendingLeaf& pending) {
  std::vector<ledger::v1::Event> events;
  std::vector<OpenedRecord> opened;
  for (std::size_t i = pending.first; i < pending.end; ++i) {
    if (pending.approvals) {
      const WaitingTarget& target = progress_.waiting[i];
      events.push_back(approval_of(target.leaf, target.index, target.decision_date));
    } else {
      events.push_back(seal_line(plan_.lines[i], opened));
    }
  }
  pending.leaf = sign_events(events, key_of(pending), progress_.chain_id, pending.sequence);
  return append_records(plan_.records_file, opened);
}

// The number after those on their way, which the node may have forgotten; else what the node says.
std::expected<std::uint64_t, std::string> Import::next_sequence(const crypto::UnlockedKey& key) {
  std::uint64_t highest = 0;
  for (const PendingLeaf& pending : progress_.pending) highest = std::max(highest, pending.sequence);
  if (highest > 0) return highest + 1;
  for (;;) {
    const auto sequence = node_.sequence(key.header.administration, key.header.public_key);
    if (sequence) return sequence->next;
    if (!sequence.error().passing) return std::unexpected(sequence.error().why);
    if (patience_left_ms() <= 0) return std::unexpected(sequence.error().why + kRunAgain);
    pause(kSilentPoll_ms, sequence.error().why);
  }
}

std::set<std::string> Import::waiting_certificates() const {
  std::set<std::string> certificates;
  for (const auto& target : progress_.waiting) certificates.insert(target.certificate);
  for (std::size_t i = progress_.lines_done; i < progress_.next_line(); ++i) {
    if (plan_.lines[i].approve) certificates.insert(certificate_of(*plan_.lines[i].event));
  }
  return certificates;
}

const crypto::UnlockedKey& Import::key_of(const PendingLeaf& pending) const {
  return pending.approvals ? *plan_.approver : plan_.issuer;
}

// ---- sending

Done Import::send_all() {
  for (std::size_t i = 0; i < progress_.pending.size(); ++i) {
    if (auto sent = send(progress_.pending[i]); !sent) return sent;
  }
  return {};
}

Done Import::send(PendingLeaf& pending) {
  const auto note = [this](const std::string& why) { pause(0, why); };
  const Sent sent = send_patiently(node_, pending.leaf, patience_left_ms(), note);
  if (sent.kind == Sent::Kind::kTaken) return {};
  if (sent.kind == Sent::Kind::kLater) return std::unexpected(sent.refusal.sentence() + kRunAgain);
  if (sent.refusal.code == "SEQUENCE_TAKEN") return number_taken(pending);
  if (sent.refusal.code == "ISSUED_TOO_EARLY") return too_old(pending);
  return refused(pending, sent.refusal);
}

// By bytes of ours that were refused before, or by another program that signs with this key. Only once the number is
// final, and not ours, is it sure that nothing signed with it can be taken any more.
Done Import::number_taken(PendingLeaf& pending) {
  if (!is_oldest(pending)) stalled_ = true;
  const auto& key = key_of(pending).header;
  const auto sequence = node_.sequence(key.administration, key.public_key);
  const bool final_number = sequence && sequence->final_ >= pending.sequence;
  if (!final_number) {
    pause(0, "another program signs with the same key; waiting for what it has sent");
    return {};
  }
  const auto now = look(pending);
  if (!now || now->final_id) return {};
  return number_anew(pending, sequence->next);
}

Done Import::number_anew(PendingLeaf& pending, std::uint64_t sequence) {
  const auto is_used = [&](const PendingLeaf& other) { return other.sequence == sequence; };
  while (std::ranges::any_of(progress_.pending, is_used)) ++sequence;
  pending.sequence = sequence;
  pending.before.clear();
  if (auto made = sign(pending); !made) return made;
  return save();
}

Done Import::too_old(PendingLeaf& pending) {
  if (!is_dead(pending)) {
    pause(0, "what was signed a day ago is about to lapse; it is signed anew in two minutes");
    return {};
  }
  if (auto made = sign(pending); !made) return made;
  return save();
}

Done Import::refused(PendingLeaf& pending, const Refusal& refusal) {
  if (!is_oldest(pending)) {
    stalled_ = true;  // perhaps only for want of what goes before it
    return {};
  }
  const bool moot = refusal.code == "ALREADY_APPROVED" || refusal.code == "PENDING_LAPSED";
  if (pending.approvals && moot && refusal.event) return drop_target(pending, *refusal.event, refusal);
  const std::string what = name_of(pending, refusal) + refusal.code + (refusal.code.empty() ? "" : ": ") + refusal.text;
  const bool of_a_line = !pending.approvals && refusal.event;
  if (pending.approvals) {
    progress_.pending.pop_front();  // an approval given twice is refused, so it is made anew from what waits
  } else {
    pending.before.push_back(crypto::leaf_hash(pending.leaf));
    pending.leaf.clear();
  }
  if (auto saved = save(); !saved) return saved;
  if (!of_a_line) return std::unexpected(what + "; " + advice_on(refusal.code) + kRunAgain);
  const bool wants_approval = refusal.code == "HAS_PENDING" || refusal.code == "NOT_GRANTED";
  const std::string advice = wants_approval ? advice_on(refusal.code) : "correct this line where it stands";
  return std::unexpected(what + "; all before it is final: " + advice + kRunAgain);
}

std::string Import::name_of(const PendingLeaf& pending, const Refusal& refusal) const {
  const std::size_t at = pending.first + refusal.event.value_or(0);
  if (!refusal.event || at >= pending.end) return "";
  if (pending.approvals) return "the approval of " + progress_.waiting[at].certificate + ": ";
  return "line " + std::to_string(plan_.lines[at].number) + ": ";
}

// Somebody approved it by hand meanwhile, or nobody can any more.
Done Import::drop_target(PendingLeaf& pending, std::size_t target, const Refusal& refusal) {
  if (target >= pending.end) return std::unexpected("the node names an event that was not sent");
  const auto at = progress_.waiting.begin() + static_cast<std::ptrdiff_t>(target);
  bar_.note(at->certificate + ": " + refusal.code + ": " + refusal.text);
  progress_.waiting.erase(at);
  if (--pending.end == 0) {
    progress_.pending.pop_front();
    return save();
  }
  pending.before.push_back(crypto::leaf_hash(pending.leaf));
  if (auto made = sign(pending); !made) return made;
  return save();
}

// ---- waiting for the oldest

Done Import::settle() {
  if (patience_left_ms() <= 0) {
    return std::unexpected("nothing became final for ten minutes: see quipu node status" + std::string(kRunAgain));
  }
  const auto now = look(progress_.pending.front());
  if (now) return settle(*now);
  pause(kSilentPoll_ms, now.error().why);
  return {};
}

Done Import::settle(const Look& look) {
  if (look.final_id) return finish(*look.final_id);
  const std::string& status = look.now.status;
  if (status == "PENDING") {
    pause(kPoll_ms);
    return {};
  }
  // The rules may have spoken before its turn came, if its turn came by a detour; the second time it stands.
  if (status == "REJECTED" && look.now.refusal.code != "SEQUENCE_TAKEN" && std::exchange(tried_again_, true)) {
    return refused(progress_.pending.front(), look.now.refusal);
  }
  // A node that has lost one has lost the others, too.
  auto sent = status == "UNKNOWN" ? send_all() : send(progress_.pending.front());
  pause(kAgain_ms);
  return sent;
}

std::expected<Import::Look, Trouble> Import::look(const PendingLeaf& pending) {
  std::vector<crypto::Digest> ids = pending.before;
  ids.push_back(crypto::leaf_hash(pending.leaf));
  Look found;
  for (const auto& id : ids) {
    auto answer = node_.submission(id);
    if (!answer) return std::unexpected(std::move(answer.error()));
    if (answer->status == "FINAL") found.final_id = id;
    found.now = std::move(*answer);
  }
  return found;
}

Done Import::finish(const crypto::Digest& id) {
  const PendingLeaf& pending = progress_.pending.front();
  if (pending.approvals) {
    const auto begin = progress_.waiting.begin();
    progress_.waiting.erase(begin, begin + static_cast<std::ptrdiff_t>(pending.end));
    approvals_ += pending.end;
  } else {
    for (std::size_t i = pending.first; i < pending.end; ++i) {
      if (!plan_.lines[i].approve) continue;
      const auto& event = *plan_.lines[i].event;
      progress_.waiting.push_back(
          {id, static_cast<std::uint32_t>(i - pending.first), certificate_of(event), event.decision_date()});
    }
    progress_.done = digest_of_lines(plan_.lines, pending.first, pending.end, progress_.done);
    progress_.lines_done = pending.end;
  }
  ++submissions_;
  progress_.pending.pop_front();
  tried_again_ = false;
  stalled_ = stalled_ && !progress_.pending.empty();
  idle_since_ = Clock::now();
  return save();
}

// ---- the rest

Done Import::save() { return write_file(plan_.progress_file, progress_.to_json(), 0600); }

std::int64_t Import::patience_left_ms() const {
  const auto idle = Clock::now() - idle_since_;
  return kPatience_ms - std::chrono::duration_cast<std::chrono::milliseconds>(idle).count();
}

// Says why it waits, and says it again only after a while.
void Import::pause(std::int64_t time_ms, const std::string& why) {
  const auto now = Clock::now();
  if (!why.empty() && (why != noted_ || now > note_again_)) {
    bar_.note("waiting: " + why);
    noted_ = why;
    note_again_ = now + kNoteEvery;
  }
  sleep_ms(time_ms);
}

}  // namespace quipu::cli
