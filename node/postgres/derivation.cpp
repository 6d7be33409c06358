// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/derivation.h"

#include <array>

#include "node/http/concern.h"
#include "node/http/records.h"
#include "node/ledger/date.h"
#include "node/ledger/lateness.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/submission.h"
#include "node/postgres/periods.h"

namespace quipu::postgres {

using ledger::RecordType;
using ledger::StateView;
namespace v1 = ledger::v1;

namespace {

// After these the arrangements, the members and who recognises whom are looked at anew: all of them, they are few.
constexpr std::array<std::string_view, 6> kOfRegisters = {"recognition_activated", "recognition_suspended",
                                                          "recognition_resumed",   "party_withdrawn",
                                                          "proposal_voted",        "member_ready"};

std::string truth(bool value) { return value ? "true" : "false"; }
std::string time_of(const ledger::BlockSummary& block) { return ledger::format_instant(block.block_time_ms); }
template <class Number>
std::string text(Number number) {
  return std::to_string(number);
}

template <class Record>
std::optional<Record> read(const StateView& state, RecordType type, const std::string& owner, const std::string& id) {
  return http::read_record<Record>(state, ledger::map_key(type, owner, id));
}

Row block_row(const ledger::BlockSummary& block) {
  return {text(block.height.value),
          time_of(block),
          crypto::to_hex(block.block.view()),
          text(block.epoch.value),
          unless_empty(block.proposer),
          text(block.first_index),
          text(block.tree_size),
          crypto::to_hex(block.tree_root.view())};
}

Row submission_row(const ledger::BlockSummary& block, std::uint64_t leaf, const ledger::Submission& submission) {
  return {text(leaf),
          crypto::to_hex(submission.id.view()),
          text(block.height.value),
          time_of(block),
          submission.administration(),
          crypto::to_hex(submission.statement.kid.view()),
          text(submission.sequence()),
          text(submission.events())};
}

struct Said {
  std::uint64_t leaf;
  std::size_t index;
  const ledger::Submission& submission;
  const v1::Event& event() const { return submission.payload->events(static_cast<int>(index)); }
};

Row event_row(const ledger::BlockSummary& block, const StateView& state, const Said& said, const http::Concern& concern,
              const std::string& subject) {
  const v1::Event& event = said.event();
  const std::string& effect = event.effective_from().empty() ? event.decision_date() : event.effective_from();
  return {text(said.leaf),
          text(said.index),
          text(block.height.value),
          time_of(block),
          said.submission.administration(),
          concern.kind,
          unless_empty(event.decision_date()),
          unless_empty(effect),
          text(ledger::lag_days(state, said.submission, said.index)),
          unless_empty(concern.issuer),
          unless_empty(subject),
          unless_empty(concern.certificate),
          unless_empty(concern.arrangement),
          unless_empty(concern.recogniser),
          jsonb_text(ledger::event_to_json(event))};
}

std::string subject_of(const StateView& state, const http::Concern& concern) {
  if (!concern.subject.empty() || concern.certificate.empty() || concern.issuer.size() != 2) return concern.subject;
  const auto record = read<v1::CertificateRecord>(state, RecordType::kCertificate, concern.issuer, concern.certificate);
  return record ? record->subject() : std::string();
}

std::vector<Row> periods_in(const StateView& state, const std::string& issuer, const std::string& number) {
  const auto record = read<v1::CertificateRecord>(state, RecordType::kCertificate, issuer, number);
  return record ? certificate_periods(issuer, *record) : std::vector<Row>();
}

// Between every two parties of every arrangement.
std::vector<Row> recognition_in(const StateView& state) {
  std::vector<Row> rows;
  const v1::ArrangementIndex index = http::arrangement_index(state);
  for (const auto& each : index.arrangements()) {
    for (const std::string& recogniser : each.parties()) {
      for (const std::string& issuer : each.parties()) {
        const auto edge = read<v1::EdgeRecord>(state, RecordType::kEdge, recogniser, each.arrangement() + "/" + issuer);
        if (recogniser == issuer || !edge) continue;
        const auto periods = recognition_periods({recogniser, each.arrangement(), issuer}, *edge);
        rows.insert(rows.end(), periods.begin(), periods.end());
      }
    }
  }
  return rows;
}

Row arrangement_row(const v1::ArrangementRecord& record) {
  const v1::Arrangement& said = record.arrangement();
  std::vector<std::string> withdrawn;
  for (const auto& each : record.withdrawals()) withdrawn.push_back(each.party() + " " + each.effective_from());
  return {said.arrangement(),
          unless_empty(said.title()),
          array_text({said.parties().begin(), said.parties().end()}),
          unless_empty(said.signed_on()),
          text(said.notice_days()),
          truth(said.consent_required()),
          text(record.since_height()),
          array_text(withdrawn)};
}

void add_arrangements(Bytes& rows, const StateView& state) {
  const v1::ArrangementIndex index = http::arrangement_index(state);
  for (const auto& each : index.arrangements()) {
    const auto record =
        read<v1::ArrangementRecord>(state, RecordType::kRegister, "--", "arrangement/" + each.arrangement());
    if (record) append_row(rows, arrangement_row(*record));
  }
}

void add_members(Bytes& rows, const StateView& state) {
  state.scan(ledger::map_prefix(RecordType::kMember), [&](const ledger::MapKey&, BytesView value) {
    v1::MemberRecord record;
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
    append_row(rows,
               {record.administration(), unless_empty(record.name()), truth(record.observer()),
                text(record.joined_height()), record.left_height() == 0 ? Value() : Value(text(record.left_height()))});
    return true;
  });
}

Row operator_row(const std::string& issuer, const v1::OperatorRecord& record) {
  return {issuer, record.subject(), v1::PersonKind_Name(record.person()), unless_empty(record.erased().decided_on())};
}

Row certificate_row(const std::string& issuer, const v1::CertificateRecord& record) {
  return {issuer,
          record.certificate(),
          record.subject(),
          v1::Scheme_Name(record.scheme()),
          unless_empty(record.national_label()),
          truth(record.legacy()),
          unless_empty(record.granted_from()),
          text(record.grant().leaf()),
          text(record.grant().event())};
}

}  // namespace

// The state that a block found and the one that it left.
struct Derivation::Moment {
  std::shared_ptr<const StateView> before, after;
};

Derivation::Touched Derivation::add_submissions(const ledger::BlockSummary& block, const Moment& moment) {
  Touched touched{.certificates = {}, .operators = {}, .registers = block.height.value == 0};
  const auto leaves = reader_->leaves(block.first_index, block.tree_size);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const auto submission = ledger::decode_submission(leaves[i], chain_id_);
    if (!submission) continue;  // the genesis leaf, a seal: the block was replayed before it came here
    const std::uint64_t leaf = block.first_index + i;
    append_row(batch_.added["submission"], submission_row(block, leaf, *submission));
    for (std::size_t index = 0; index < submission->events(); ++index) {
      const Said said{leaf, index, *submission};
      const auto concern = http::concern_of(*reader_, chain_id_, submission->administration(), said.event());
      const std::string subject = subject_of(*moment.after, concern);
      append_row(batch_.added["event"], event_row(block, *moment.after, said, concern, subject));
      if (concern.issuer.size() == 2 && !concern.certificate.empty())
        touched.certificates.emplace(concern.issuer, concern.certificate);
      if (concern.issuer.size() == 2 && !concern.subject.empty())
        touched.operators.emplace(concern.issuer, concern.subject);
      touched.registers = touched.registers || std::ranges::find(kOfRegisters, concern.kind) != kOfRegisters.end();
    }
    events_ += submission->events();
  }
  return touched;
}

