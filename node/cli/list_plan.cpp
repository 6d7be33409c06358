// SPDX-License-Identifier: Apache-2.0
#include "node/cli/list_plan.h"

#include <boost/json/value.hpp>
#include <iterator>
#include <map>
#include <set>

#include "node/cli/json_fields.h"
#include "node/cli/paging.h"
#include "node/cli/programme.h"
#include "node/cli/submitting.h"
#include "node/ledger/json.h"

namespace quipu::cli {

namespace {

constexpr const char* kOneAtATime =
    ", and under dual control its grant must be approved first: add --plan FILE to have the rest written for later";

// Nothing: there is no such operator.
using FoundOperator = std::optional<boost::json::value>;
std::expected<FoundOperator, std::string> find_operator(NodeClient& node, const std::string& path) {
  const auto found = node.get_file_if_held("/v1/operators" + path);
  if (!found) return std::unexpected(found.error());
  if (!*found) return FoundOperator();
  const auto json = ledger::parse_strict_json(**found);
  if (!json) return std::unexpected("the node's answer is not JSON: " + json.error());
  return *json;
}

// Which subject a row's firm is, or will be: by tax number on the ledger, for natural persons by their other
// certificates, and by what this run has drawn for it.
class Subjects {
 public:
  Subjects(NodeClient& node, std::string administration) : node_(node), administration_(std::move(administration)) {}

  void learn(const std::vector<ListRow>& rows, const Programme& programme) {
    for (const ListRow& row : rows) {
      const auto known = programme.certificates.find(row.certificate);
      if (known != programme.certificates.end()) subjects_.emplace(row.tin, known->second.subject);
    }
  }
  // Adds the registration when there is no such subject yet.
  std::expected<std::string, std::string> of(const ListRow& row, std::vector<HistoryLine>& lines) {
    if (const auto found = subjects_.find(row.tin); found != subjects_.end()) return found->second;
    auto subject = row.natural ? std::string() : subject_of_tin(node_, row.tin);
    if (!subject) return subject;
    if (subject->empty()) {
      *subject = new_subject(administration_);
      lines.push_back(registration(row, *subject, administration_));
    }
    subjects_.emplace(row.tin, *subject);
    return subject;
  }

 private:
  NodeClient& node_;
  std::string administration_;
  std::map<std::string, std::string> subjects_;
};

// Consent and aliases that a list has and the ledger has not. Each is stated once in a run.
class Extras {
 public:
  Extras(NodeClient& node, std::string administration, std::string today)
      : node_(node), administration_(std::move(administration)), today_(std::move(today)) {}

  // `fresh`: the subject was drawn in this run, so that the ledger knows nothing of it.
  Done add(const ListRow& row, const std::string& subject, bool fresh, std::vector<HistoryLine>& lines) {
    if (row.consents && consents_.insert(subject).second) {
      const auto known = fresh ? false : has_consent(subject);
      if (!known) return std::unexpected(known.error());
      if (!*known) lines.push_back(consent_statement(row, subject, today_));
    }
    for (const ListAlias& alias : row.aliases) {
      if (auto added = add_alias(row, alias, subject, lines); !added) return added;
    }
    return {};
  }

 private:
  using Answer = std::expected<bool, std::string>;

  Done add_alias(const ListRow& row, const ListAlias& alias, const std::string& subject,
                 std::vector<HistoryLine>& lines) {
    if (!aliases_.insert(alias.recogniser + "/" + alias.kind + "/" + alias.alias + "/" + subject).second) return {};
    const Query query = Query().add("alias", alias.kind + ":" + alias.alias).add("by", alias.recogniser);
    const auto bound = find_operator(node_, query.text());
    if (!bound) return std::unexpected(bound.error());
    // One that means another firm is stated all the same: the rules name it.
    if (*bound && text_at(**bound, "operator") == administration_ + "/" + subject) return {};
    lines.push_back(alias_statement(row, alias, administration_, subject, today_));
    return {};
  }

