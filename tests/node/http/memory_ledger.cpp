// SPDX-License-Identifier: Apache-2.0
#include "tests/node/http/memory_ledger.h"

#include <algorithm>
#include <cassert>
#include <set>

#include "crypto/digest.h"
#include "crypto/note.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/sequence_holder.h"
#include "node/ledger/state.pb.h"

namespace quipu::testing {

namespace {

constexpr std::uint64_t kFounded_ms = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
const char* const kMembers[] = {"AR", "BO", "CL", "PE"};

void add_keys(ledger::v1::Member& member, const std::string& code) {
  const auto raw = [&](const char* purpose) { return Bytes(test_key(code, purpose).public_key().view()); };
  member.set_governance_key(raw("governance"));
  member.set_vote_key(raw("vote"));
  member.set_transport_key(raw("transport"));
  member.set_cosigner_key(raw("cosigner"));
  member.set_log_key(raw("log"));
  member.add_issuer_keys(raw("issuer"));
  member.add_approver_keys(raw("approver"));
}

Bytes publish(const ledger::Genesis& genesis, const ledger::Position& at) {
  crypto::Note note;
  note.text = crypto::Checkpoint{genesis.origin, at.tree.size(), at.tree.root()}.text();
  note.lines.push_back(crypto::sign_note(note.text, genesis.origin, test_key("AR", "log")));
  for (std::size_t i = 0; i < genesis.members.quorum(); ++i) {
    const std::string& code = genesis.members[static_cast<consensus::MemberIndex>(i)].code;
    note.lines.push_back(crypto::cosign_note(note.text, genesis.origin + "/" + code, test_key(code, "cosigner"),
                                             at.block_time_ms / 1000));
  }
  return note.format();
}

consensus::LinkProof link_of(const ledger::Genesis& genesis, const ledger::Position& at) {
  consensus::LinkProof link;
  link.step.kind = consensus::VoteKind::kFinalize;
  link.step.subject = {{at.height.value}, {at.height.value - 1}, at.height, at.block};
  const Bytes message = consensus::vote_bytes(genesis.scope(), link.step.kind, link.step.subject);
  for (consensus::MemberIndex i = 0; i < genesis.members.quorum(); ++i) {
    link.step.signers.push_back(i);
    link.step.signatures.push_back(test_key(genesis.members[i].code, "vote").sign(message));
  }
  return link;
}

}  // namespace

crypto::SecretKey test_key(const std::string& administration, const std::string& purpose) {
  return *crypto::SecretKey::from_seed(crypto::sha256(administration + "/" + purpose).view());
}

crypto::UnlockedKey unlocked_test_key(const std::string& administration, const std::string& purpose) {
  crypto::SecretKey secret = test_key(administration, purpose);
  const crypto::PublicKey key = secret.public_key();
  return {{administration, purpose, "", key}, std::move(secret)};
}

ledger::Genesis test_genesis() {
  std::vector<ledger::v1::Member> members;
  for (const char* code : kMembers) {
    auto& member = members.emplace_back();
    member.set_administration(code);
    member.set_name(std::string("Customs of ") + code);
    member.set_address("127.0.0.1:8481");
    member.set_dual_control(member.administration() == "AR");
    add_keys(member, code);
  }
  const char* arrangements = R"([{"arrangement":"ARR","title":"Regional","parties":["AR","BO","CL","PE"],
    "signed_on":"2022-05-18","notice_days":60}])";
  const auto file = ledger::make_genesis_file("test", kFounded_ms, members, arrangements);
  assert(file);
  return *ledger::parse_genesis(*file);
}

// All blocks; grows under the owner's mutex, a reader copies what it needs.
class MemoryLedger::Log final : public ledger::LedgerReader {
 public:
  explicit Log(ledger::Genesis genesis) : genesis_(std::move(genesis)) { append(ledger::genesis_block(genesis_)); }

