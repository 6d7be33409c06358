// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/key_starts.h"

#include "tests/node/ledger/governance.h"

namespace quipu::ledger {
namespace key_starts_test {

using namespace testing;

std::map<std::string, std::uint64_t> starts_of(const GovernedChain& chain, const std::string& code) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& key : key_starts(*chain.tip().state, code)) CHECK(out.emplace(key.purpose, key.with.value).second);
  return out;
}

TEST_CASE("A founder's keys are in use since the genesis and those of a new card since the block that accepted it",
          "[governance]") {
  GovernedChain chain;
  const std::map<std::string, std::uint64_t> founders = {
      {"vote", 0}, {"transport", 0}, {"cosigner", 0}, {"log", 0}, {"governance", 0}};
  CHECK(starts_of(chain, "BR") == founders);
  auto card = sample::member("BR");
  card.set_transport_key(sample::public_key("BR 2", "transport"));
  card.set_cosigner_key(sample::public_key("BR 2", "cosigner"));
  chain.accepted("KEYS-1", GovernedChain::adding(card));
  REQUIRE(chain.tip().handover);
  const auto changed = chain.tip().height.value;
  REQUIRE(changed > 1);
  REQUIRE(chain.says("BO", "operator_registered { subject: 'S1' person: LEGAL tin: 'BO123456' }") == "OK");
  CHECK(starts_of(chain, "BR") ==
        std::map<std::string, std::uint64_t>{
            {"vote", 0}, {"transport", changed}, {"cosigner", changed}, {"log", 0}, {"governance", 0}});
  CHECK(starts_of(chain, "BO") == founders);
}

TEST_CASE("Who is no member or not any more has no keys in use", "[governance]") {
  GovernedChain chain({"AR", "BO", "BR", "CL", "PE"});
  CHECK(starts_of(chain, "UY").empty());
  CHECK(starts_of(chain, "no code").empty());
  CHECK(starts_of(chain, "").empty());
  chain.accepted("OUT-1", "member_remove: 'BR'");
  REQUIRE(chain.tip().handover);
  CHECK(starts_of(chain, "BR").empty());
  CHECK(starts_of(chain, "BO").size() == 5);
}

}  // namespace key_starts_test
}  // namespace quipu::ledger
