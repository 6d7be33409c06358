// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/workload.h"

#include "crypto/merkle.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::testnet {

namespace {

constexpr const char* kDecided = "2026-03-01";

void register_operator(ledger::v1::Submission& submission, const std::string& subject) {
  auto* event = submission.add_events();
  event->set_decision_date(kDecided);
  auto* operator_registered = event->mutable_operator_registered();
  operator_registered->set_subject(subject);
  operator_registered->set_tin(submission.administration() + "9" + subject.substr(3));
  operator_registered->set_person(ledger::v1::LEGAL);
}

void grant_certificate(ledger::v1::Submission& submission, const std::string& subject) {
  auto* event = submission.add_events();
  event->set_decision_date(kDecided);
  auto* granted = event->mutable_certificate_granted();
  granted->set_certificate("C-" + subject);
  granted->set_subject(subject);
  granted->set_scheme(ledger::v1::SECURITY);
  granted->add_roles(ledger::v1::EXPORTER);
  granted->set_valid_to("2029-02-28");
}

}  // namespace

Workload::Workload(const Options& options, std::shared_ptr<const Cast> cast, EventQueue& queue, Access access)
    : options_(options),
      cast_(std::move(cast)),
      queue_(queue),
      access_(std::move(access)),
      random_(options.seed, "workload"),
      next_sequence_(cast_->members(), 1),
      rival_sequence_(cast_->members(), 1) {}

void Workload::begin() {
  for (std::size_t i = 0; i < options_.submissions; ++i)
    queue_.at(random_.between(0, options_.trouble), [this] { act(); });
}

void Workload::act() {
  const std::size_t member = random_.below(options_.authors());
  if (random_.chance(options_.wrong_per_mille)) {
    random_.chance(300) ? submit_rivals(member) : submit_wrong(member);
  } else {
    submit_valid(member);
  }
  if (random_.chance(options_.garbage_per_mille)) access_.garbage(damaged(member));
}

crypto::Digest Workload::submit_valid(std::size_t member) {
  // Now and then a large one.
  Bytes bytes = leaf(member, 0, next_sequence_[member]++, "OP-" + std::to_string(++subjects_));
  const crypto::Digest id = crypto::leaf_hash(bytes);
  access_.announced(bytes, true);
  jobs_.push_back({std::move(bytes), id});
  attempt(jobs_.size() - 1);
  return id;
}

Bytes Workload::statement(std::size_t member, std::uint64_t sequence, const std::string& subject, Micros issued_in) {
  Bytes bytes = leaf(member, 1, sequence, subject, issued_in);
  access_.announced(bytes, true);
  return bytes;
}

void Workload::submit_wrong(std::size_t member) {
  const Bytes wrong = damaged(member);
  access_.announced(wrong, false);
  access_.submit(wrong);
  access_.slip_in(wrong);
}

// Two statements of one number through two nodes: one of them may be taken.
void Workload::submit_rivals(std::size_t member) {
  for (int i = 0; i < 2; ++i) {
    const Bytes rival = leaf(member, 1, rival_sequence_[member], "OP-" + std::to_string(++subjects_));
    rival_of_[crypto::leaf_hash(rival)] = member;
    access_.announced(rival, true);
    access_.submit(rival);
  }
}

void Workload::attempt(std::size_t index) {
  Job& job = jobs_[index];
  if (job.done) return;
  if (access_.known_final(job.id)) {
    job.done = true;
    return;
  }
  access_.submit(job.leaf);
  queue_.after(random_.between(2, 9) * kSecond, [this, index] { attempt(index); });
}

void Workload::outcome(const replica::Outcome& outcome) {
  if (outcome.phase != replica::Phase::kFinal) return;
  for (Job& job : jobs_)
    if (job.id == outcome.id) job.done = true;
  if (const auto rival = rival_of_.find(outcome.id); rival != rival_of_.end()) {
    ++rival_sequence_[rival->second];
    rival_of_.clear();
  }
}

std::vector<crypto::Digest> Workload::valid_ids() const {
  std::vector<crypto::Digest> ids;
  for (const Job& job : jobs_) ids.push_back(job.id);
  return ids;
}

std::uint64_t Workload::now_s() const {
  return static_cast<std::uint64_t>(kStartUtc_ms / 1000 + queue_.now() / kSecond);
}

Bytes Workload::leaf(std::size_t member, unsigned key, std::uint64_t sequence, const std::string& subject,
                     Micros issued_in) const {
  ledger::v1::Submission submission;
  submission.set_chain_id(cast_->genesis.chain_id);
  submission.set_administration(cast_->code(member));
  submission.set_sequence(sequence);
  register_operator(submission, subject);
  grant_certificate(submission, subject);
  return ledger::sign_submission(submission, *cast_->issuer[member * kIssuerKeys + key],
                                 now_s() + static_cast<std::uint64_t>(issued_in / kSecond));
}

// Nothing that may be taken: another's signature, a gap, a number long used, no form at all, another chain.
Bytes Workload::damaged(std::size_t member) {
  const std::string subject = "OP-" + std::to_string(++subjects_);
  Bytes bytes = leaf(member, 1, rival_sequence_[member], subject);
  switch (random_.below(4)) {
    case 0:
      bytes.back() = static_cast<char>(bytes.back() ^ 1);
      break;
    case 1:
      bytes = leaf(member, 1, rival_sequence_[member] + 1'000'000, subject);
      break;
    case 2:
      bytes.resize(random_.below(bytes.size()));
      break;
    default:
      bytes[random_.below(bytes.size())] ^= 0x20;
      break;
  }
  return bytes;
}

}  // namespace quipu::testnet
