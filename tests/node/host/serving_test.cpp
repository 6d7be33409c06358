// SPDX-License-Identifier: Apache-2.0
// What a member answers to a peer that catches up: as many whole blocks as a frame holds, and always a way to a proof.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "consensus/limits.h"
#include "node/host/host.h"
#include "storage/memory_database.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::host::testing {

namespace {

class Slots final : public storage::SlotDevice {
 public:
  std::array<Bytes, 2> read() const override { return slots_; }
  void write_synced(unsigned slot, BytesView content) override { slots_[slot] = Bytes(content); }

 private:
  std::array<Bytes, 2> slots_;
};

// A lone member whose ledger holds made-up blocks of these many bytes each; those at `proven` heights have an F of
// their own, and before each block so many views were nullified.
class Server {
 public:
  Server(std::size_t heights, std::size_t bytes, std::vector<std::uint64_t> proven, std::size_t skipped = 0) {
    genesis_ = ledger::parse_genesis(
                   ledger::make_genesis_file("sample-1", sample::kCreated_ms, {sample::member("BO")}, "").value())
                   .value();
    REQUIRE(Host::initialise(genesis_, database_, nullptr));
    consensus::SafetyRecord record;
    record.chain = genesis_.chain;
    REQUIRE(storage::SafetyFile::initialise(std::make_unique<Shared>(*slots_), record));
    fill(heights, bytes, proven, skipped);
    auto opened = Host::open(genesis_, "BO", database_, std::make_unique<Shared>(*slots_),
                             {sample::key("BO", "vote"), sample::key("BO", "cosigner"), sample::key("BO", "log")},
                             /*may_observe=*/false);
    REQUIRE(opened);
    host_ = std::move(*opened);
  }

  consensus::BlockResponse serve(std::uint64_t first, std::uint64_t last) const {
    const auto answer = host_->perform(replica::Serve{0, {{}, {first}, {last}}});
    const auto frame_bytes = answer ? consensus::encode(*answer, genesis_.scope(), 1).size() : 0;
    CHECK(frame_bytes <= limits::kSyncFrameBytes);
    return answer.value_or(consensus::BlockResponse{});
  }

 private:
  class Shared final : public storage::SlotDevice {
   public:
    explicit Shared(Slots& slots) : slots_(slots) {}
    std::array<Bytes, 2> read() const override { return slots_.read(); }
    void write_synced(unsigned slot, BytesView content) override { slots_.write_synced(slot, content); }

   private:
    Slots& slots_;
  };

  consensus::QuorumProof proof(consensus::VoteKind kind, const consensus::Subject& subject) const {
    return {kind, subject, {0}, {{}}};
  }

  void fill(std::size_t heights, std::size_t bytes, const std::vector<std::uint64_t>& proven, std::size_t skipped) {
    storage::BlockStore store(database_);
    auto tip = store.read().tip().value();
    auto tree = store.read().range_at(tip.tree_size);
    std::uint64_t view = 0;
    for (std::uint64_t h = 1; h <= heights; ++h) {
      storage::CommitBlock block;
      block.record.first_index = tree.size();
      for (std::size_t left = bytes; left > 0; left -= std::min(left, limits::kLeafBytes)) {
        block.leaves.push_back(Bytes(std::min(left, limits::kLeafBytes), static_cast<char>('a' + h % 26)));
        tree.append(crypto::leaf_hash(block.leaves.back()));
      }
      block.record.header = {{0}, {h}, tip.block, tree.size(), tree.root(), {}};
      block.record.id = consensus::block_id(genesis_.chain, block.record.header);
      block.record.block_time_ms = sample::kCreated_ms + h;
      block.record.proposer = "BO";
      consensus::LinkProof link;
      for (std::size_t i = 0; i < skipped; ++i)
        link.skipped.push_back(proof(consensus::VoteKind::kNullify, {.view = {++view}}));
      const bool own = std::ranges::find(proven, h) != proven.end();
      const consensus::Subject subject{{++view}, {view - 1 - skipped}, {h}, block.record.id};
      link.step = proof(own ? consensus::VoteKind::kFinalize : consensus::VoteKind::kNotarize, subject);
      block.links = {link};
      tip = {{view}, {h}, block.record.id, tree.size(), tree.root()};
      store.commit({block}, proof(consensus::VoteKind::kFinalize, subject), tip);
    }
  }

