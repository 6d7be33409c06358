// SPDX-License-Identifier: Apache-2.0
#include "node/replica/chain.h"

#include <catch2/catch.hpp>

#include "node/replica/proposer.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::replica {

namespace {

constexpr std::uint64_t kChainTime_ms = sample::kCreated_ms + 60'000;

const ChainBlock& extend(Chain& chain, const ledger::Genesis& genesis, const consensus::BlockId& parent,
                         std::uint64_t sequence, int subject) {
  Mempool pool(4);
  pool.insert({sample::signed_registrations("BO", sequence, subject, 1, kChainTime_ms / 1000),
               sample::key("BO", "issuer").public_key(), 0, 0});
  auto built = build_block(genesis, *chain.position(parent), {"BO", kChainTime_ms + sequence}, pool);
  REQUIRE(built.block);
  return chain.add(std::move(*built.block), std::move(built.submissions));
}

// What storage would show after these blocks: the same records, in one layer.
std::shared_ptr<const ledger::StateView> stored(const ledger::StateView& state) {
  auto copy = std::make_shared<ledger::Overlay>(ledger::empty_state());
  state.scan("", [&](const ledger::MapKey& key, BytesView value) {
    copy->put(key, Bytes(value));
    return true;
  });
  return copy;
}

}  // namespace

TEST_CASE("blocks stack on their parents and a commit leaves only what builds on it") {
  const auto genesis = sample::genesis();
  Chain chain(ledger::genesis_block(genesis).after);
  const auto root = chain.committed().block;
  const auto first = extend(chain, genesis, root, 1, 1).after.block;
  const auto rival = extend(chain, genesis, root, 1, 2).after.block;
  const auto second = extend(chain, genesis, first, 2, 3).after.block;
  const auto next =
      ledger::next_sequence(*chain.position(second)->state, "BO", sample::key("BO", "issuer").public_key());
  CHECK(next == 3);

  chain.commit(first, stored(*chain.position(first)->state));
  CHECK(chain.committed().block == first);
  CHECK(chain.find(rival) == nullptr);
  CHECK(chain.find(first) == nullptr);
  REQUIRE(chain.position(second) != nullptr);
  CHECK(ledger::next_sequence(*chain.position(second)->state, "BO", sample::key("BO", "issuer").public_key()) == 3);
}

TEST_CASE("a long run of commits keeps no old state alive") {
  const auto genesis = sample::genesis();
  Chain chain(ledger::genesis_block(genesis).after);
  std::weak_ptr<const ledger::StateView> oldest;
  auto tip = chain.committed().block;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    tip = extend(chain, genesis, tip, i, static_cast<int>(i)).after.block;
    auto shown = stored(*chain.position(tip)->state);
    if (i == 1) oldest = shown;
    // The next block is executed on this one before it is committed, as under load.
    const auto child = extend(chain, genesis, tip, i + 1, 100 + static_cast<int>(i)).after.block;
    REQUIRE(chain.position(child) != nullptr);
    chain.commit(tip, std::move(shown));
  }
  CHECK(oldest.expired());
}

}  // namespace quipu::replica
