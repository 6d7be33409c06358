// SPDX-License-Identifier: Apache-2.0
// What a node that was taken over could ask of the process with the keys.
#include "node/signer/desk.h"

#include <catch2/catch.hpp>

#include "crypto/note.h"
#include "crypto/signature.h"
#include "tests/node/signer/keeper.h"

namespace quipu::signer::testing {

namespace desk_test {

using consensus::Refusal;
using consensus::VoteKind;

// A connection to a signer on these slots.
struct Talk {
  explicit Talk(Keeper& keeper_in) : keeper(keeper_in), signing(keeper.open()), desk(*signing) {}

  Answer ask(const Request& request) { return decode_answer(desk.answer(encode(request))).value(); }
  Answer vote(VoteKind kind, const consensus::Subject& subject) {
    return ask(SignVote{{signing->record().epoch, subject.view, kind}, subject});
  }
  Talk& begin() {
    REQUIRE(ask(Hello{keeper.genesis.chain}));
    REQUIRE(ask(EnterEpoch{keeper.scope, keeper.start}));
    return *this;
  }

  Keeper& keeper;
  std::unique_ptr<storage::Signing> signing;
  Desk desk;
};

std::string why(const Answer& answer) {
  if (answer) return "";
  return std::string(std::visit([](auto reason) { return to_string(reason); }, answer.error()));
}

bool refused(const Answer& answer, Refused reason) {
  INFO(why(answer));
  return !answer && answer.error() == reason;
}

}  // namespace desk_test

TEST_CASE("a greeted node learns the keys and the record and its votes verify") {
  using namespace desk_test;
  Keeper keeper;
  Talk talk(keeper);
  const auto hello = talk.ask(Hello{keeper.genesis.chain});
  REQUIRE(hello);
  CHECK(hello->result == sample::public_key("BO", "vote") + sample::public_key("BO", "cosigner"));
  CHECK(hello->record.tip == keeper.start);
  REQUIRE(talk.ask(EnterEpoch{keeper.scope, keeper.start}));
  const auto block = block_in(1, "a block");
  const auto vote = talk.vote(VoteKind::kNotarize, block);
  REQUIRE(vote);
  CHECK(vote->record.top_notarized == block);
  CHECK(crypto::verify(talk.signing->vote_key(), consensus::vote_bytes(keeper.scope, VoteKind::kNotarize, block),
                       crypto::Signature::from(vote->result).value()));
}

TEST_CASE("the guard refuses through the socket as it does at home and on every later connection") {
  using namespace desk_test;
  Keeper keeper;
  const auto first = Talk(keeper).begin().vote(VoteKind::kNotarize, block_in(1, "one"));
  REQUIRE(first);
  Talk again(keeper);
  again.begin();
  CHECK(refused(again.vote(VoteKind::kNotarize, block_in(1, "another")), Refusal::kNotarizedBefore));
  CHECK(again.vote(VoteKind::kNotarize, block_in(1, "one"))->result == first->result);
  REQUIRE(again.vote(VoteKind::kNullify, {.view = {1}}));
  CHECK(refused(again.vote(VoteKind::kFinalize, block_in(1, "one")), Refusal::kNullifiedBefore));
}

TEST_CASE("a connection begins with one hello of the right chain and signs in an epoch it has entered") {
  using namespace desk_test;
  Keeper keeper;
  Talk talk(keeper);
  const auto block = block_in(1, "a block");
  CHECK(refused(talk.vote(VoteKind::kNotarize, block), Reason::kHelloFirst));
  CHECK(refused(talk.ask(Hello{digest("another chain")}), Reason::kOtherChain));
  CHECK_FALSE(talk.desk.greeted());
  REQUIRE(talk.ask(Hello{keeper.genesis.chain}));
  CHECK(refused(talk.ask(Hello{keeper.genesis.chain}), Reason::kHelloFirst));
  CHECK(refused(talk.vote(VoteKind::kNotarize, block), Reason::kNoEpoch));
  CHECK(refused(talk.ask(SetTip{tip_at(1, "a block")}), Reason::kNoEpoch));
  CHECK(refused(talk.ask(EnterEpoch{{digest("another"), {0}, digest("another")}, keeper.start}), Reason::kOtherChain));
  CHECK_FALSE(talk.signing->record().top_notarized);
}

TEST_CASE("only the tip is cosigned and no two roots of one size ever are") {
  using namespace desk_test;
  Keeper keeper;
  Talk talk(keeper);
  talk.begin();
  const auto tip = tip_at(3, "three");
  REQUIRE(talk.ask(SetTip{tip}));
  const auto cosigned = talk.ask(CosignTip{tip.tree_size, tip.tree_root, 1'790'000'000});
  REQUIRE(cosigned);
  const crypto::Checkpoint checkpoint{keeper.genesis.origin, tip.tree_size, tip.tree_root};
  CHECK(crypto::verify(talk.signing->cosigner_key(), crypto::cosignature_message(checkpoint.text(), 1'790'000'000),
                       crypto::Signature::from(cosigned->result).value()));
  CHECK(refused(talk.ask(CosignTip{tip.tree_size, digest("another root"), 1}), Reason::kNotTheTip));

  auto forged = tip;
  forged.tree_root = digest("another root");
  CHECK(refused(talk.ask(SetTip{forged}), Reason::kOtherTip));
  forged.height = forged.height.next();
  CHECK(refused(talk.ask(SetTip{forged}), Reason::kOtherTip));
  CHECK(refused(talk.ask(EnterEpoch{{keeper.genesis.chain, {1}, digest("handover")}, forged}), Reason::kOtherTip));
  REQUIRE(talk.ask(SetTip{tip_at(2, "an older one")}));
  CHECK(talk.signing->record().tip == tip);
}

TEST_CASE("an epoch that is over is not entered again and a later one begins at the same tip") {
  using namespace desk_test;
  Keeper keeper;
  Talk talk(keeper);
  talk.begin();
  REQUIRE(talk.vote(VoteKind::kNotarize, block_in(3, "three")));
  auto tip = tip_at(3, "three");
  REQUIRE(talk.ask(SetTip{tip}));
  tip.view = {0};
  CHECK(refused(talk.ask(EnterEpoch{{keeper.genesis.chain, {2}, digest("handover")}, tip_at(2, "below")}),
                Reason::kOtherTip));
  REQUIRE(talk.ask(EnterEpoch{{keeper.genesis.chain, {2}, digest("handover")}, tip}));
  REQUIRE(talk.vote(VoteKind::kNotarize, block_in(1, "of epoch two")));
  CHECK(refused(talk.ask(EnterEpoch{{keeper.genesis.chain, {1}, digest("handover")}, tip}), Reason::kEarlierEpoch));
  CHECK(refused(talk.ask(SignVote{{{1}, {9}, VoteKind::kNotarize}, block_in(9, "late")}), Refusal::kWrongEpoch));
}

TEST_CASE("in the place of a lost safety file nothing is signed until the node has told how far the others are") {
  using namespace desk_test;
  Keeper keeper;
  REQUIRE(Talk(keeper).begin().vote(VoteKind::kNotarize, block_in(5, "five")));
  keeper.slots() = {Bytes(storage::kSafetySlotBytes, '\0'), Bytes(storage::kSafetySlotBytes, '\0')};
  Talk talk(keeper);
  talk.begin();
  CHECK(refused(talk.vote(VoteKind::kNotarize, block_in(9, "nine")), Refusal::kAbstaining));
  REQUIRE(talk.ask(Abstain{{8}}));
  CHECK(refused(talk.vote(VoteKind::kNotarize, block_in(5, "another five")), Refusal::kAbstaining));
  CHECK(talk.vote(VoteKind::kNotarize, block_in(9, "nine")));
  // Once told, the bar is only raised.
  REQUIRE(talk.ask(Abstain{{3}}));
  CHECK(talk.signing->record().abstain_until.value == 9);
  REQUIRE(talk.ask(Abstain{consensus::kNeverAgain}));
  CHECK(refused(talk.vote(VoteKind::kNotarize, block_in(50, "fifty")), Refusal::kAbstaining));
}

TEST_CASE("whatever bytes come the desk answers and signs no two votes that exclude each other") {
  using namespace desk_test;
  Keeper keeper;
  Talk talk(keeper);
  talk.begin();
  std::mt19937 dice(7);
  std::vector<Bytes> good;
  for (std::uint64_t view = 1; view < 4; ++view) {
    for (const auto* word : {"a", "b"}) {
      good.push_back(encode(SignVote{{{0}, {view}, VoteKind::kNotarize}, block_in(view, word)}));
      good.push_back(encode(SignVote{{{0}, {view}, VoteKind::kFinalize}, block_in(view, word)}));
      good.push_back(encode(SetTip{tip_at(view, word)}));
    }
    good.push_back(encode(SignVote{{{0}, {view}, VoteKind::kNullify}, {.view = {view}}}));
  }
  int done = 0;
  int malformed = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto message = good[dice() % good.size()];
    if (i % 3 == 0) message[dice() % message.size()] = static_cast<char>(dice());
    if (i % 7 == 0) message.resize(dice() % (message.size() + 8));
    const auto answer = decode_answer(talk.desk.answer(message));
    REQUIRE(answer);
    REQUIRE(consensus::consistent(talk.signing->record()));
    done += answer->has_value() ? 1 : 0;
    malformed += refused(*answer, Reason::kMalformed) ? 1 : 0;
  }
  CHECK(done > 0);
  CHECK(malformed > 0);
}

}  // namespace quipu::signer::testing