void Derivation::add_certificates(const ledger::BlockSummary& block, const Moment& moment,
                                  const std::set<Name>& names) {
  for (const auto& [issuer, number] : names) {
    certificate_periods_.change(block, periods_in(*moment.before, issuer, number),
                                periods_in(*moment.after, issuer, number));
  }
}

void Derivation::add_recognition(const ledger::BlockSummary& block, const Moment& moment) {
  recognition_periods_.change(block, recognition_in(*moment.before), recognition_in(*moment.after));
}

void Derivation::add(const ledger::BlockSummary& block) {
  const Moment moment{.before = block.height.value == 0 ? ledger::empty_state()
                                                        : reader_->state(consensus::Height{block.height.value - 1}),
                      .after = reader_->state(block.height)};
  append_row(batch_.added["block"], block_row(block));
  Touched touched = add_submissions(block, moment);
  add_certificates(block, moment, touched.certificates);
  if (touched.registers) add_recognition(block, moment);
  touched_.certificates.merge(touched.certificates);
  touched_.operators.merge(touched.operators);
  touched_.registers = touched_.registers || touched.registers;
  batch_.last = block;
}

void Derivation::replace_operators(Batch& batch, const StateView& state) const {
  for (const auto& [issuer, subject] : touched_.operators) {
    const auto record = read<v1::OperatorRecord>(state, RecordType::kOperator, issuer, subject);
    if (!record) continue;
    append_row(batch.replaced["operator"], {issuer, subject});
    append_row(batch.replaced["operator_tin"], {issuer, subject});
    append_row(batch.added["operator"], operator_row(issuer, *record));
    for (const Row& row : tin_periods(issuer, *record)) append_row(batch.added["operator_tin"], row);
  }
}

void Derivation::replace_certificates(Batch& batch, const StateView& state) const {
  for (const auto& [issuer, number] : touched_.certificates) {
    const auto record = read<v1::CertificateRecord>(state, RecordType::kCertificate, issuer, number);
    if (!record) continue;
    append_row(batch.replaced["certificate"], {issuer, number});
    append_row(batch.added["certificate"], certificate_row(issuer, *record));
  }
}

void Derivation::replace_registers(Batch& batch, const StateView& state) {
  batch.emptied = {"arrangement", "member"};
  add_arrangements(batch.added["arrangement"], state);
  add_members(batch.added["member"], state);
}

Batch Derivation::take() {
  const auto state = reader_->state(batch_.last.height);
  Batch out = std::exchange(batch_, {});
  replace_operators(out, *state);
  replace_certificates(out, *state);
  if (touched_.registers) replace_registers(out, *state);
  auto certificates = certificate_periods_.take();
  auto recognition = recognition_periods_.take();
  out.closed = {{"certificate_period", std::move(certificates.closed)},
                {"recognition_period", std::move(recognition.closed)}};
  out.added["certificate_period"] = std::move(certificates.opened);
  out.added["recognition_period"] = std::move(recognition.opened);
  touched_ = {};
  events_ = 0;
  return out;
}

}  // namespace quipu::postgres
