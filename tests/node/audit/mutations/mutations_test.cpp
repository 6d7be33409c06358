// SPDX-License-Identifier: Apache-2.0
// Thousands of lies, each made from its number alone. QUIPU_MUTATIONS says how many are tried (600 unless told
// otherwise), QUIPU_MUTATION tries the one of that number and tells about it. QUIPU_MUTATIONS_OUT names a file to which
// those of receipts, status proofs, status lists and policies are written, with what we say of them, for others to
// judge.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>

#include "node/audit/verify.h"
#include "tests/node/audit/mutations/export_mutations.h"
#include "tests/node/audit/mutations/proof_mutations.h"

namespace quipu::audit::mutations {
namespace mutations_test {

constexpr std::uint64_t kSeed = 20'261'127, kUsual = 600;
constexpr unsigned kPatience_s = 60;

// One lie, and what became of it.
struct Trial {
  std::string name, where{};
  bool verified = false;
  bool harmless = false;  // verified, and rightly
  std::string says{};
  bool names_place = false;
  std::optional<Claim> claim{};  // what a page may judge as well
};

bool names_place(const Report& report) {
  return std::ranges::any_of(report.findings(), [](const Finding& finding) {
    const bool has_place = !finding.file.empty() || finding.leaf || finding.height;
    return finding.severity <= Severity::kUncheckable &&
           (has_place || finding.what.find("the saved position") != std::string::npos);
  });
}

Report audited(const sample::Files& files, const Export& given, std::optional<Bytes> position = {}) {
  const sample::MemoryBundle bundle(files);
  return verify({.bundle = bundle, .genesis = given.chain.genesis.file, .position = std::move(position)});
}

// What an earlier audit of the honest export saved.
const Bytes& honest_position(const Export& given) {
  static std::map<std::string, Bytes> positions;
  Bytes& saved = positions[given.name];
  if (!saved.empty()) return saved;
  const sample::MemoryBundle bundle(given.files);
  verify({.bundle = bundle, .genesis = given.chain.genesis.file, .save = [&](const Bytes& made) { saved = made; }});
  REQUIRE_FALSE(saved.empty());
  return saved;
}

bool same_history(const Report& a, const Report& b) {
  return a.chain == b.chain && a.root == b.root && a.size == b.size && a.height == b.height;
}

const Report& honest_report(const Export& given) {
  static std::map<std::string, Report> reports;
  const auto at = reports.find(given.name);
  return at != reports.end() ? at->second : reports.emplace(given.name, audited(given.files, given)).first->second;
}

std::optional<Trial> try_export(Dice& dice) {
  const Export& given = dice.any_of(specimens().exports);
  const ExportMutation& mutation = dice.any_of(export_mutations());
  Trial trial{.name = mutation.name};
  std::string where;
  const auto files = mutation.change(given, dice, where);
  if (!files || *files == given.files) return std::nullopt;
  const bool resumes = dice.one_in(3);
  trial.where = given.name + ": " + where + (resumes ? ", after an earlier audit" : "");
  const Report report = audited(*files, given, resumes ? std::optional(honest_position(given)) : std::nullopt);
  trial.verified = report.verdict() == Verdict::kVerified;
  trial.harmless = trial.verified && is_harmless(given.files, *files) && same_history(report, honest_report(given));
  trial.says = report.verdict_line();
  trial.names_place = names_place(report);
  return trial;
}

Trial told(const char* name, const std::string& where, const Judgement& judgement, bool may_verify) {
  return {.name = name,
          .where = where,
          .verified = judgement.verified,
          .harmless = judgement.verified && judgement.same_as_honest && may_verify,
          .says = judgement.verified ? "VERIFIED" : judgement.says,
          .names_place = !judgement.says.empty()};
}

std::optional<Trial> try_receipt(Dice& dice) {
  const auto& honest = dice.any_of(specimens().receipts);
  const auto& mutation = dice.any_of(receipt_mutations());
  std::string where;
  const auto text = mutation.change(honest, dice, where);
  if (!text || *text == honest) return std::nullopt;
  const Claim claim{*text, specimens().policy, honest};
  auto trial = told(mutation.name, where, judge_receipt(claim), true);
  trial.claim = claim;
  return trial;
}

std::optional<Trial> try_status(Dice& dice) {
  const auto& honest = dice.any_of(specimens().statuses);
  const auto& mutation = dice.any_of(status_mutations());
  std::string where;
  const auto text = mutation.change(honest.text, dice, where);
  if (!text || *text == honest.text) return std::nullopt;
  const Claim claim{*text, specimens().policy, honest.text};
  auto trial = told(mutation.name, where, judge_status(claim, honest.key), true);
  trial.claim = claim;
  return trial;
}

std::optional<Trial> try_list(Dice& dice) {
  const auto& honest = dice.any_of(specimens().lists);
  const auto& mutation = dice.any_of(list_mutations());
  std::string where;
  const auto text = mutation.change(honest, dice, where);
  if (!text || *text == honest) return std::nullopt;
  const Claim claim{*text, specimens().policy, honest};
  auto trial = told(mutation.name, where, judge_list(claim), true);
  trial.claim = claim;
  return trial;
}

// A policy that has been changed believes strangers no more than before; what it asks of an honest receipt is its own.
std::optional<Trial> try_policy(Dice& dice) {
  const auto& mutation = dice.any_of(policy_mutations());
  std::string where;
  const auto policy = mutation.change(specimens().policy, dice, where);
  if (!policy || *policy == specimens().policy) return std::nullopt;
  const bool of_strangers = dice.one_in(2);
  const auto& text = of_strangers ? specimens().strangers_receipt : dice.any_of(specimens().receipts);
  const Claim claim{text, *policy, text};
  auto trial = told(mutation.name, of_strangers ? "a stranger's receipt" : "an honest receipt", judge_receipt(claim),
                    !of_strangers);
  trial.claim = claim;
  return trial;
}

Trial tried(std::uint64_t number) {
  Dice dice(kSeed + number);
  while (true) {
    const std::size_t kind = number % 20;
    const auto trial = kind < 11   ? try_export(dice)
                       : kind < 15 ? try_receipt(dice)
                       : kind < 17 ? try_status(dice)
                       : kind < 18 ? try_list(dice)
                                   : try_policy(dice);
    if (trial) return *trial;
  }
}

std::string replay_command(std::uint64_t number) {
  return "QUIPU_MUTATION=" + std::to_string(number) + " " QUIPU_BINARY_DIR "/bin/tests_mutations";
}

// What a hang or a crash leaves behind.
class Watch {
 public:
  explicit Watch(std::uint64_t number) {
    std::strncpy(words, ("No answer after a minute; once more: " + replay_command(number) + "\n").c_str(),
                 sizeof words - 1);
    std::signal(SIGALRM, [](int) {
      [[maybe_unused]] const auto written = write(STDERR_FILENO, words, std::strlen(words));
      std::abort();
    });
    alarm(kPatience_s);
  }
  ~Watch() { alarm(0); }

