// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lookup_state.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "crypto/keyfile.h"
#include "crypto/merkle.h"
#include "node/host/stored_ledger.h"
#include "node/ledger/block.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/state_view.h"
#include "storage/block_store.h"

namespace quipu::bench {

namespace {

using Clock = std::chrono::steady_clock;

double us_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

constexpr std::size_t kOperatorsPerBatch = 5'000;
constexpr std::size_t kMostLogged = 20'480;
constexpr std::size_t kFirmsPerSubmission = 64;
constexpr std::size_t kFirmsImported = LookupState::kStatementsImported / 2;  // a firm takes two statements
constexpr std::uint64_t kCreated_ms = 1'767'225'600'000;

std::string ten_digits(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(10 - digits.size(), '0') + digits;
}

std::string subject(std::size_t number) { return "AA-" + ten_digits(number); }

ledger::v1::Member member_of(const std::string& code, const crypto::SecretKey& issuer) {
  const auto fresh = [] { return Bytes(crypto::generate_key().public_key().view()); };
  ledger::v1::Member member;
  member.set_administration(code);
  member.set_name("Customs of " + code);
  member.set_address("127.0.0.1:8481");
  member.set_vote_key(fresh());
  member.set_cosigner_key(fresh());
  member.set_log_key(fresh());
  member.set_transport_key(fresh());
  member.set_governance_key(fresh());
  member.add_issuer_keys(Bytes(issuer.public_key().view()));
  member.add_approver_keys(fresh());
  return member;
}

ledger::Genesis found(const crypto::SecretKey& issuer, const crypto::SecretKey& recogniser) {
  const char* arrangements = R"([{"arrangement":"ARR","title":"Regional","parties":["AA","BB"],
    "signed_on":"2022-05-18","notice_days":60}])";
  const auto file = ledger::make_genesis_file("bench", kCreated_ms,
                                              {member_of("AA", issuer), member_of("BB", recogniser)}, arrangements);
  if (!file) throw std::runtime_error(file.error());
  return ledger::parse_genesis(*file).value();
}

void remember(ledger::v1::History& history, std::uint64_t leaf) {
  history.add_events()->set_leaf(leaf);
  history.set_events_root(Bytes(crypto::leaf_hash(std::to_string(leaf)).view()));
}

ledger::v1::OperatorRecord operator_record(std::size_t number) {
  ledger::v1::OperatorRecord firm;
  firm.set_subject(subject(number));
  firm.set_person(ledger::v1::LEGAL);
  firm.add_tins()->set_tin(LookupState::tin(number));
  firm.mutable_tins(0)->mutable_by()->set_leaf(2 * number);
  firm.add_covers()->mutable_by()->set_leaf(2 * number);
  firm.set_identity_commitment(Bytes(crypto::leaf_hash(subject(number)).view()));
  firm.add_certificates(LookupState::certificate(number));
  remember(*firm.mutable_history(), 2 * number);
  return firm;
}

ledger::v1::CertificateRecord certificate_record(std::size_t number) {
  ledger::v1::CertificateRecord record;
  record.set_certificate(LookupState::certificate(number));
  record.set_subject(subject(number));
  record.set_scheme(ledger::v1::SECURITY);
  record.mutable_grant()->set_leaf(2 * number + 1);
  record.set_granted_from("2026-03-01");
  auto& interval = *record.add_intervals();
  interval.set_from("2026-03-01");
  interval.set_to("2029-02-28");
  *interval.mutable_by() = record.grant();
  auto& roles = *record.add_role_changes();
  roles.add_added(ledger::v1::EXPORTER);
  roles.add_added(ledger::v1::IMPORTER);
  *roles.mutable_by() = record.grant();
  auto& terms = *record.add_terms();
  terms.set_sites_commitment(Bytes(crypto::leaf_hash("sites").view()));
  terms.set_sites(2);
  *terms.mutable_by() = record.grant();
  record.set_last_decision("2026-02-20");
  record.add_validation_dates()->set_date("2026-02-10");
  remember(*record.mutable_history(), 2 * number + 1);
  return record;
}