  ledger::Genesis genesis_;
  storage::MemoryDatabase database_;
  std::unique_ptr<Slots> slots_ = std::make_unique<Slots>();
  std::unique_ptr<Host> host_;
};

std::size_t whole_blocks(const consensus::BlockResponse& answer) {
  return static_cast<std::size_t>(
      std::ranges::count_if(answer.finalized, [](const auto& item) { return !item.block.leaves.empty(); }));
}

bool ends_in_its_proof(const consensus::BlockResponse& answer) {
  return !answer.finalized.empty() && answer.finalization &&
         answer.finalization->subject.height == answer.finalized.back().block.header.height;
}

std::vector<std::uint64_t> all_up_to(std::uint64_t height) {
  std::vector<std::uint64_t> heights;
  for (std::uint64_t h = 1; h <= height; ++h) heights.push_back(h);
  return heights;
}

}  // namespace

TEST_CASE("a run of small blocks is answered up to what was asked for") {
  const Server server(30, 100, all_up_to(30));
  const auto answer = server.serve(3, 12);
  CHECK(answer.finalized.size() == 10);
  CHECK(whole_blocks(answer) == 10);
  CHECK(ends_in_its_proof(answer));
  CHECK(server.serve(25, 90).finalized.size() == 6);
  CHECK(server.serve(31, 90).finalized.empty());
}

TEST_CASE("an answer goes on beyond what was asked for up to the next proof") {
  const Server server(30, 100, {5, 14, 20});
  const auto answer = server.serve(6, 8);
  CHECK(answer.finalized.size() == 9);
  CHECK(answer.finalization->subject.height.value == 14);
  CHECK(whole_blocks(answer) == 9);
  CHECK(ends_in_its_proof(answer));
}

TEST_CASE("when whole blocks fill the frame before a proof headers alone lead up to it") {
  const Server server(12, 900'000, {10, 12});
  const auto answer = server.serve(1, 12);
  CHECK(whole_blocks(answer) == 3);
  CHECK(answer.finalized.size() == 10);
  CHECK(ends_in_its_proof(answer));
  for (std::size_t i = 1; i < answer.finalized.size(); ++i) {
    CHECK(answer.finalized[i].block.header.height.value == i + 1);
    CHECK(answer.finalized[i].block.leaves.empty() == (i >= 3));
    CHECK(answer.finalized[i].links.empty() == (i >= 3));
  }
  // From wherever one goes on there is a way.
  for (std::uint64_t first = 1; first <= 12; ++first) {
    CHECK(whole_blocks(server.serve(first, 12)) > 0);
    CHECK(ends_in_its_proof(server.serve(first, 12)));
  }
}

TEST_CASE("when whole blocks fill the frame after a proof the answer ends there") {
  const Server server(12, 900'000, all_up_to(12));
  const auto answer = server.serve(1, 12);
  CHECK(answer.finalized.size() == 3);
  CHECK(whole_blocks(answer) == 3);
  CHECK(ends_in_its_proof(answer));
}

TEST_CASE("link proofs that would burst the frame stay at home and the blocks do not") {
  const Server server(64, 40'000, all_up_to(64), 400);
  const auto answer = server.serve(1, 64);
  CHECK(answer.finalized.size() == 64);
  CHECK(whole_blocks(answer) == 64);
  CHECK(ends_in_its_proof(answer));
  CHECK_FALSE(answer.finalized.front().links.empty());
  CHECK(answer.finalized.back().links.empty());
}

}  // namespace quipu::host::testing
