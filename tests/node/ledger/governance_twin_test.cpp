// SPDX-License-Identifier: Apache-2.0
// Random proposals, votes, readiness and days on a real chain beside a dumb twin, which keeps lists and counts anew
// every time. Every answer, every state and every set of voters must be the same.
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "tests/node/ledger/governance.h"

namespace quipu::ledger {
namespace governance_twin_test {

using namespace testing;

// Keys of one member come in generations: generation 3 of UY has the sample keys of "UY 3".
std::string keys_name(const std::string& code, int generation) {
  return generation == 0 ? code : code + " " + std::to_string(generation);
}

struct Change {
  enum class Kind { kAdd, kRemove, kList, kArrangement } kind = Kind::kList;
  std::string code = {};  // added or removed
  int generation = 0;
  std::set<std::string> parties = {};
  std::string arrangement = {};
};

struct TwinProposal {
  std::string opener;
  std::string id;
  Change change;
  Date expires;
  std::vector<std::pair<std::string, bool>> ballots;
  v1::ProposalState state = v1::PROPOSAL_OPEN;
};

struct Twin {
  std::map<std::string, int> voters;                 // with the generation of their keys
  std::set<std::pair<std::string, int>> spent_keys;  // that were ever in force
  std::set<std::string> arrangements = {"ARR"};
  std::vector<TwinProposal> proposals;
  std::uint64_t epoch = 0;
  Date today;

  bool expired(const TwinProposal& proposal) const { return today > proposal.expires; }

  std::string possible(const Change& change) const {
    if (change.kind == Change::Kind::kRemove) {
      if (!voters.contains(change.code)) return "MEMBER_UNKNOWN";
      return voters.size() <= 4 ? "MEMBERS_TOO_FEW" : "OK";
    }
    if (change.kind == Change::Kind::kAdd) {
      const auto now = voters.find(change.code);
      const bool same = now != voters.end() && now->second == change.generation;
      return !same && spent_keys.contains({change.code, change.generation}) ? "KEY_TAKEN" : "OK";
    }
    if (change.kind == Change::Kind::kArrangement) {
      if (arrangements.contains(change.arrangement)) return "ARRANGEMENT_TAKEN";
      return electors(change) < 2 ? "PARTIES_TOO_FEW" : "OK";
    }
    return "OK";
  }

  std::size_t electors(const Change& change) const {
    std::size_t count = 0;
    for (const auto& [code, generation] : voters) count += change.parties.empty() || change.parties.contains(code);
    return count;
  }

  std::size_t count(const TwinProposal& proposal, bool accept) const {
    std::size_t sum = 0;
    for (const auto& [code, vote] : proposal.ballots) sum += vote == accept && voters.contains(code);
    return sum;
  }

  std::size_t needed(const Change& change) const {
    const std::size_t n = electors(change);
    if (change.kind == Change::Kind::kArrangement) return n < 2 ? 2 : n;
    return n - (n - 1) / 3;
  }

  void act(TwinProposal& proposal) {
    const Change& change = proposal.change;
    proposal.state = v1::PROPOSAL_IN_FORCE;
    if (change.kind == Change::Kind::kRemove) voters.erase(change.code);
    if (change.kind == Change::Kind::kAdd) {
      voters[change.code] = change.generation;
      spent_keys.insert({change.code, change.generation});
    }
    if (change.kind == Change::Kind::kArrangement) arrangements.insert(change.arrangement);
    if (change.kind == Change::Kind::kRemove || change.kind == Change::Kind::kAdd) ++epoch;
  }