 private:
  static inline char words[600] = {};
};

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? std::nullopt : std::optional<std::uint64_t>(std::stoull(text));
}

// Base64: what was damaged may be no text any more.
void write_claims(const char* path, const std::map<std::uint64_t, Trial>& trials) {
  boost::json::array list;
  for (const auto& [number, trial] : trials) {
    list.push_back({{"number", number},
                    {"name", trial.name},
                    {"verified", trial.verified},
                    {"proof", crypto::to_base64(trial.claim->text)},
                    {"policy", crypto::to_base64(trial.claim->policy)},
                    {"honest", crypto::to_base64(trial.claim->honest)}});
  }
  std::ofstream(path, std::ios::binary) << boost::json::serialize(list) << "\n";
}

Trial watched(std::uint64_t number) {
  const Watch watch(number);
  return tried(number);
}

void judge(const Trial& trial, std::uint64_t number) {
  INFO(trial.name << ", " << trial.where << "\n" << trial.says << "\nonce more: " << replay_command(number));
  REQUIRE((!trial.verified || trial.harmless));
  REQUIRE((trial.verified || trial.names_place));
}

TEST_CASE("What is changed on purpose is honest before", "[mutations]") {
  const auto& all = specimens();
  for (const auto& given : all.exports) {
    INFO(given.name << "\n" << honest_report(given).text());
    CHECK(honest_report(given).verdict() == Verdict::kVerified);
  }
  CHECK(all.exports.size() == 3);
  CHECK(all.receipts.size() > 5);
  for (const auto& receipt : all.receipts) CHECK(judge_receipt({receipt, all.policy, receipt}).verified);
  for (const auto& status : all.statuses)
    CHECK(judge_status({status.text, all.policy, status.text}, status.key).verified);
  for (const auto& list : all.lists) CHECK(judge_list({list, all.policy, list}).verified);
  CHECK_FALSE(judge_receipt({all.strangers_receipt, all.policy, all.strangers_receipt}).verified);
}

TEST_CASE("No mutation is verified unless nothing rests on it and each refusal names its place", "[mutations]") {
  const auto one = number_in("QUIPU_MUTATION");
  const std::uint64_t first = one.value_or(0), end = one ? first + 1 : number_in("QUIPU_MUTATIONS").value_or(kUsual);
  const char* out = std::getenv("QUIPU_MUTATIONS_OUT");
  std::map<std::string, int> made, harmless;
  std::map<std::uint64_t, Trial> claims;
  for (std::uint64_t number = first; number < end; ++number) {
    if (out && number % 20 < 11) continue;          // an export, which nobody else judges
    INFO("once more: " << replay_command(number));  // seen when it crashes
    const Trial trial = watched(number);
    judge(trial, number);
    ++made[trial.name];
    if (out && trial.claim) claims.emplace(number, trial);
    if (trial.harmless) ++harmless[trial.name];
    if (one) std::cout << trial.name << ", " << trial.where << "\n" << trial.says << "\n";
  }
  for (const auto& [name, times] : harmless)
    std::cout << times << " of " << made[name] << " rightly verified: " << name << "\n";
  if (out) write_claims(out, claims);
  if (one || out) return;
  // Each way of lying has had its turn.
  for (const auto& mutation : export_mutations()) CHECK(made[mutation.name] > 0);
  for (const auto& list : {receipt_mutations(), status_mutations(), list_mutations(), policy_mutations()}) {
    for (const auto& mutation : list) CHECK(made[mutation.name] > 0);
  }
  std::cout << end << " mutations of " << made.size() << " kinds\n";
}

}  // namespace mutations_test
}  // namespace quipu::audit::mutations
