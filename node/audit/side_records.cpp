// SPDX-License-Identifier: Apache-2.0
#include "node/audit/side_records.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/state.pb.h"

namespace quipu::audit {
namespace {

namespace pb = google::protobuf;
namespace v1 = ledger::v1;

constexpr std::string_view kFolder = "records/";
constexpr std::string_view kSuffix = "_commitment";
constexpr std::size_t kSaltBytes = 32;

template <class Record>
bool in_form(BytesView record) {
  Record read;
  return ledger::read_canonical(record, read) && read.salt().size() == kSaltBytes;
}

// What is committed to under the general tag has several forms; all begin with the salt, and that is what matters.
bool begins_with_salt(BytesView record) {
  crypto::ByteReader in(record);
  constexpr std::uint8_t kFieldOne = 0x0a;
  return in.u8() == kFieldOne && in.u8() == kSaltBytes && in.raw(kSaltBytes).size() == kSaltBytes && in.ok();
}

crypto::Digest commitment_of(std::string_view tag, BytesView record) {
  const Bytes head = crypto::ByteWriter().tag(tag).take();
  return crypto::sha256({head, record});
}

// `each(name, value)` for every field called ..._commitment, at any depth.
template <class Each>
void for_each_commitment(const pb::Message& message, const Each& each) {
  const auto* reflection = message.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->type() == pb::FieldDescriptor::TYPE_BYTES && !field->is_repeated() && field->name().ends_with(kSuffix)) {
      each(field->name(), reflection->GetString(message, field));
    } else if (field->type() == pb::FieldDescriptor::TYPE_MESSAGE && !field->is_repeated()) {
      for_each_commitment(reflection->GetMessage(message, field), each);
    }
  }
}

}  // namespace

bool is_record_path(std::string_view path) {
  return path.size() == kFolder.size() + 2 * crypto::Digest::kSize && path.starts_with(kFolder) &&
         crypto::from_hex(path.substr(kFolder.size())).has_value();
}

SideRecords::SideRecords(const Context& context, const Bundle* records) : context_(context) {
  list(context.bundle, kFolder);
  if (records != nullptr) list(*records, "");
  std::ranges::sort(given_, {}, &Given::commitment);
  context_.report.facts.records_given = records != nullptr || !given_.empty();
  context_.report.facts.side_records = given_.size();
}

void SideRecords::list(const Bundle& bundle, std::string_view folder) {
  for (const auto& path : bundle.paths()) {
    if (!path.starts_with(folder)) continue;
    const auto raw = crypto::from_hex(std::string_view(path).substr(folder.size()));
    if (const auto commitment = raw ? crypto::Digest::from(*raw) : std::nullopt) {
      given_.push_back({.commitment = *commitment, .bundle = &bundle, .path = path});
    } else {
      context_.observe({.check = Check::kRecords, .what = "not named by a commitment, passed over", .file = path});
    }
  }
}

SideRecords::Given* SideRecords::find(BytesView commitment) {
  const auto wanted = crypto::Digest::from(commitment);
  if (!wanted) return nullptr;
  const auto at = std::ranges::lower_bound(given_, *wanted, {}, &Given::commitment);
  return at != given_.end() && at->commitment == *wanted ? &*at : nullptr;
}

void SideRecords::commit(BytesView commitment, Kind kind) {
  for (Given* at = find(commitment); at != nullptr; ++at) {  // the same one may have been given twice
    at->kind = kind;
    if (at == &given_.back() || (at + 1)->commitment != at->commitment) break;
  }
}

void SideRecords::submission(const ledger::Submission& submission) {
  if (given_.empty()) return;
  for (const v1::Event& event : submission.payload->events()) {
    for_each_commitment(event, [&](const std::string& name, const std::string& value) {
      commit(value, name == "tin_commitment" ? Kind::kTin : Kind::kRecord);
    });
  }
}

void SideRecords::check(const Given& given) const {
  Finding wrong{.check = Check::kRecords, .what = {}, .file = given.path};
  const auto broken = [&](const char* what) {
    wrong.what = what;
    context_.broken(wrong);
  };
  const auto record = given.bundle->read(given.path);
  if (!record) {
    wrong.severity = Severity::kUncheckable;
    wrong.what = record.error();
    return context_.report.add(wrong);
  }
  if (given.kind == Kind::kNone) return broken("no leaf of the log commits to it");
  const bool is_tin = given.kind == Kind::kTin;
  if (record->size() > limits::kRecordBytes ||
      commitment_of(is_tin ? "quipu-tin-v1" : "quipu-record-v1", *record) != given.commitment) {
    return broken("it does not open the commitment that it is named by");
  }
  if (is_tin ? !in_form<v1::TinRecord>(*record) : !begins_with_salt(*record)) return broken("no record in form");
  context_.report.passed(Check::kRecords);
}

// What the state commits to for operators that are not erased. Records that later ones replaced are not missed.
void SideRecords::find_absent(const ledger::StateView& state) {
  std::map<std::string, std::uint64_t> absent, kept;  // by issuer
  ledger::for_each_member(state, [&](const v1::MemberRecord& member) {
    const std::string& issuer = member.administration();
    state.scan(ledger::map_prefix(ledger::RecordType::kOperator, issuer), [&](const auto&, BytesView value) {
      v1::OperatorRecord firm;
      if (!firm.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
      for (const auto* commitment : {&firm.identity_commitment(), &firm.tin_commitment()}) {
        if (commitment->empty() || (find(*commitment) == nullptr) == firm.has_erased()) continue;
        ++(firm.has_erased() ? kept : absent)[issuer];
      }
      return true;
    });
  });
  for (const auto& [issuer, number] : absent) {
    context_.observe({.check = Check::kRecords,
                      .what = std::to_string(number) + " records of operators of " + issuer +
                              " are absent, and the operators are not erased"});
  }
  for (const auto& [issuer, number] : kept) {
    context_.observe({.check = Check::kRecords,
                      .what = std::to_string(number) + " records of erased operators of " + issuer +
                              " were given, which nobody may still hold"});
  }
}

void SideRecords::finish(const ledger::StateView& state) {
  if (!context_.report.facts.records_given) return;
  for (const Given& given : given_) check(given);
  find_absent(state);
}

}  // namespace quipu::audit
