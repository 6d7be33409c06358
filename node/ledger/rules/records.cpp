// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/records.h"

#include <cassert>

#include "node/ledger/canonical.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

template <class Record>
constexpr RecordType kTypeOf = RecordType::kRegister;
template <>
constexpr RecordType kTypeOf<v1::CertificateRecord> = RecordType::kCertificate;
template <>
constexpr RecordType kTypeOf<v1::OperatorRecord> = RecordType::kOperator;
template <>
constexpr RecordType kTypeOf<v1::KeyRecord> = RecordType::kKey;
template <>
constexpr RecordType kTypeOf<v1::EdgeRecord> = RecordType::kEdge;
template <>
constexpr RecordType kTypeOf<v1::SequenceRecord> = RecordType::kSequence;
template <>
constexpr RecordType kTypeOf<v1::ConsentRecord> = RecordType::kConsent;
template <>
constexpr RecordType kTypeOf<v1::DenialRecord> = RecordType::kDenial;
template <>
constexpr RecordType kTypeOf<v1::TinEntry> = RecordType::kTin;
template <>
constexpr RecordType kTypeOf<v1::CoverLengths> = RecordType::kTin;
template <>
constexpr RecordType kTypeOf<v1::MemberRecord> = RecordType::kMember;
template <>
constexpr RecordType kTypeOf<v1::ValidationRecord> = RecordType::kValidation;
template <>
constexpr RecordType kTypeOf<v1::IndicatorRecord> = RecordType::kIndicator;
template <>
constexpr RecordType kTypeOf<v1::ApprovalRecord> = RecordType::kApproval;
template <>
constexpr RecordType kTypeOf<v1::ProposalRecord> = RecordType::kProposal;
template <>
constexpr RecordType kTypeOf<v1::OpenProposals> = RecordType::kProposal;
template <>
constexpr RecordType kTypeOf<v1::AliasRecord> = RecordType::kAlias;
template <>
constexpr RecordType kTypeOf<v1::ExpertRecord> = RecordType::kExpert;
template <>
constexpr RecordType kTypeOf<v1::ExpertHome> = RecordType::kExpert;
template <>
constexpr RecordType kTypeOf<v1::ApplicationRecord> = RecordType::kApplication;
template <>
constexpr RecordType kTypeOf<v1::DisputedKeys> = RecordType::kKey;
template <>
constexpr RecordType kTypeOf<v1::SubmissionRecord> = RecordType::kSubmission;
template <>
constexpr RecordType kTypeOf<v1::Reaffirmation> = RecordType::kReaffirmed;

}  // namespace

template <class Record>
std::optional<Record> get(const StateView& state, std::string_view administration, std::string_view identifier) {
  const auto value = state.get(map_key(kTypeOf<Record>, administration, identifier));
  if (!value) return std::nullopt;
  std::optional<Record> record(std::in_place);
  [[maybe_unused]] const bool parsed = record->ParseFromString(*value);
  assert(parsed);
  return record;
}

template <class Record>
void put(Overlay& state, std::string_view administration, std::string_view identifier, const Record& record) {
  state.put(map_key(kTypeOf<Record>, administration, identifier), canonical_bytes(record));
}

#define QUIPU_RECORD(Record)                                                                                \
  template std::optional<v1::Record> get<v1::Record>(const StateView&, std::string_view, std::string_view); \
  template void put<v1::Record>(Overlay&, std::string_view, std::string_view, const v1::Record&);
QUIPU_RECORD(CertificateRecord)
QUIPU_RECORD(OperatorRecord)
QUIPU_RECORD(KeyRecord)
QUIPU_RECORD(EdgeRecord)
QUIPU_RECORD(SequenceRecord)
QUIPU_RECORD(ConsentRecord)
QUIPU_RECORD(DenialRecord)
QUIPU_RECORD(TinEntry)
QUIPU_RECORD(CoverLengths)
QUIPU_RECORD(MemberRecord)
QUIPU_RECORD(ValidationRecord)
QUIPU_RECORD(IndicatorRecord)
QUIPU_RECORD(ApprovalRecord)
QUIPU_RECORD(ParameterRecord)
QUIPU_RECORD(CodeListRecord)
QUIPU_RECORD(DefinitionRecord)
QUIPU_RECORD(ArrangementRecord)
QUIPU_RECORD(ArrangementIndex)
QUIPU_RECORD(MembershipRecord)
QUIPU_RECORD(ProposalRecord)
QUIPU_RECORD(OpenProposals)
QUIPU_RECORD(AliasRecord)
QUIPU_RECORD(ExpertRecord)
QUIPU_RECORD(ExpertHome)
QUIPU_RECORD(ApplicationRecord)
QUIPU_RECORD(DisputedKeys)
QUIPU_RECORD(SubmissionRecord)
QUIPU_RECORD(Reaffirmation)
QUIPU_RECORD(EpochRecord)
#undef QUIPU_RECORD

std::string join(std::string_view first, std::string_view second) {
  std::string out(first);
  return out.append("/").append(second);
}

std::string join(std::string_view first, std::string_view second, std::string_view third) {
  return join(join(first, second), third);
}

}  // namespace quipu::ledger