  void append(const ledger::ExecutedBlock& block) {
    for (const Bytes& leaf : block.block.leaves) {
      places_[crypto::leaf_hash(leaf)] = {leaves_.size(), block.after.height};
      leaves_.push_back(leaf);
      tree_.append(crypto::leaf_hash(leaf), [this](unsigned level, std::uint64_t index, const crypto::Digest& hash) {
        nodes_[{level, index}] = hash;
      });
    }
    if (publishing_) notes_[block.after.height] = publish(genesis_, block.after);
    summaries_.push_back({block.after.height, block.after.block, block.proposer, block.after.block_time_ms,
                          block.first_index, block.after.tree.size(), block.after.tree.root(), block.block.header.epoch,
                          block.after.handover});
    positions_.push_back(block.after);
  }

  const ledger::Genesis& genesis() const { return genesis_; }
  const ledger::Position& tip() const { return positions_.back(); }
  void stop_publishing() { publishing_ = false; }
  void be_without_calendar() { has_calendar_ = false; }
  void lose_votes(std::uint64_t height) { lost_.insert({height}); }

  ledger::BlockSummary newest() const override { return summaries_.back(); }
  std::optional<ledger::BlockSummary> block(consensus::Height height) const override {
    return height.value < summaries_.size() ? std::optional(summaries_[height.value]) : std::nullopt;
  }
  std::optional<ledger::BlockSummary> block_at_time(std::uint64_t time_ms) const override {
    std::optional<ledger::BlockSummary> last;
    for (const auto& summary : summaries_) {
      if (summary.block_time_ms <= time_ms) last = summary;
    }
    return last;
  }
  std::shared_ptr<const ledger::StateView> state(std::optional<consensus::Height> known_at) const override {
    return positions_[known_at ? known_at->value : positions_.size() - 1].state;
  }
  std::optional<Bytes> leaf(std::uint64_t index) const override {
    return index < leaves_.size() ? std::optional(leaves_[index]) : std::nullopt;
  }
  std::vector<Bytes> leaves(std::uint64_t first, std::uint64_t end) const override {
    return {leaves_.begin() + static_cast<std::ptrdiff_t>(first), leaves_.begin() + static_cast<std::ptrdiff_t>(end)};
  }
  std::optional<ledger::LeafLocation> find(const crypto::Digest& leaf_hash) const override {
    const auto place = places_.find(leaf_hash);
    return place == places_.end() ? std::nullopt : std::optional(place->second);
  }
  crypto::Digest node(unsigned level, std::uint64_t index) const override { return nodes_.at({level, index}); }
  std::vector<consensus::LinkProof> links(consensus::Height height) const override {
    if (height.value == 0 || height.value >= positions_.size() || lost_.contains(height)) return {};
    return {link_of(genesis_, positions_[height.value])};
  }
  std::optional<crypto::StatusMap> map(consensus::Height height) const override {
    return height.value < positions_.size() ? std::optional(positions_[height.value].map) : std::nullopt;
  }
  std::optional<Bytes> note(consensus::Height height) const override {
    const auto note = notes_.find(height);
    return note == notes_.end() ? std::nullopt : std::optional(note->second);
  }
  std::optional<consensus::Height> newest_note() const override {
    return notes_.empty() ? std::nullopt : std::optional(notes_.rbegin()->first);
  }
  std::vector<consensus::Height> note_heights(consensus::Height from, std::size_t most) const override {
    std::vector<consensus::Height> heights;
    for (auto note = notes_.lower_bound(from); note != notes_.end() && heights.size() < most; ++note) {
      heights.push_back(note->first);
    }
    return heights;
  }
  std::vector<ledger::EvidenceFile> evidence() const override { return {{{0}, genesis_.chain, two_votes()}}; }