  std::string open(TwinProposal proposal) {
    if (!voters.contains(proposal.opener)) return "NOT_A_VOTING_MEMBER";
    const auto& parties = proposal.change.parties;
    if (!parties.empty() && !parties.contains(proposal.opener)) return "NOT_A_PARTY";
    std::size_t undecided = 0;
    for (const auto& other : proposals) {
      const bool waits = other.state == v1::PROPOSAL_OPEN || other.state == v1::PROPOSAL_ACCEPTED;
      undecided += other.opener == proposal.opener && waits && !expired(other);
    }
    if (undecided >= 16) return "TOO_MANY_PROPOSALS";
    const std::string outcome = possible(proposal.change);
    if (outcome == "OK") proposals.push_back(std::move(proposal));
    return outcome;
  }

  std::string vote(const std::string& code, TwinProposal& proposal, bool accept) {
    if (!voters.contains(code)) return "NOT_A_VOTING_MEMBER";
    if (proposal.state != v1::PROPOSAL_OPEN) return "PROPOSAL_CLOSED";
    if (expired(proposal)) return "PROPOSAL_EXPIRED";
    if (!proposal.change.parties.empty() && !proposal.change.parties.contains(code)) return "NOT_A_PARTY";
    for (const auto& ballot : proposal.ballots) {
      if (ballot.first == code) return "ALREADY_VOTED";
    }
    proposal.ballots.emplace_back(code, accept);
    const bool decides = accept && count(proposal, true) >= needed(proposal.change);
    if (decides && possible(proposal.change) != "OK") {
      proposal.ballots.pop_back();
      return possible(proposal.change);
    }
    const auto now = voters.find(proposal.change.code);
    const bool new_key = proposal.change.kind == Change::Kind::kAdd &&
                         (now == voters.end() || now->second != proposal.change.generation);
    if (decides && new_key) {
      proposal.state = v1::PROPOSAL_ACCEPTED;
    } else if (decides) {
      act(proposal);
    } else if (electors(proposal.change) - count(proposal, false) < needed(proposal.change)) {
      proposal.state = v1::PROPOSAL_REJECTED;
    }
    return "OK";
  }

  std::string ready(TwinProposal& proposal) {
    if (proposal.state != v1::PROPOSAL_ACCEPTED) return "PROPOSAL_NOT_WAITING";
    if (expired(proposal)) return "PROPOSAL_EXPIRED";
    const std::string outcome = possible(proposal.change);
    if (outcome == "OK") act(proposal);
    return outcome;
  }
};

class Pair {
 public:
  explicit Pair(unsigned seed) : random_(seed), chain_({"BO", "BR", "CL", "CO", "PE"}) {
    for (const auto& code : chain_.voters()) {
      twin_.voters[code] = 0;
      twin_.spent_keys.insert({code, 0});
      known_.insert(code);
    }
  }

  void step() {
    twin_.today = Date::of(chain_.next_time_ms(), 0);
    const unsigned what = below(40);
    if (what == 0) return chain_.goes_on_until(twin_.today.plus(1).text());
    if (what < 6 || twin_.proposals.empty()) return open();
    // Mostly one of the latest, or hardly any would ever be decided.
    const auto all = static_cast<unsigned>(twin_.proposals.size());
    auto& proposal = twin_.proposals[all - 1 - below(what < 10 ? all : std::min(all, 3u))];
    return proposal.state == v1::PROPOSAL_ACCEPTED || what == 11 ? ready(proposal) : vote(proposal);
  }

  void compare() {
    std::vector<std::string> voters;
    for (const auto& [code, generation] : twin_.voters) voters.push_back(code);
    REQUIRE(chain_.voters() == voters);
    REQUIRE(chain_.tip().membership->epoch.value == twin_.epoch);
    for (const auto& each : twin_.proposals) REQUIRE(chain_.proposal(each.opener, each.id).state() == each.state);
  }
  std::uint64_t epochs() const { return twin_.epoch; }
  const std::set<std::string>& answers() const { return answers_; }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  template <class Codes>
  std::string any(const Codes& codes) {
    return *std::next(codes.begin(), below(static_cast<unsigned>(codes.size())));
  }
  std::set<std::string> speakers() {  // mostly those that vote, sometimes one that left
    std::set<std::string> codes;
    for (const auto& [code, generation] : twin_.voters) codes.insert(code);
    return below(8) == 0 ? known_ : codes;
  }

