// SPDX-License-Identifier: Apache-2.0
#include "node/side/exchange.h"

#include <algorithm>
#include <utility>

#include "consensus/limits.h"
#include "node/ledger/state.pb.h"

namespace quipu::side {
namespace {

using ledger::RecordType;

constexpr std::uint64_t kRequestsPerSecond = 8;  // of one asker; each may read 64 files
constexpr std::size_t kSubjectsPerStep = 256;    // of a sweep
constexpr std::size_t kFewWanted = 256;          // there is room again for what was left out
constexpr std::int64_t kSweepSoon_us = 5'000'000;
constexpr std::int64_t kSweepLater_us = 600'000'000;
constexpr std::int64_t kDay_ms = 86'400'000;
constexpr std::int64_t kClockLook_us = 3'600'000'000;  // a clock may be set

bool is_named(const std::vector<Named>& named, const Commitment& commitment) {
  return std::ranges::any_of(named, [&](const Named& each) { return each.commitment == commitment; });
}

std::map<Subject, std::set<Commitment>> by_subject(const std::map<Commitment, Owner>& held) {
  std::map<Subject, std::set<Commitment>> out;
  for (const auto& [commitment, owner] : held) out[owner.subject].insert(commitment);
  return out;
}

// Whoever is or was a member; only they have subjects.
std::set<std::string> administrations(const ledger::StateView& state) {
  std::set<std::string> found;
  state.scan(ledger::map_prefix(RecordType::kMember), [&](const ledger::MapKey& key, BytesView) {
    found.insert(std::string(key.view().substr(1, 2)));
    return true;
  });
  return found;
}

std::vector<Subject> subjects_in(const ledger::StateView& state, const std::string& administration,
                                 std::uint8_t first_byte) {
  std::vector<Subject> found;
  Bytes prefix = ledger::map_prefix(RecordType::kOperator, administration);
  prefix.push_back(static_cast<char>(first_byte));
  state.scan(prefix, [&](const ledger::MapKey&, BytesView value) {
    ledger::v1::OperatorRecord firm;
    if (firm.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      found.push_back({administration, firm.subject()});
    }
    return true;
  });
  return found;
}

}  // namespace

Exchange::Exchange(std::string self, std::map<Commitment, Owner> held, std::set<Subject> accounted)
    : self_(std::move(self)), held_(std::move(held)), held_of_(by_subject(held_)), accounted_(std::move(accounted)) {}

Effects Exchange::step(Input input, Instant now) {
  now_ = now;
  std::visit([&](auto& concrete) { handle(concrete); }, input);
  if (state_) {
    wants_.expire(now_.steady_us);
    look_at_clock();
    go_on_sweeping();
    for (auto& batch : wants_.ask(now_.steady_us)) {
      out_.emplace_back(Request{std::move(batch.to), std::move(batch.commitments)});
    }
  }
  return std::exchange(out_, {});
}

std::optional<std::int64_t> Exchange::next_deadline_us() const {
  if (!state_) return std::nullopt;
  if (!sweep_.empty()) return now_.steady_us;
  const std::int64_t midnight_us = now_.steady_us + (kDay_ms - now_.utc_ms % kDay_ms) * 1000;
  const std::int64_t clock_us = std::min(midnight_us, now_.steady_us + kClockLook_us);
  if (left_out_)
    return std::min(now_.steady_us + kSweepSoon_us, wants_.next_deadline_us(now_.steady_us).value_or(clock_us));
  return std::min(clock_us, wants_.next_deadline_us(now_.steady_us).value_or(clock_us));
}

// ---- what the state says

void Exchange::handle(Advanced& input) {
  state_ = std::move(input.state);
  height_ = input.height;
  day_ = input.day;
  if (input.changes.all) swept_for_.reset();
  for (const Subject& subject : input.changes.subjects) look_at(subject);
}

// Edges, consents and the ends of both take effect as the days go by.
void Exchange::look_at_clock() {
  const std::int64_t pause_us = wants_.size() < kFewWanted ? kSweepSoon_us : kSweepLater_us;
  const bool again = left_out_ && sweep_.empty() && now_.steady_us >= swept_us_ + pause_us;
  if (swept_for_ != today() || again) begin_sweep();
}

void Exchange::begin_sweep() {
  swept_for_ = today();
  swept_us_ = now_.steady_us;
  left_out_ = false;
  sweep_.clear();
  auto all = administrations(*state_);
  for (const auto& [subject, commitments] : held_of_) all.insert(subject.issuer);
  for (const std::string& administration : all) {
    for (int byte = 0; byte < 256; ++byte) sweep_.push_back({administration, static_cast<std::uint8_t>(byte)});
  }
}

// A part at a time, so that whoever asks meanwhile does not wait for the whole.
void Exchange::go_on_sweeping() {
  std::size_t seen = 0;
  while (!sweep_.empty() && seen < kSubjectsPerStep) {
    const Slice slice = std::move(sweep_.back());
    sweep_.pop_back();
    for (const Subject& subject : subjects_in(*state_, slice.administration, slice.first_byte)) {
      look_at(subject);
      ++seen;
    }
  }
}

// Deletes what is held of the subject and should not be, wants what should be held and is not, and accounts for an
// erasure. A subject that the state does not know is left alone.
void Exchange::look_at(const Subject& subject) {
  const auto firm = find_subject(*state_, subject);
  if (!firm) return;
  const bool may = may_hold(standing(*state_, self_, subject, *firm, today()));
  const auto named = may ? named_by(*firm) : std::vector<Named>{};
  std::size_t deleted = 0;
  forget_others(subject, named, deleted);
  for (const Named& each : named) {
    if (held_.contains(each.commitment)) continue;
    left_out_ = !wants_.add(each.commitment, {subject, each.kind}) || left_out_;
  }
  if (!is_erased(*firm) || !accounted_.insert(subject).second) return;
  out_.emplace_back(Account{subject, firm->erased().decided_on(), firm->erased().by().leaf(), height_, deleted});
}

void Exchange::forget_others(const Subject& subject, const std::vector<Named>& named, std::size_t& deleted) {
  for (const Commitment& commitment : wants_.of(subject)) {
    if (!is_named(named, commitment)) wants_.remove(commitment);
  }
  const auto found = held_of_.find(subject);
  if (found == held_of_.end()) return;
  deleted = std::erase_if(found->second, [&](const Commitment& commitment) {
    if (is_named(named, commitment)) return false;
    out_.emplace_back(Delete{commitment, held_.at(commitment)});
    held_.erase(commitment);
    return true;
  });
  if (found->second.empty()) held_of_.erase(found);
}

// ---- peers

void Exchange::handle(Asked& input) {
  auto& budget = askers_.try_emplace(input.from, kRequestsPerSecond).first->second;
  if (!state_ || !budget.take(1, now_.steady_us)) return;
  Answer answer{std::move(input.from), {}};
  for (const Commitment& commitment : input.commitments) {
    const auto found = held_.find(commitment);
    if (found == held_.end()) continue;
    if (may_hold(standing(*state_, answer.to, found->second.subject, today())))
      answer.commitments.push_back(commitment);
  }
  out_.emplace_back(std::move(answer));
}

// What was not asked of this peer, or opens nothing that it was asked for, is not looked at further.
void Exchange::handle(Came& input) {
  const auto asked = wants_.asked_of(input.from);
  if (asked.empty()) return;
  bool of_use = false;
  for (Bytes& record : input.records) {
    for (const RecordKind kind : {RecordKind::kIdentity, RecordKind::kTin}) {
      const Commitment commitment = commitment_of(kind, record);
      const Owner* owner = wants_.find(commitment);
      if (owner == nullptr || owner->kind != kind || std::ranges::find(asked, commitment) == asked.end()) continue;
      if (!opens(kind, commitment, record)) continue;
      of_use = true;
      keep(commitment, Owner(*owner), std::move(record));
      break;
    }
  }
  wants_.answered(input.from, of_use);
}

void Exchange::keep(const Commitment& commitment, const Owner& owner, Bytes record) {
  wants_.remove(commitment);
  held_.emplace(commitment, owner);
  held_of_[owner.subject].insert(commitment);
  out_.emplace_back(Keep{commitment, owner, std::move(record)});
}

void Exchange::handle(Lost& input) {
  const auto lost = held_.extract(input.commitment);
  if (lost.empty()) return;
  const Subject& subject = lost.mapped().subject;
  const auto found = held_of_.find(subject);
  found->second.erase(input.commitment);
  if (found->second.empty()) held_of_.erase(found);
  if (state_) look_at(subject);
}

// ---- this administration's own

void Exchange::handle(HandedIn& input) { out_.emplace_back(Judged{input.ticket, judge(input)}); }

Verdict Exchange::judge(HandedIn& input) {
  if (!state_) return Verdict::kNotReady;
  const Owner owner{{self_, input.subject}, input.kind};
  const auto firm = find_subject(*state_, owner.subject);
  if (!firm) return Verdict::kNoOperator;
  if (is_erased(*firm)) return Verdict::kErased;
  const Commitment commitment = commitment_of(input.kind, input.record);
  const auto named = named_by(*firm);
  const auto meant = [&](const Named& each) { return each.commitment == commitment && each.kind == input.kind; };
  if (std::ranges::none_of(named, meant)) return Verdict::kNotNamed;
  if (!opens(input.kind, commitment, input.record)) return Verdict::kMalformed;
  if (!held_.contains(commitment)) keep(commitment, owner, std::move(input.record));
  return Verdict::kKept;
}

}  // namespace quipu::side