  // Dumb: of every certificate at that height, what it has.
  bool calendar(const ledger::CalendarRange& range, consensus::Height known_at,
                const EachCertificate& each) const override {
    if (!has_calendar_) return false;
    const Bytes prefix = ledger::map_prefix(ledger::RecordType::kCertificate, range.issuer);
    positions_[known_at.value].state->scan(prefix, [&](const ledger::MapKey& key, BytesView value) {
      ledger::v1::CertificateRecord record;
      if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return false;
      for (const auto& entry : ledger::calendar_entries(record)) {
        if (entry.kind != range.kind || entry.day < range.first || entry.day > range.last) continue;
        if (range.on.empty() || entry.until.empty() || range.on <= entry.until) each(key);
      }
      return true;
    });
    return true;
  }

 private:
  // CL notarized two blocks in view 7.
  consensus::Evidence two_votes() const {
    const auto index = *genesis_.members.index_of("CL");
    consensus::Evidence pair;
    for (auto* vote : {&pair.first, &pair.second}) {
      vote->kind = consensus::VoteKind::kNotarize;
      vote->signer = index;
      vote->subject = {{7}, {6}, {3}, crypto::sha256(vote == &pair.first ? "a" : "b")};
      vote->signature = test_key("CL", "vote").sign(consensus::vote_bytes(genesis_.scope(), vote->kind, vote->subject));
    }
    return pair;
  }

  ledger::Genesis genesis_;
  bool publishing_ = true;
  bool has_calendar_ = true;
  std::set<consensus::Height> lost_;
  std::vector<Bytes> leaves_;
  crypto::CompactRange tree_;
  std::map<std::pair<unsigned, std::uint64_t>, crypto::Digest> nodes_;
  std::map<crypto::Digest, ledger::LeafLocation> places_;
  std::map<consensus::Height, Bytes> notes_;
  std::vector<ledger::BlockSummary> summaries_;
  std::vector<ledger::Position> positions_;
};

