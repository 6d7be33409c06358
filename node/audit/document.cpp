// SPDX-License-Identifier: Apache-2.0
#include "node/audit/document.h"

#include "node/ledger/date.h"
#include "node/ledger/training.h"

namespace quipu::audit {
namespace {

using Row = std::vector<std::string>;

std::string number(std::uint64_t value) { return std::to_string(value); }
std::string number_or(std::uint64_t value, const char* zero) { return value == 0 ? zero : number(value); }

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string meaning_of(const Report& report) {
  switch (report.verdict()) {
    case Verdict::kVerified:
      return "Every file of the mirror was recomputed from its leaves, every signature and vote was checked. Nothing "
             "was "
             "found that an honest exporter and at most a third of faulty members could not have produced.";
    case Verdict::kBroken:
      return "The mirror is not that of an honest history: no honest exporter and no third of faulty members can have "
             "produced what the integrity findings below say.";
    case Verdict::kCouldNotCheck:
      return "Nothing was found wrong, but something that is needed is not there or cannot be read, so that the "
             "history "
             "is neither confirmed nor refuted.";
  }
  return "";
}

Section subject_of(const Report& report) {
  Section out{.title = "What was audited"};
  out.table = {{"", ""},
               {{"Ledger", report.chain_id},
                {"Chain (SHA-256 of the genesis file)", report.chain},
                {"Leaves", number(report.size)},
                {"Newest height", number(report.height)},
                {"Root of the log", report.root}}};
  if (ledger::is_training(report.chain_id))
    out.sentences.emplace_back("This is the ledger of a training network: nothing on it has legal effect.");
  const auto& resumed = report.facts.resumed;
  if (resumed.size > 0) {
    out.sentences.push_back(
        "The audit went on from a position that an earlier one saved (SHA-256 " + resumed.position +
        "): the authors' signatures of the first " + number(resumed.size) + " leaves, and the votes up to height " +
        number(resumed.height) +
        " that have not changed since, were checked by that one. Everything else was made anew, and came "
        "to that position's root " +
        resumed.root + " and state root " + resumed.state_root + ".");
  }
  const auto& epochs = report.facts.epochs;
  if (epochs.empty() || epochs.back().last_time_ms == 0) return out;  // no block could be read
  out.table.rows.push_back({"First block", ledger::format_instant(epochs.front().first_time_ms)});
  out.table.rows.push_back({"Newest block", ledger::format_instant(epochs.back().last_time_ms)});
  out.table.rows.push_back({"Members at the end", joined(epochs.back().members)});
  return out;
}

Section checks_of(const Report& report) {
  Section out{
      .title = "Checks",
      .sentences = {"Numbers are those of the list of checks in docs/formats.md. An integrity finding breaks the "
                    "history. Misconduct proves that a member broke the protocol; the history stands. An "
                    "observation is worth knowing and proves nothing."}};
  out.table.heads = {"No", "Check", "Passed", "Counted", "Integrity", "Uncheckable", "Misconduct", "Observation"};
  for (const Check check : kChecks) {
    Row row{number(static_cast<std::uint64_t>(check)), std::string(name_of(check)), number(report.count(check)),
            std::string(counts_of(check))};
    for (const auto severity : kSeverities) row.push_back(number_or(report.found(check, severity), ""));
    out.table.rows.push_back(std::move(row));
  }
  return out;
}

Section findings_of(const Report& report) {
  Section out{.title = "Findings"};
  if (report.findings().empty()) out.sentences.emplace_back("None.");
  if (report.dropped() > 0)
    out.sentences.push_back("And " + number(report.dropped()) + " more, which are only counted.");
  out.table.heads = {"Severity", "Finding"};
  for (const auto& finding : report.findings()) {
    out.table.rows.push_back({std::string(name_of(finding.severity)), finding.text()});
  }
  if (out.table.rows.empty()) out.table = {};
  return out;
}

// Who broke the protocol, with the proof, which stands by itself.
Section misconduct_of(const Report& report) {
  Section out{
      .title = "Misconduct",
      .sentences = {"A proof in hex is an evidence file: two votes of one member in one view that no honest member "
                    "signs, both signatures valid."}};
  out.table.heads = {"What", "Proof"};
  for (const auto& finding : report.findings()) {
    if (finding.severity == Severity::kMisconduct) out.table.rows.push_back({finding.what, finding.evidence});
  }
  for (const auto& [code, member] : report.facts.members) {
    for (const auto& each : member.misconduct) out.table.rows.push_back({code + ": " + each, "on the log"});
  }
  if (out.table.rows.empty()) return {.title = "Misconduct", .sentences = {"None was found."}};
  return out;
}

Section epochs_of(const Facts& facts) {
  Section out{
      .title = "Periods",
      .sentences = {"In each epoch a fixed set of members votes. Times are those that the members agreed on, block by "
                    "block, in UTC."}};
  out.table.heads = {"Epoch", "Heights", "From", "To", "Quorum", "Members", "Anchor"};
  for (const auto& epoch : facts.epochs) {
    const std::string members = number(epoch.members.size());
    out.table.rows.push_back({number(epoch.epoch), number(epoch.first_height) + " to " + number(epoch.last_height),
                              ledger::format_instant(epoch.first_time_ms), ledger::format_instant(epoch.last_time_ms),
                              number(epoch.quorum) + " of " + members, joined(epoch.members), epoch.anchor});
  }
  return out;
}

std::string membership_of(const MemberFact& member) {
  const std::string since = "from height " + number(member.joined_height);
  if (member.left_height != 0) return since + " to before " + number(member.left_height);
  return member.observer ? "observer " + since : since;
}

Section members_of(const Facts& facts) {
  Section out{.title = "Members",
              .sentences = {
                  "A quorum proof carries the votes of a quorum and a checkpoint the cosignatures of one, so a member "
                  "that did its duty may be missing from many. Lost views are those in which it led and the "
                  "others gave up waiting."}};
  out.table.heads = {"Code",
                     "Name",
                     "Member",
                     "Submissions",
                     "Events",
                     "Late",
                     "Disputed",
                     "Blocks",
                     "Votes",
                     "Led views",
                     "Lost views",
                     "Cosignatures",
                     "Newest cosigned height"};
  for (const auto& [code, m] : facts.members) {
    out.table.rows.push_back({code, m.name, membership_of(m), number(m.submissions), number(m.events),
                              number(m.late_events), number(m.disputed_events), number(m.blocks), number(m.votes),
                              number(m.led_views), number(m.lost_views), number(m.cosignatures),
                              number_or(m.newest_cosigned_height, "")});
  }
  return out;
}

Section keys_of(const Facts& facts) {
  Section out{
      .title = "Keys",
      .sentences = {"All keys that the log put in force, and no other, were used to check signatures. Submissions are "
                    "those signed with the key, numbered from 1 without a gap."}};
  out.table.heads = {"Member",     "Purpose", "Id", "Key", "From height", "Revoked at", "Others may have it since",
                     "Submissions"};
  for (const auto& [code, member] : facts.members) {
    for (const auto& key : member.keys) {
      out.table.rows.push_back({code, key.purpose, key.id, key.key, number(key.valid_from_height),
                                number_or(key.revoked_height, ""), key.compromised_since,
                                number_or(key.signed_submissions, "")});
    }
  }
  return out;
}

Section kinds_of(const Facts& facts) {
  Section out{.title = "Statements"};
  out.table.heads = {"Kind", "Events"};
  for (const auto& [kind, count] : facts.events) out.table.rows.push_back({kind, number(count)});
  return out;
}

template <class Item>
std::string how_many(const Listing<Item>& listing, const std::string& what) {
  if (listing.total <= listing.first.size()) return number(listing.total) + " " + what + ".";
  return number(listing.total) + " " + what + "; the first " + number(listing.first.size()) + " are listed.";
}

Section late_of(const Facts& facts) {
  Section out{.title = "Late events",
              .sentences = {how_many(facts.late, "events were logged after the day of their legal effect")}};
  if (facts.late.total == 0) return out;
  out.table.heads = {"Author", "Leaf", "Event", "Days late"};
  for (const auto& each : facts.late.first) {
    out.table.rows.push_back({each.author, number(each.leaf), number(each.event), std::to_string(each.days)});
  }
  return out;
}

Section disputed_of(const Facts& facts) {
  Section out{
      .title = "Disputed events",
      .sentences = {how_many(facts.disputed,
                             "events were signed with a key from the day on which, as its owner says, others may "
                             "have had it, and not reaffirmed")}};
  if (facts.disputed.total == 0) return out;
  out.table.heads = {"Author", "Leaf", "Event"};
  for (const auto& each : facts.disputed.first) {
    out.table.rows.push_back({each.author, number(each.leaf), number(each.event)});
  }
  return out;
}

Section erased_of(const Facts& facts) {
  Section out{.title = "Erased", .sentences = {how_many(facts.erased, "operators' side records were lawfully erased")}};
  out.sentences.push_back(facts.records_given ? number(facts.side_records) + " side records were given to this audit."
                                              : "No side records were given to this audit.");
  if (facts.erased.total == 0) return out;
  out.table.heads = {"Issuer", "Operator", "Decided on", "Leaf", "Event"};
  for (const auto& each : facts.erased.first) {
    out.table.rows.push_back({each.issuer, each.subject, each.decided_on, number(each.leaf), number(each.event)});
  }
  return out;
}

Section checking_of(const Report& report) {
  return {.title = "How to check this report",
          .sentences = {
              "Its digest is " + report.digest() +
                  ": the SHA-256 of the JSON form of the same report, which quipu-audit verify writes with "
                  "--report FILE.json.",
              "Whoever audits the same files with the same genesis file gets the same digest, on any machine and on "
              "any day. The last line holds the SHA-256 of everything before it."}};
}

}  // namespace

Document document_of(const Report& report) {
  const Facts& facts = report.facts;
  Document out{.title = "Audit of the ledger " + report.chain_id,
               .verdict = report.verdict_line(),
               .meaning = meaning_of(report),
               .sections = {subject_of(report), checks_of(report), findings_of(report), misconduct_of(report)},
               .digest = report.digest()};
  // Only of a history that was read to its end are these worth their ink.
  if (!facts.members.empty()) {
    for (Section section : {epochs_of(facts), members_of(facts), keys_of(facts), kinds_of(facts), late_of(facts),
                            disputed_of(facts), erased_of(facts)}) {
      out.sections.push_back(std::move(section));
    }
  }
  out.sections.push_back(checking_of(report));
  return out;
}

}  // namespace quipu::audit
