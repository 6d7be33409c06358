// SPDX-License-Identifier: Apache-2.0
#include "node/http/changes.h"

#include <algorithm>

#include "node/http/certificate_json.h"
#include "node/http/records.h"
#include "node/ledger/json.h"
#include "node/ledger/lateness.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
namespace v1 = ledger::v1;

constexpr std::size_t kMostLookedAt = 20'000;
constexpr std::string_view kOwnProgramme = "OWN";

void add_partners(Interest& interest, const ledger::StateView& state, const v1::ArrangementParties& entry) {
  const auto& parties = entry.parties();
  if (std::find(parties.begin(), parties.end(), interest.by) == parties.end()) return;
  interest.arrangements.insert(entry.arrangement());
  for (const std::string& issuer : parties) {
    if (issuer == interest.by) continue;
    const auto edge = ledger::map_key(RecordType::kEdge, interest.by, entry.arrangement() + "/" + issuer);
    if (state.get(edge)) interest.issuers.insert(issuer);
  }
}

bool wants(const Interest& interest, const Concern& concern) {
  const bool arrangement_fits = interest.arrangement.empty() || concern.arrangement == interest.arrangement;
  if (interest.by.empty()) return arrangement_fits;
  if (concern.kind == "party_withdrawn") return interest.arrangements.contains(concern.arrangement);
  if (!concern.recogniser.empty() && concern.recogniser != interest.by) return false;
  if (!concern.arrangement.empty() && !arrangement_fits) return false;
  return interest.issuers.contains(concern.issuer);
}

// The firm behind a certificate, its tax number, and the first day of what an annulment undoes.
void read_firm(Change& row, const ledger::StateView& state, ledger::Date day) {
  std::string subject = row.concern.subject;
  row.effective_from = row.event->effective_from().empty() ? row.event->decision_date() : row.event->effective_from();
  if (row.concern.issuer.size() != 2) return;
  if (!row.concern.certificate.empty()) {
    const auto key = ledger::map_key(RecordType::kCertificate, row.concern.issuer, row.concern.certificate);
    const auto certificate = read_record<v1::CertificateRecord>(state, key);
    if (certificate && subject.empty()) subject = certificate->subject();
    const bool to_the_start = row.event->has_certificate_annulled() && row.event->effective_from().empty();
    if (certificate && to_the_start) row.effective_from = certificate->granted_from();
  }
  if (subject.empty()) return;
  row.operator_name = row.concern.issuer + "/" + subject;
  const auto key = ledger::map_key(RecordType::kOperator, row.concern.issuer, subject);
  if (const auto firm = read_record<v1::OperatorRecord>(state, key)) row.tin = tin_on(*firm, day);
}

class Scan {
 public:
  Scan(const std::string& chain_id, const AskedState& asked, const Interest& interest, const ChangeWindow& window)
      : chain_id_(chain_id),
        asked_(asked),
        interest_(interest),
        window_(window),
        day_(ledger::Date::of(asked.block.block_time_ms, 0)),
        last_(window.after) {}

  void run() {
    for (std::uint64_t height = first_height(); height <= asked_.block.height.value; ++height) {
      if (!read_block(asked_.reader->block({height}).value())) return;
    }
  }
  ChangePage take() && { return std::move(page_); }

 private:
  std::uint64_t first_height() const {
    std::uint64_t first = window_.since + 1;
    const auto leaf = window_.after ? asked_.reader->leaf(window_.after->first) : std::nullopt;
    const auto place = leaf ? asked_.reader->find(crypto::leaf_hash(*leaf)) : std::nullopt;
    return place ? std::max(first, place->height.value) : first;
  }

  // False when the page is full.
  bool read_block(const ledger::BlockSummary& block) {
    const auto leaves = asked_.reader->leaves(block.first_index, block.tree_size);
    for (std::size_t i = 0; i + 1 < leaves.size(); ++i) {  // the last leaf is the seal
      if (window_.after && block.first_index + i < window_.after->first) continue;
      if (!read_leaf(block, block.first_index + i, leaves[i])) return false;
    }
    return true;
  }