// As if it had come with the genesis.
void put(storage::Batch& batch, const ledger::MapKey& key, const google::protobuf::MessageLite& record) {
  const Bytes value = record.SerializeAsString();
  batch.put(storage::Family::kState, Bytes(key.view()), value);
  batch.put(storage::Family::kHistory, crypto::ByteWriter().raw(key.view()).u64(0).take(), value);
}

std::string dated(const std::string& day, const std::string& statement) {
  return R"({"decision_date":")" + day + R"(",)" + statement + "}";
}

std::string firm_events(std::size_t number) {
  const std::string subject = LookupState::logged_subject(number);
  return dated("2026-01-01", R"("operator_registered":{"subject":")" + subject + R"(","tin":"AAR)" +
                                 ten_digits(number) + R"(","person":"LEGAL"})") +
         "," +
         dated("2026-01-01", R"("certificate_granted":{"certificate":")" + LookupState::logged_certificate(number) +
                                 R"(","subject":")" + subject +
                                 R"(","scheme":"SECURITY","roles":["IMPORTER","EXPORTER"],"valid_to":"2028-12-31"})");
}

// Files are sorted in the background after so much writing: waits until this process does next to nothing.
void wait_until_idle() {
  constexpr auto kLook = std::chrono::milliseconds(500);
  constexpr int kMostLooks = 120;
  for (int look = 0; look < kMostLooks; ++look) {
    const auto before = std::clock();
    std::this_thread::sleep_for(kLook);
    if (static_cast<double>(std::clock() - before) < 0.02 * CLOCKS_PER_SEC) return;
  }
}

}  // namespace

std::string LookupState::tin(std::size_t number) { return "AA" + ten_digits(number); }
std::string LookupState::certificate(std::size_t number) { return "AEO-" + ten_digits(number); }
Bytes LookupState::certificate_key(std::size_t number) {
  return Bytes(ledger::map_key(ledger::RecordType::kCertificate, "AA", certificate(number)).view());
}

std::string LookupState::logged_subject(std::size_t number) { return "LOG-" + ten_digits(number); }
std::string LookupState::logged_certificate(std::size_t number) { return "LOG-" + ten_digits(number); }

LookupState::LookupState(const std::filesystem::path& directory, std::size_t operators)
    : logged_(std::clamp(operators / 50, 2 * kFirmsPerSubmission, kMostLogged)),
      issuer_(crypto::generate_key()),
      recogniser_(crypto::generate_key()),
      genesis_(found(issuer_, recogniser_)) {
  auto opened = storage::RocksDatabase::open(directory);
  if (!opened) throw std::runtime_error(opened.error().detail);
  database_ = *std::move(opened);
  write_genesis();
  write_blocks();
  commits_ = 0;
  calendar_us_ = commits_us_ = 0;
  write_operators(operators);
  const auto start = Clock::now();
  host::build_calendar(*database_);
  calendar_built_ms_ = us_since(start) / 1'000;
  wait_until_idle();
  reader_ = host::stored_ledger(database_->snapshot());
}

void LookupState::write_genesis() {
  const auto executed = ledger::genesis_block(genesis_);
  storage::CommitBlock block;
  block.record = {executed.block.header, executed.after.block, executed.first_index, executed.after.block_time_ms,
                  executed.proposer};
  block.leaves = executed.block.leaves;
  for (const auto& [key, value] : executed.changes) block.changes.push_back({Bytes(key.view()), value});
  storage::BlockStore(*database_).initialise(genesis_.chain, block);
}