  Change random_change() {
    switch (below(5)) {
      case 0:
        return {.kind = Change::Kind::kRemove, .code = any(known_)};
      case 1:
      case 2:
        return {.kind = Change::Kind::kAdd,
                .code = any(std::set<std::string>{"BO", "CO", "PY", "UY"}),
                .generation = static_cast<int>(below(4))};
      case 3:
        return {.kind = Change::Kind::kArrangement,
                .parties = {any(known_), any(known_), any(known_)},
                .arrangement = "A-" + std::to_string(below(6))};
      default:
        return {};
    }
  }

  static std::string text(const Change& change) {
    if (change.kind == Change::Kind::kRemove) return "member_remove: '" + change.code + "'";
    if (change.kind == Change::Kind::kList) return "code_list { name: 'level' codes: 'GOLD' }";
    if (change.kind == Change::Kind::kAdd) {
      auto member = sample::member(keys_name(change.code, change.generation));
      member.set_administration(change.code);
      return GovernedChain::adding(member);
    }
    std::string parties;
    for (const auto& party : change.parties) parties += (parties.empty() ? "'" : ", '") + party + "'";
    return "arrangement { arrangement: '" + change.arrangement + "' parties: [" + parties +
           "] signed_on: '2026-01-01' }";
  }

  void agree(const std::string& chain_says, const std::string& twin_says) {
    answers_.insert(twin_says);
    REQUIRE(chain_says == twin_says);
    for (const auto& [code, generation] : twin_.voters) {
      known_.insert(code);
      chain_.renames(code, keys_name(code, generation));
    }
  }

  void open() {
    const std::string opener = any(speakers());
    const std::string id = "P-" + std::to_string(++opened_);
    const Date expires = twin_.today.plus(static_cast<std::int32_t>(below(4)));
    const Change change = random_change();
    INFO(opener << " opens " << id << " " << text(change).substr(0, 60));
    agree(chain_.opens(opener, id, text(change), expires.text()), twin_.open({opener, id, change, expires, {}}));
  }
  void vote(TwinProposal& proposal) {
    const std::string code = any(speakers());
    const bool accept = below(10) != 0;
    INFO(code << " votes on " << proposal.opener << " " << proposal.id);
    agree(chain_.votes(code, proposal.opener, proposal.id, accept), twin_.vote(code, proposal, accept));
  }
  void ready(TwinProposal& proposal) {
    const auto key = sample::key(keys_name(proposal.change.code, proposal.change.generation), "vote");
    INFO(proposal.opener << " " << proposal.id << " is ready");
    agree(chain_.is_ready(proposal.opener, proposal.id, key), twin_.ready(proposal));
  }

  std::mt19937 random_;
  GovernedChain chain_;
  Twin twin_;
  std::set<std::string> known_;  // that are or were members
  std::set<std::string> answers_;
  int opened_ = 0;
};

TEST_CASE("Random governance goes as the twin has it", "[governance]") {
  std::uint64_t epochs = 0;
  std::set<std::string> answers;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    Pair pair(seed);
    for (int i = 0; i < 400; ++i) {
      pair.step();
      pair.compare();
    }
    epochs += pair.epochs();
    answers.insert(pair.answers().begin(), pair.answers().end());
  }
  CHECK(epochs > 20);  // or the test has seen little
  for (const char* code : {"OK", "NOT_A_VOTING_MEMBER", "NOT_A_PARTY", "MEMBER_UNKNOWN", "KEY_TAKEN", "ALREADY_VOTED",
                           "PROPOSAL_CLOSED", "PROPOSAL_EXPIRED", "PROPOSAL_NOT_WAITING", "MEMBERS_TOO_FEW"}) {
    INFO(code);
    CHECK(answers.contains(code));
  }
}

}  // namespace governance_twin_test
}  // namespace quipu::ledger