  bool read_leaf(const ledger::BlockSummary& block, std::uint64_t index, const Bytes& leaf) {
    const auto submission = ledger::decode_submission(leaf, chain_id_);
    if (!submission) return true;
    for (std::uint32_t event = 0; event < submission->events(); ++event) {
      const Place place{index, event};
      if (window_.after && place <= *window_.after) continue;
      if (page_.changes.size() == window_.limit || looked_at_ == kMostLookedAt) {
        page_.more_after = last_;
        return false;
      }
      ++looked_at_;
      last_ = place;
      add_if_wanted(block, place, *submission);
    }
    return true;
  }

  void add_if_wanted(const ledger::BlockSummary& block, const Place& place, const ledger::Submission& submission) {
    const v1::Event& event = submission.payload->events(static_cast<int>(place.second));
    const std::string& author = submission.administration();
    Concern concern = concern_of(*asked_.reader, chain_id_, author, event);
    if (!wants(interest_, concern)) return;
    Change row{.block = block,
               .place = place,
               .id = crypto::to_hex(submission.id.view()),
               .author = author,
               .concern = std::move(concern),
               .event = std::make_shared<const v1::Event>(event),
               .operator_name = {},
               .tin = {},
               .effective_from = {},
               .lag_days = ledger::lag_days(*asked_.state, submission, place.second)};
    read_firm(row, *asked_.state, day_);
    page_.changes.push_back(std::move(row));
  }

  const std::string& chain_id_;
  const AskedState& asked_;
  const Interest& interest_;
  ChangeWindow window_;
  ledger::Date day_;
  std::size_t looked_at_ = 0;
  std::optional<Place> last_;
  ChangePage page_;
};

}  // namespace

std::string text_of(const Place& place) { return std::to_string(place.first) + "/" + std::to_string(place.second); }

std::optional<Place> parse_place(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto leaf = parse_decimal(text.substr(0, slash));
  const auto event = parse_decimal(text.substr(slash + 1));
  return leaf && event ? std::optional(Place{*leaf, *event}) : std::nullopt;
}

Interest interest_of(const ledger::StateView& state, std::string by, std::string arrangement) {
  Interest interest{.by = std::move(by), .arrangement = std::move(arrangement), .issuers = {}, .arrangements = {}};
  if (interest.by.empty()) return interest;
  const bool any = interest.arrangement.empty();
  if (any || interest.arrangement == kOwnProgramme) interest.issuers.insert(interest.by);
  const v1::ArrangementIndex index = arrangement_index(state);
  for (const auto& entry : index.arrangements()) {
    if (any || entry.arrangement() == interest.arrangement) add_partners(interest, state, entry);
  }
  return interest;
}

std::string certificate_name(const Change& row) {
  return row.concern.certificate.empty() ? std::string() : row.concern.issuer + "/" + row.concern.certificate;
}

void write_change(JsonWriter& json, const Change& row) {
  json.begin_object().field("height", row.block.height.value);
  json.field("time", ledger::format_instant(row.block.block_time_ms));
  json.field("index", row.place.first).field("event", row.place.second).field("id", row.id);
  json.field("author", row.author).field("kind", row.concern.kind);
  json.optional_field("operator", row.operator_name).optional_field("tin", row.tin);
  json.optional_field("certificate", certificate_name(row)).optional_field("arrangement", row.concern.arrangement);
  json.field("decision_date", row.event->decision_date()).field("effective_from", row.effective_from);
  if (row.lag_days > 0) json.field("late", true).field("lag_days", row.lag_days);
  json.key("statement").raw(ledger::event_to_json(*row.event)).end_object();
}

ChangePage changes_in(const std::string& chain_id, const AskedState& asked, const Interest& interest,
                      const ChangeWindow& window) {
  Scan scan(chain_id, asked, interest, window);
  scan.run();
  return std::move(scan).take();
}

}  // namespace quipu::http