// Each of `submissions` is the events of one, with commas between them.
void LookupState::write_block(Author& author, const std::vector<std::string>& submissions) {
  const std::uint64_t time_ms = at_.block_time_ms + 1'000;
  ledger::BlockBuilder builder(genesis_, at_, "AA", time_ms);
  for (const std::string& events : submissions) {
    ledger::v1::Submission message;
    const auto read =
        ledger::submission_from_json(R"({"chain_id":"bench","administration":")" + author.code + R"(","sequence":)" +
                                         std::to_string(author.next++) + R"(,"events":[)" + events + "]}",
                                     message);
    if (!read) throw std::runtime_error(read.error());
    const Bytes leaf = ledger::sign_submission(message, author.key, time_ms / 1'000);
    const auto decoded = ledger::decode_submission(leaf, "bench");
    const auto added = decoded ? builder.add(*decoded) : std::unexpected(decoded.error());
    if (!added) throw std::runtime_error(std::string(ledger::name_of(added.error().code)) + " " + added.error().detail);
  }
  const auto executed = std::move(builder).seal();
  at_ = executed.after;
  consensus::QuorumProof finalization;
  finalization.kind = consensus::VoteKind::kFinalize;
  finalization.subject = {{at_.height.value}, {at_.height.value - 1}, at_.height, at_.block};
  const auto start = Clock::now();
  host::CalendarWriter calendar(host::stored_state(database_->snapshot(), std::nullopt));
  static_cast<void>(calendar.changes_by(executed.changes));
  calendar_us_ += us_since(start);
  const auto commit_start = Clock::now();
  host::CalendarWriter same(host::stored_state(database_->snapshot(), std::nullopt));
  storage::BlockStore(*database_)
      .commit({host::stored_form(executed, {}, same)}, finalization,
              {{at_.height.value}, at_.height, at_.block, at_.tree.size(), at_.tree.root()});
  commits_us_ += us_since(commit_start);
  ++commits_;
  at_.state = host::stored_state(database_->snapshot(), std::nullopt);  // not one more overlay on many
}

void LookupState::write_blocks() {
  at_ = ledger::genesis_block(genesis_).after;
  Author recogniser{"BB", recogniser_};
  write_block(recogniser, {dated("2026-01-01", R"("recognition_activated":{"arrangement":"ARR","issuer":"AA",
                "schemes":["SECURITY"],"benefits":["PRIORITY"]})")});
  for (; firms_ < logged_; firms_ = std::min(firms_ + kFirmsPerSubmission, logged_)) {
    write_block(author_, {firms(firms_, std::min(firms_ + kFirmsPerSubmission, logged_))});
  }
  write_block(author_,
              {dated("2026-01-01", R"("certificate_annulled":{"certificate":")" + logged_certificate(0) + R"("})")});
}

// The statements of each, with commas between them.
std::string LookupState::firms(std::size_t first, std::size_t end) {
  std::string events;
  for (std::size_t i = first; i < end; ++i) events.append(events.empty() ? "" : ",").append(firm_events(i));
  return events;
}

void LookupState::import_block(std::size_t submissions) {
  std::vector<std::string> all;
  for (; all.size() < submissions; firms_ += kFirmsImported) all.push_back(firms(firms_, firms_ + kFirmsImported));
  write_block(author_, all);
  reader_ = host::stored_ledger(database_->snapshot());
}

CalendarCost LookupState::calendar_cost() const {
  const auto blocks = static_cast<double>(commits_);
  return {.built_ms = calendar_built_ms_, .per_block_us = calendar_us_ / blocks, .commit_us = commits_us_ / blocks};
}

void LookupState::write_operators(std::size_t operators) {
  for (std::size_t first = 0; first < operators; first += kOperatorsPerBatch) {
    storage::Batch batch;
    for (std::size_t i = first; i < std::min(first + kOperatorsPerBatch, operators); ++i) {
      using ledger::RecordType;
      put(batch, ledger::map_key(RecordType::kOperator, "AA", subject(i)), operator_record(i));
      put(batch, ledger::map_key(RecordType::kCertificate, "AA", certificate(i)), certificate_record(i));
      ledger::v1::TinEntry entry;
      entry.set_subject(subject(i));
      put(batch, ledger::map_key(RecordType::kTin, "AA", tin(i)), entry);
    }
    database_->write(batch, storage::Durability::kUnsynced);
  }
}

}  // namespace quipu::bench
