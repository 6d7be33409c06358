// SPDX-License-Identifier: Apache-2.0
#include "node/audit/branch_links.h"

#include <algorithm>
#include <cstdint>

#include "crypto/signature.h"
#include "node/audit/fork_proof.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::Branch;
using consensus::Height;
using consensus::LinkProof;
using consensus::View;
using consensus::VoteKind;

std::vector<LinkProof> links_of(const Bundle& mirror, Height height, std::size_t members) {
  const std::string path = ledger::quorum_path(height);
  const auto bytes = mirror.has(path) ? mirror.read(path) : std::unexpected(std::string());
  auto links = bytes ? ledger::decode_links(*bytes, members) : std::nullopt;
  return links ? *std::move(links) : std::vector<LinkProof>();
}

void append(Branch& branch, std::vector<LinkProof> links) {
  std::ranges::move(links, std::back_inserter(branch.links));
}

View lowest_view(const std::vector<LinkProof>& links) {
  View lowest{UINT64_MAX};
  for (const auto& link : links) lowest = std::min(lowest, link.step.subject.view);
  return lowest;
}

View lowest_finalized(const consensus::Fork& fork) {
  View lowest{UINT64_MAX};
  for (const auto& branch : fork.branches) {
    for (const auto& link : branch.links) {
      const auto& subject = link.step.subject;
      if (link.step.kind == VoteKind::kFinalize && subject.height >= fork.height)
        lowest = std::min(lowest, subject.view);
    }
  }
  return lowest;
}

}  // namespace

void read_links(consensus::Fork& fork, const std::array<const Bundle*, 2>& mirrors, const Electorate& electorate) {
  const std::size_t members = electorate.members.size();
  for (std::size_t side : {0u, 1u}) {
    auto& branch = fork.branches[side];
    for (std::size_t i = 0; i < branch.blocks.size(); ++i) {
      append(branch, links_of(*mirrors[side], {fork.height.value + i}, members));
    }
  }
  const View down_to = lowest_finalized(fork);
  for (std::size_t side : {0u, 1u}) {
    auto& branch = fork.branches[side];
    std::size_t most = kForkBlocks;
    for (Height height = fork.height; height.value > 1 && most > 0 && lowest_view(branch.links) > down_to; --most) {
      height = {height.value - 1};
      append(branch, links_of(*mirrors[side], height, members));
    }
  }
}

std::size_t count_tip_proofs(const Bundle& mirror, Height height, const consensus::BlockId& block,
                             const Electorate& electorate) {
  const auto good = [&](const consensus::QuorumProof& proof) {
    return verify(proof, electorate.scope, electorate.members, &crypto::verify);
  };
  std::size_t count = 0;
  bool own = false;
  for (const auto& link : links_of(mirror, height, electorate.members.size())) {
    if (!good(link.step) || !std::ranges::all_of(link.skipped, good)) return 0;
    own = own || (link.step.subject.height == height && link.step.subject.block == block);
    count += 1 + link.skipped.size();
  }
  return own ? count : 0;
}

}  // namespace quipu::audit
