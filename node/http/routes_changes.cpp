// SPDX-License-Identifier: Apache-2.0
// What was stated since a height or a time, in log order: all of it, or what bears on the firms that one administration
// recognises. The work of a page is bounded by its rows and by the events looked at; so a page may be empty and still
// name the next one.
#include <algorithm>
#include <set>

#include "node/http/certificate_json.h"
#include "node/http/concern.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"
#include "node/http/records.h"
#include "node/http/rows.h"
#include "node/ledger/json.h"
#include "node/ledger/lateness.h"
#include "node/ledger/state.pb.h"

namespace quipu::http {

namespace {

using ledger::RecordType;
namespace v1 = ledger::v1;

constexpr std::size_t kMostLookedAt = 20'000;
constexpr std::string_view kOwnProgramme = "OWN";

// Where an event stands: leaf, then its place in it.
using Place = std::pair<std::uint64_t, std::uint64_t>;

std::string text_of(const Place& place) { return std::to_string(place.first) + "/" + std::to_string(place.second); }

std::optional<Place> parse_place(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto leaf = parse_decimal(text.substr(0, slash));
  const auto event = parse_decimal(text.substr(slash + 1));
  return leaf && event ? std::optional(Place{*leaf, *event}) : std::nullopt;
}

// ------------------------------------------------------ whose question it is

// What one recogniser wants to hear of, under one of its arrangements or all of them.
struct Interest {
  std::string by;                      // empty: everything
  std::string arrangement;             // empty: any
  std::set<std::string> issuers;       // whose firms it has ever said that it recognises, and its own
  std::set<std::string> arrangements;  // to which it is a party
};

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

bool wants(const Interest& interest, const Concern& concern) {
  const bool arrangement_fits = interest.arrangement.empty() || concern.arrangement == interest.arrangement;
  if (interest.by.empty()) return arrangement_fits;
  if (concern.kind == "party_withdrawn") return interest.arrangements.contains(concern.arrangement);
  if (!concern.recogniser.empty() && concern.recogniser != interest.by) return false;
  if (!concern.arrangement.empty() && !arrangement_fits) return false;
  return interest.issuers.contains(concern.issuer);
}

// ------------------------------------------------------------------- rows

struct Row {
  ledger::BlockSummary block;
  Place place;
  std::string id;
  std::string author;
  Concern concern;
  v1::Event event;
  std::string operator_name;  // "CC/SUBJECT"
  std::string tin;
  std::string effective_from;
  std::int32_t lag_days = 0;
};

// The firm behind a certificate, its tax number, and the first day of what an annulment undoes.
void read_firm(Row& row, const ledger::StateView& state, ledger::Date day) {
  std::string subject = row.concern.subject;
  row.effective_from = row.event.effective_from().empty() ? row.event.decision_date() : row.event.effective_from();
  if (row.concern.issuer.size() != 2) return;
  if (!row.concern.certificate.empty()) {
    const auto key = ledger::map_key(RecordType::kCertificate, row.concern.issuer, row.concern.certificate);
    const auto certificate = read_record<v1::CertificateRecord>(state, key);
    if (certificate && subject.empty()) subject = certificate->subject();
    const bool to_the_start = row.event.has_certificate_annulled() && row.event.effective_from().empty();
    if (certificate && to_the_start) row.effective_from = certificate->granted_from();
  }
  if (subject.empty()) return;
  row.operator_name = row.concern.issuer + "/" + subject;
  const auto key = ledger::map_key(RecordType::kOperator, row.concern.issuer, subject);
  if (const auto firm = read_record<v1::OperatorRecord>(state, key)) row.tin = tin_on(*firm, day);
}

std::string certificate_name(const Row& row) {
  return row.concern.certificate.empty() ? std::string() : row.concern.issuer + "/" + row.concern.certificate;
}

void write_row(JsonWriter& json, const Row& row) {
  json.begin_object().field("height", row.block.height.value);
  json.field("time", ledger::format_instant(row.block.block_time_ms));
  json.field("index", row.place.first).field("event", row.place.second).field("id", row.id);
  json.field("author", row.author).field("kind", row.concern.kind);
  json.optional_field("operator", row.operator_name).optional_field("tin", row.tin);
  json.optional_field("certificate", certificate_name(row)).optional_field("arrangement", row.concern.arrangement);
  json.field("decision_date", row.event.decision_date()).field("effective_from", row.effective_from);
  if (row.lag_days > 0) json.field("late", true).field("lag_days", row.lag_days);
  json.key("statement").raw(ledger::event_to_json(row.event)).end_object();
}

constexpr std::string_view kCsvHeader =
    "height,time,index,event,author,kind,operator,tin,certificate,arrangement,decision_date,effective_from,lag_days,"
    "reason,id\r\n";

void append_csv_row(Bytes& csv, const Row& row) {
  append_row(csv,
             {std::to_string(row.block.height.value), ledger::format_instant(row.block.block_time_ms),
              std::to_string(row.place.first), std::to_string(row.place.second), row.author, row.concern.kind,
              row.operator_name, row.tin, certificate_name(row), row.concern.arrangement, row.event.decision_date(),
              row.effective_from, std::to_string(row.lag_days), row.event.reason(), row.id});
}

// ---------------------------------------------------------------- the scan

struct Window {
  std::uint64_t since;  // height; what follows it is wanted
  std::optional<Place> after;
  std::size_t limit;
};

class Scan {
 public:
  Scan(const Call& call, const AskedState& asked, Interest interest, const Window& window)
      : chain_id_(call.backend.genesis().chain_id),
        asked_(asked),
        interest_(std::move(interest)),
        window_(window),
        day_(ledger::Date::of(asked.block.block_time_ms, 0)),
        last_(window.after) {}

