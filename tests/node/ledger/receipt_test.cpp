// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/receipt.h"

#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::ledger {
namespace receipt_test {

// The published example: entry "five" of the fifteen-entry log, with three cosignatures (docs/formats.md, "Receipts").
const std::string kPublished =
    "c2sp.org/tlog-proof@v1\n"
    "extra Zml2ZQ==\n"
    "index 4\n"
    "yiM+eia4w1wsk/Ukx7kF56IQVkDW3MWUaUz/VtJu+yU=\n"
    "nk9gCR+floFqznAPtqjjcnnV64dge2jQB95D5t164Hg=\n"
    "zY1lN35vrXYAPixXSd59LsU29xUJtuW4o2dNNg5Y2Co=\n"
    "5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=\n"
    "\n"
    "example.com/log/testdata\n"
    "15\n"
    "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"
    "\n"
    "— example.com/log/testdata "
    "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n"
    "— Wit1 mz+y1QAAAABlU/EAYEDMPd8Ge7XzsHcNU+F3AzavfsuzhRT3gC4BORiySViMAWQq5znn5g+ruu+iDztzMS3EeF6xr4ug+O66ORoSAw==\n"
    "— Wit2 OBU0RQAAAABlU/EBrDBVZNhp8DEo80z37UjX3WCiaYdzrMK0aqiG6vXMVyllGqNnbAiYcUE05keOxntqpvx9wE/A+yEDiTM2LbFpAw==\n"
    "— Wit3 IzzydQAAAABlU/EC6PCm7qH/EYpgW/YVVD5ik2SZFKyfX7uSC/kKUlCVj0bTLHshdTdPp7dH2dkvNilqVJ0mBRC1ZOI3dLk2K7RhBw==\n";

const std::string kPolicy =
    "# the published keys\n"
    "log example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx\n"
    "witness W1 Wit1+9b3fb2d5+BFhZSmQj9+SoL+p/nN0Hh76xXmF7QcHfytUrI1XfSClk\n"
    "witness W2 Wit2+38153445+BGVbwFJte9wMQIPSnEnj4KibeO6vSIOEDUTDp3o63c2x\n"
    "\n"
    "witness W3 Wit3+233cf275+BCb6Uz1+fxAcXkMvDd7nGa3FjDce7LxIKmbbTCT0MpVn\n"
    "group members 2 W1 W2 W3\n"
    "quorum members\n";

TrustPolicy policy(const std::string& text = kPolicy) {
  auto parsed = TrustPolicy::parse(text);
  REQUIRE(parsed);
  return *std::move(parsed);
}

TEST_CASE("The published receipt is read and written byte for byte") {
  CHECK(crypto::to_hex(crypto::sha256(kPublished).view()) ==
        "99f56defcfd6043d562487287c00bf7051db9a904595a9ea58e0a3c0ee688cbf");
  const auto receipt = Receipt::parse(kPublished);
  REQUIRE(receipt);
  CHECK(receipt->extra == "five");
  CHECK(receipt->index == 4);
  CHECK(receipt->proof.size() == 4);
  CHECK(receipt->format() == kPublished);
}

TEST_CASE("The published receipt proves its entry to a policy of its keys and nothing else") {
  const auto receipt = Receipt::parse(kPublished);
  REQUIRE(receipt);
  const auto checkpoint = verify_receipt(*receipt, "five", policy());
  REQUIRE(checkpoint);
  CHECK(checkpoint->size == 15);
  CHECK_FALSE(verify_receipt(*receipt, "six", policy()));
  Receipt moved = *receipt;
  moved.index = 5;
  CHECK_FALSE(verify_receipt(moved, "five", policy()));
}

TEST_CASE("A receipt with a changed byte before its unknown lines proves nothing") {
  const auto trusted = policy();
  for (std::size_t at = 0; at < kPublished.size(); ++at) {
    std::string changed = kPublished;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto receipt = Receipt::parse(changed);
    if (!receipt || receipt->extra != "five") continue;
    const auto verdict = verify_receipt(*receipt, "five", trusted);
    // A cosigner's name or key id that changes makes its line unknown; two are left, which is the quorum.
    const bool cosigner_line = at >= kPublished.find("— Wit1");
    if (verdict) CHECK(cosigner_line);
  }
}

TEST_CASE("Fewer cosignatures than the quorum are refused and an unlisted log too") {
  auto receipt = Receipt::parse(kPublished);
  REQUIRE(receipt);
  const auto without = [&](const char* from) {
    Receipt cut = *receipt;
    cut.note = cut.note.substr(0, cut.note.find(from));
    return verify_receipt(cut, "five", policy()).has_value();
  };
  CHECK(without("— Wit3"));
  CHECK_FALSE(without("— Wit2"));
  std::string other = kPolicy;
  const auto line = crypto::NoteVerifier{"example.com/log/testdata", crypto::NoteKeyType::kEd25519,
                                         sample::key("BO", "log").public_key()};
  other.replace(other.find("example.com"), other.find("\nwitness") - other.find("example.com"), line.vkey());
  CHECK_FALSE(verify_receipt(*receipt, "five", policy(other)));
}

TEST_CASE("One key under two names counts once") {
  auto receipt = Receipt::parse(kPublished);
  REQUIRE(receipt);
  receipt->note = receipt->note.substr(0, receipt->note.find("— Wit2"));
  const auto note = crypto::Note::parse(receipt->note);
  REQUIRE(note);
  const auto key = sample::key("BO", "cosigner");
  crypto::Note twice = *note;
  twice.lines.pop_back();
  twice.lines.push_back(crypto::cosign_note(twice.text, "a", key, 1));
  twice.lines.push_back(crypto::cosign_note(twice.text, "b", key, 1));
  const auto vkey = [&](const char* name) {
    return crypto::NoteVerifier{name, crypto::NoteKeyType::kCosignature, key.public_key()}.vkey();
  };
  const std::string log = kPolicy.substr(0, kPolicy.find("witness"));
  const auto both = [&](const std::string& threshold) {
    return policy(log + "witness A " + vkey("a") + "\nwitness B " + vkey("b") + "\ngroup g " + threshold +
                  " A B\nquorum g\n");
  };
  CHECK(both("any").check(twice.format()));
  CHECK_FALSE(both("all").check(twice.format()));
}

TEST_CASE("A receipt that is not in form is refused") {
  const auto with = [](const std::string& what, const std::string& by) {
    std::string text = kPublished;
    return text.replace(text.find(what), what.size(), by);
  };
  for (const auto& text : {std::string(), with("@v1", "@v2"), with("index 4", "index 04"), with("index 4\n", ""),
                           with("index 4", "index -4"), with("Zml2ZQ==", "Zml2ZQ="), with("yiM+", "yiM"),
                           with("yiM+eia4", ""), kPublished.substr(0, kPublished.find("\n\n") + 1)}) {
    INFO(text);
    CHECK_FALSE(Receipt::parse(text));
  }
  std::string many = "c2sp.org/tlog-proof@v1\nindex 4\n";
  for (int i = 0; i < 65; ++i) many += "yiM+eia4w1wsk/Ukx7kF56IQVkDW3MWUaUz/VtJu+yU=\n";
  CHECK_FALSE(Receipt::parse(many + "\nnote"));
}

TEST_CASE("A policy that is not in form is refused") {
  const std::string log = kPolicy.substr(0, kPolicy.find("witness"));
  for (const auto& text :
       {std::string(), log, log + "quorum members\n", log + "quorum none\nquorum none\n", std::string("quorum none\n"),
        log + "quorum none", log + "word\nquorum none\n", log + "group g any W1\nquorum none\n",
        log + "group none any g\nquorum none\n", kPolicy + "group more any W1\n", log + "log x\nquorum none\n",
        log + "quorum none\n\x01\n"}) {
    INFO(text);
    CHECK_FALSE(TrustPolicy::parse(text));
  }
  CHECK(TrustPolicy::parse(log + "quorum none\n"));
}

}  // namespace receipt_test
}  // namespace quipu::ledger