MemoryLedger::MemoryLedger() : log_(std::make_shared<Log>(test_genesis())), now_ms_(kFounded_ms + 1'000) {}
MemoryLedger::~MemoryLedger() = default;

void MemoryLedger::set_now_ms(std::uint64_t now_ms) { now_ms_ = now_ms; }
void MemoryLedger::set_age_ms(std::int64_t age_ms) { age_ms_ = age_ms; }
void MemoryLedger::be_busy(std::size_t count, http::SubmitAnswer::Kind answer) {
  busy_ = count;
  busy_answer_ = answer;
}
void MemoryLedger::be_without_calendar() { log_->be_without_calendar(); }
void MemoryLedger::stop_publishing() { log_->stop_publishing(); }
void MemoryLedger::lose_votes(std::uint64_t height) { log_->lose_votes(height); }
void MemoryLedger::hold() { holding_ = true; }

void MemoryLedger::release() {
  const std::scoped_lock lock(mutex_);
  holding_ = false;
  for (const Bytes& leaf : std::exchange(held_, {})) {
    const auto answer = take(leaf);
    if (answer.rejection) rejected_.insert_or_assign(answer.id, *answer.rejection);
  }
}

void MemoryLedger::forget_held() {
  const std::scoped_lock lock(mutex_);
  holding_ = false;
  held_.clear();
}

std::size_t MemoryLedger::submissions_taken() const {
  const std::scoped_lock lock(mutex_);
  return log_->newest().height.value;
}

const ledger::Genesis& MemoryLedger::genesis() const { return log_->genesis(); }

// A copy: the answer's state stays what it was while others submit.
std::shared_ptr<const ledger::LedgerReader> MemoryLedger::reader() const {
  if (frozen_) return frozen_;
  const std::scoped_lock lock(mutex_);
  return std::make_shared<Log>(*log_);
}

http::NodeStatus MemoryLedger::status() const {
  http::NodeStatus status;
  status.protocol_version = status.newest_protocol_version = 1;
  status.administration = "AR";
  status.version = "test";
  status.members = 4;
  status.quorum = 3;
  status.sign_state = sign_state;
  status.age_ms = age_ms_;
  if (!source_.empty()) {
    status.sources.push_back({source_, "good", ""});
    return status;
  }
  for (const char* code : {"BO", "CL", "PE"}) status.peers.push_back({code, code != std::string("PE"), 10, 20});
  status.peers[0].height = 3;
  status.peers[0].clock_offset_ms = -40;
  status.peers[0].newest_protocol_version = 2;
  status.clock_offset_ms = -40;
  return status;
}

std::uint64_t MemoryLedger::now_ms() const { return now_ms_; }

void MemoryLedger::submit(Bytes leaf, std::function<void(http::SubmitAnswer)> done) {
  std::unique_lock lock(mutex_);
  http::SubmitAnswer answer;
  answer.id = crypto::leaf_hash(leaf);
  if (!source_.empty()) {
    answer.kind = http::SubmitAnswer::Kind::kReadOnly;
    answer.why = "it follows " + source_;
  } else if (busy_ > 0) {
    --busy_;
    answer.kind = busy_answer_;
  } else if (holding_) {
    held_.push_back(std::move(leaf));
  } else {
    answer = take(leaf);
  }
  lock.unlock();
  done(answer);
}

http::SubmitAnswer MemoryLedger::take(const Bytes& leaf) {
  using Kind = http::SubmitAnswer::Kind;
  const crypto::Digest id = crypto::leaf_hash(leaf);
  if (log_->find(id)) return {Kind::kAccepted, id, {}, {}, {}};
  const auto submission = ledger::decode_submission(leaf, genesis().chain_id);
  if (!submission) return {Kind::kRejected, id, submission.error(), {}, {}};
  const auto key = ledger::signing_key(*log_->tip().state, *submission);
  if (!key) return {Kind::kRejected, id, key.error(), {}, {}};
  if (!crypto::verify_statement(submission->statement, *key)) {
    return {Kind::kRejected, id, ledger::Rejection{ledger::Code::kBadSignature, std::nullopt, ""}, {}, {}};
  }
  if (submission->sequence() < ledger::next_sequence(*log_->tip().state, submission->administration(), *key)) {
    const auto holder = ledger::sequence_holder(*log_, submission->administration(), *key, submission->sequence());
    return {Kind::kSequence, id, {}, holder, {}};
  }
  return execute(*submission);
}

http::SubmitAnswer MemoryLedger::execute(const ledger::Submission& submission) {
  // One second a block; where the clients' clock is the real one, not behind what they sign.
  const std::uint64_t time_ms = std::max(log_->tip().block_time_ms + 1'000, submission.statement.issued_at_s * 1'000);
  ledger::BlockBuilder builder(genesis(), log_->tip(), "AR", time_ms);
  if (const auto added = builder.add(submission); !added) {
    return {http::SubmitAnswer::Kind::kRejected, submission.id, added.error(), {}, {}};
  }
  log_->append(std::move(builder).seal());
  now_ms_ = std::max(now_ms_, time_ms);
  return {http::SubmitAnswer::Kind::kAccepted, submission.id, {}, {}, {}};
}

http::SubmissionState MemoryLedger::submission(const crypto::Digest& id) const {
  using Phase = http::SubmissionPhase;
  const std::scoped_lock lock(mutex_);
  if (const auto place = log_->find(id)) {
    return {Phase::kFinal, place->height.value, place->index, log_->block(place->height)->block_time_ms, std::nullopt};
  }
  if (const auto rejection = rejected_.find(id); rejection != rejected_.end()) {
    return {Phase::kRejected, log_->newest().height.value, 0, 0, rejection->second};
  }
  const bool held =
      std::any_of(held_.begin(), held_.end(), [&](const Bytes& leaf) { return crypto::leaf_hash(leaf) == id; });
  return {held ? Phase::kPending : Phase::kUnknown, 0, 0, 0, std::nullopt};
}

std::uint64_t MemoryLedger::next_sequence(const std::string& administration, const crypto::PublicKey& key) const {
  const std::scoped_lock lock(mutex_);
  return ledger::next_sequence(*log_->tip().state, administration, key);
}

}  // namespace quipu::testing