  void run() {
    for (std::uint64_t height = first_height(); height <= asked_.block.height.value; ++height) {
      if (!read_block(asked_.reader->block({height}).value())) return;
    }
  }
  const std::vector<Row>& rows() const { return rows_; }
  const std::string& next() const { return next_; }

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
      if (rows_.size() == window_.limit || looked_at_ == kMostLookedAt) {
        next_ = text_of(*last_);
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
    Row row{.block = block,
            .place = place,
            .id = crypto::to_hex(submission.id.view()),
            .author = author,
            .concern = std::move(concern),
            .event = event,
            .operator_name = {},
            .tin = {},
            .effective_from = {},
            .lag_days = ledger::lag_days(*asked_.state, submission, place.second, block.block_time_ms)};
    read_firm(row, *asked_.state, day_);
    rows_.push_back(std::move(row));
  }

  const std::string& chain_id_;
  const AskedState& asked_;
  Interest interest_;
  Window window_;
  ledger::Date day_;
  std::size_t looked_at_ = 0;
  std::optional<Place> last_;
  std::vector<Row> rows_;
  std::string next_;
};

std::expected<Window, Response> asked_window(const Call& call, const AskedState& asked) {
  const auto wrong = [](std::string_view what) { return std::unexpected(problem(ApiCode::kBadParameter, what)); };
  const auto since = call.query("since");
  if (!since) return wrong("since is missing: a height, an RFC 3339 instant or a date");
  auto block = block_named(call, *asked.reader, asked.newest, "since", *since);
  if (!block) return std::unexpected(std::move(block.error()));
  const auto page = asked_page(call);
  if (!page) return wrong(page.error());
  Window window{.since = block->height.value, .after = std::nullopt, .limit = page->limit};
  if (page->after.empty()) return window;
  window.after = parse_place(page->after);
  if (!window.after || window.after->first >= asked.block.tree_size) {
    return wrong("after is what next_after said, INDEX/EVENT");
  }
  return window;
}

Response csv_answer(const AskedState& asked, const Scan& scan) {
  Bytes csv(kCsvHeader);
  for (const Row& row : scan.rows()) append_csv_row(csv, row);
  return csv_response(std::move(csv), asked, scan.next());
}

Response json_answer(const Call& call, const AskedState& asked, const Window& window, const Scan& scan) {
  JsonWriter json = begin_answer(call, asked);
  json.field("since", window.since).optional_field("by", call.query("by").value_or(""));
  json.optional_field("arrangement", call.query("arrangement").value_or("")).key("items").begin_array();
  for (const Row& row : scan.rows()) write_row(json, row);
  json.end_array().optional_field("next_after", scan.next());
  return end_answer(std::move(json));
}

}  // namespace

Response get_changes(const Call& call) {
  const auto fault = call.unexpected({"since", "by", "arrangement", "known_at", "format", "after", "limit"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  const std::string by = call.query("by").value_or("");
  if (!by.empty() && by.size() != 2) return problem(ApiCode::kBadParameter, "an administration has two letters");
  auto asked = asked_state(call);
  if (!asked) return std::move(asked.error());
  const auto window = asked_window(call, *asked);
  if (!window) return window.error();
  Scan scan(call, *asked, interest_of(*asked->state, by, call.query("arrangement").value_or("")), *window);
  scan.run();
  return call.wants_csv() ? csv_answer(*asked, scan) : json_answer(call, *asked, *window, scan);
}

}  // namespace quipu::http
