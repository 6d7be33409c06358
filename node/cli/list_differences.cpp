// SPDX-License-Identifier: Apache-2.0
#include "node/cli/list_differences.h"

#include <algorithm>
#include <set>

#include "node/ledger/date.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

namespace v1 = ledger::v1;

bool ended(const std::string& status) { return status == "REVOKED" || status == "SURRENDERED" || status == "ANNULLED"; }

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : " ").append(part);
  return text;
}

// One certificate that both have.
class Pair {
 public:
  Pair(const ListRow& row, const KnownCertificate& known, const ComparisonDay& day, std::vector<Difference>& out)
      : row_(row), known_(known), today_(day.today), grace_days_(day.grace_days), out_(out), wanted_(row.status) {
    // A list that is some days old still calls active what has run out since.
    const bool over = !row.valid_to.empty() && row.valid_to < today_;
    if (over && !ended(wanted_)) wanted_ = "EXPIRED";
  }

  void compare() {
    if (known_.status == "PENDING_APPROVAL") {
      return add("STATUS", wanted_, known_.status, "its grant waits for an approval: quipu approval list", {});
    }
    if (ended(known_.status) || ended(wanted_)) return compare_end();
    if (known_.status == "SUSPENDED" && wanted_ == "ACTIVE") reinstate();
    compare_valid_to();
    compare_tin();
    compare_scheme();
    compare_roles();
    compare_level();
    if (wanted_ == "SUSPENDED" && known_.status != "SUSPENDED") suspend();
  }

 private:
  using Statement = std::shared_ptr<v1::Event>;

  void add(const char* what, const std::string& in_list, const std::string& on_ledger, const std::string& meaning,
           Statement statement) {
    out_.push_back({.line = row_.line,
                    .certificate = row_.certificate,
                    .what = what,
                    .in_list = in_list,
                    .on_ledger = on_ledger,
                    .meaning = meaning,
                    .statement = std::move(statement)});
  }

  Statement decided(const std::string& day) const {
    auto event = std::make_shared<v1::Event>();
    event->set_decision_date(day);
    return event;
  }
  std::string day_of_status() const { return row_.since.empty() ? today_ : row_.since; }

  // Terms can be changed while it is valid, or becomes so by the renewal before.
  bool open() const { return known_.status == "ACTIVE" || known_.status == "SUSPENDED" || renewed_; }

  void compare_end() {
    if (known_.status == wanted_) return;
    if (ended(known_.status) && wanted_ != "ANNULLED") {
      return add(
          "STATUS", wanted_, known_.status,
          "it has ended for good on the ledger; a slip of one's own is undone by an appeal decided of own motion", {});
    }
    if (wanted_ != "ANNULLED" && known_.status != "ACTIVE" && known_.status != "SUSPENDED") {
      return add("STATUS", wanted_, known_.status, "it is not valid on the ledger: there is nothing to end", {});
    }
    auto event = decided(day_of_status());
    if (wanted_ == "REVOKED") event->mutable_certificate_revoked()->set_certificate(row_.certificate);
    if (wanted_ == "SURRENDERED") event->mutable_certificate_surrendered()->set_certificate(row_.certificate);
    if (wanted_ == "ANNULLED") event->mutable_certificate_annulled()->set_certificate(row_.certificate);
    add("STATUS", wanted_, known_.status, row_.since.empty() ? "ends it today: the list does not say when" : "ends it",
        event);
  }

  void reinstate() {
    auto event = decided(day_of_status());
    event->mutable_certificate_reinstated()->set_certificate(row_.certificate);
    event->mutable_certificate_reinstated()->set_effect(v1::EX_NUNC);
    add("STATUS", wanted_, known_.status, "reinstates it from then on", event);
  }

  void suspend() {
    if (!open()) return add("STATUS", wanted_, known_.status, "it is not valid on the ledger", {});
    auto event = decided(day_of_status());
    event->mutable_certificate_suspended()->set_certificate(row_.certificate);
    event->mutable_certificate_suspended()->set_ground(v1::INVESTIGATION);
    add("STATUS", wanted_, known_.status, "suspends it: put in the ground and until when", event);
  }

  void compare_valid_to() {
    if (row_.valid_to == known_.valid_to) return;
    const bool later = !known_.valid_to.empty() && (row_.valid_to.empty() || row_.valid_to > known_.valid_to);
    if (!later) {
      return add("VALID_TO", row_.valid_to, known_.valid_to,
                 "the ledger's end is later: only a correction of the grant or renewal shortens it", {});
    }
    const auto end = ledger::Date::parse(known_.valid_to);
    if (known_.status == "EXPIRED" && end && end->plus(grace_days_).text() < today_) {
      return add("VALID_TO", row_.valid_to, known_.valid_to,
                 "it expired more than " + std::to_string(grace_days_) + " days ago: grant a new certificate", {});
    }
    auto event = decided(today_);
    // Suspended still, or again at once: the interval it is in is made longer.
    if (known_.status == "SUSPENDED" && wanted_ != "ACTIVE") {
      event->mutable_certificate_extended()->set_certificate(row_.certificate);
      event->mutable_certificate_extended()->set_valid_to(row_.valid_to);
      event->mutable_certificate_extended()->set_ground(v1::RENEWAL_PENDING);
    } else {
      event->mutable_certificate_renewed()->set_certificate(row_.certificate);
      event->mutable_certificate_renewed()->set_valid_to(row_.valid_to);
    }
    renewed_ = true;
    add("VALID_TO", row_.valid_to, known_.valid_to, "renews it until then", event);
  }