  Answer has_consent(const std::string& subject) {
    const auto found = find_operator(node_, "/" + administration_ + "/" + url_encoded(subject));
    if (!found) return std::unexpected(found.error());
    return *found && (*found)->as_object().contains("consent");
  }

  NodeClient& node_;
  std::string administration_;
  std::string today_;
  std::set<std::string> consents_;
  std::set<std::string> aliases_;
};

// Works the rows off, one after the other.
class Planning {
 public:
  Planning(NodeClient& node, const Programme& programme, const std::string& administration, const std::string& today,
           bool dual_control, bool leave_for_later)
      : programme_(programme),
        today_(today),
        dual_control_(dual_control),
        leave_for_later_(leave_for_later),
        subjects_(node, administration),
        extras_(node, administration, today) {}

  std::expected<ListPlan, std::string> run(const NationalList& list) {
    subjects_.learn(list.rows, programme_);
    for (const BadLine& bad : list.bad) plan_.not_taken.push_back({bad.number, "", bad.why});
    for (const ListRow& row : list.rows) {
      const auto known = programme_.certificates.find(row.certificate);
      const Done done = known == programme_.certificates.end() ? add_new(row) : add_known(row, known->second);
      if (!done) return std::unexpected(done.error());
    }
    return std::move(plan_);
  }

 private:
  // Its certificate is there: what its firm lacks, and what is to follow the approval of its grant.
  Done add_known(const ListRow& row, const KnownCertificate& known) {
    ++plan_.already;
    RowStatements statements{.row = &row, .lines = {}};
    if (auto added = extras_.add(row, known.subject, false, statements.lines); !added) return added;
    if (!statements.lines.empty()) plan_.rows.push_back(std::move(statements));
    const auto wanted = certificate_statements(row, known.subject, today_);
    const bool open = known.status == "ACTIVE" || known.status == "PENDING_APPROVAL";
    if (waits(wanted) && leave_for_later_ && open) plan_.after_approval.push_back(wanted->back().event);
    return {};
  }

  Done add_new(const ListRow& row) {
    // Whether it can be taken at all, before a subject is drawn for it.
    const auto fits = certificate_statements(row, "", today_);
    if (!fits || (waits(fits) && !leave_for_later_)) {
      plan_.not_taken.push_back({row.line, row.certificate, fits ? row.status + kOneAtATime : fits.error()});
      return {};
    }
    RowStatements statements{.row = &row, .lines = {}, .grants = true};
    const auto subject = subjects_.of(row, statements.lines);
    if (!subject) return std::unexpected(subject.error());
    const bool fresh = !statements.lines.empty();
    auto more = *certificate_statements(row, *subject, today_);
    if (dual_control_ && more.size() > 1) {
      statements.later = more.back().event;
      more.pop_back();
    }
    std::move(more.begin(), more.end(), std::back_inserter(statements.lines));
    if (auto added = extras_.add(row, *subject, fresh, statements.lines); !added) return added;
    plan_.rows.push_back(std::move(statements));
    return {};
  }

  bool waits(const std::expected<std::vector<HistoryLine>, std::string>& lines) const {
    return dual_control_ && lines && lines->size() > 1;
  }

  const Programme& programme_;
  const std::string& today_;
  bool dual_control_;
  bool leave_for_later_;
  Subjects subjects_;
  Extras extras_;
  ListPlan plan_;
};

}  // namespace

std::expected<ListPlan, std::string> plan_of_list(NodeClient& node, const NationalList& list,
                                                  const std::string& administration, const std::string& today,
                                                  bool leave_for_later) {
  const auto programme = fetch_programme(node, administration, "");
  if (!programme) return std::unexpected(programme.error());
  const auto dual = has_dual_control(node, administration);
  if (!dual) return std::unexpected(dual.error());
  return Planning(node, *programme, administration, today, *dual, leave_for_later).run(list);
}

}  // namespace quipu::cli