  void compare_tin() {
    if (row_.natural ? known_.tin.empty() : row_.tin == known_.tin) return;
    const std::string shown = row_.natural ? "(natural person)" : row_.tin;
    if (row_.natural || known_.tin.empty()) {
      return add("TIN", shown, known_.tin.empty() ? "(natural person)" : known_.tin,
                 "a person stays legal or natural: another firm has this certificate", {});
    }
    auto event = decided(today_);
    event->mutable_tin_replaced()->set_subject(known_.subject);
    event->mutable_tin_replaced()->set_tin(row_.tin);
    event->mutable_tin_replaced()->set_kind(v1::RENUMBERED);
    add("TIN", shown, known_.tin, "gives the firm its new number: make sure that it is the same firm", event);
  }

  void compare_scheme() {
    if (row_.scheme == known_.scheme) return;
    add("SCHEME", row_.scheme, known_.scheme, "a certificate keeps its scheme: end it and grant another", {});
  }

  void compare_roles() {
    const std::set<std::string> wanted(row_.roles.begin(), row_.roles.end());
    const std::set<std::string> held(known_.roles.begin(), known_.roles.end());
    if (wanted == held) return;
    if (!open()) return add("ROLES", joined(row_.roles), joined(known_.roles), "it is not valid on the ledger", {});
    auto event = decided(today_);
    auto& amended = *event->mutable_certificate_amended();
    amended.set_certificate(row_.certificate);
    for (int number = v1::Role_MIN; number <= v1::Role_MAX; ++number) {
      const std::string& name = v1::Role_Name(number);
      if (wanted.contains(name) && !held.contains(name)) amended.add_roles_added(static_cast<v1::Role>(number));
      if (held.contains(name) && !wanted.contains(name)) amended.add_roles_removed(static_cast<v1::Role>(number));
    }
    add("ROLES", joined(row_.roles), joined(known_.roles), "amends its roles", event);
  }

  void compare_level() {
    if (row_.level.empty() || row_.level == known_.level || !open()) return;
    auto event = decided(today_);
    event->mutable_certificate_amended()->set_certificate(row_.certificate);
    event->mutable_certificate_amended()->set_level(row_.level);
    add("LEVEL", row_.level, known_.level, "amends its level", event);
  }

  const ListRow& row_;
  const KnownCertificate& known_;
  const std::string& today_;
  std::int32_t grace_days_;
  std::vector<Difference>& out_;
  std::string wanted_;
  bool renewed_ = false;
};

Difference not_on_ledger(const ListRow& row) {
  return {.line = row.line,
          .certificate = row.certificate,
          .what = "NOT_ON_LEDGER",
          .in_list = row.status,
          .on_ledger = "",
          .meaning = "the ledger does not know it: quipu import list states it",
          .statement = nullptr};
}

void add_not_in_list(const NationalList& list, const Programme& programme, std::vector<Difference>& out) {
  std::set<std::string> listed;
  for (const ListRow& row : list.rows) listed.insert(row.certificate);
  for (const auto& [number, known] : programme.certificates) {
    if (listed.contains(number) || (known.status != "ACTIVE" && known.status != "SUSPENDED")) continue;
    out.push_back({.line = 0,
                   .certificate = number,
                   .what = "NOT_IN_LIST",
                   .in_list = "",
                   .on_ledger = known.status,
                   .meaning = "if it has ended, state how: the list does not say",
                   .statement = nullptr});
  }
}

}  // namespace

std::vector<Difference> differences(const NationalList& list, const Programme& programme, const ComparisonDay& day) {
  std::vector<Difference> out;
  for (const ListRow& row : list.rows) {
    const auto known = programme.certificates.find(row.certificate);
    if (known != programme.certificates.end()) {
      Pair(row, known->second, day, out).compare();
    } else {
      out.push_back(not_on_ledger(row));
    }
  }
  for (const BadLine& bad : list.bad) {
    out.push_back({.line = bad.number,
                   .certificate = "",
                   .what = "UNREADABLE",
                   .in_list = "",
                   .on_ledger = "",
                   .meaning = bad.why,
                   .statement = nullptr});
  }
  add_not_in_list(list, programme, out);
  return out;
}

}  // namespace quipu::cli
