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

// What is read of one mirror, at most; 1,024 blocks of 186 members have a quarter of it.
constexpr std::size_t kLinkBytes = 64 << 20;

std::vector<LinkProof> decoded(const Bytes& file, const consensus::MemberSet& members) {
  auto links = ledger::decode_links(file, members.size());
  if (!links) return {};
  // Less than a quorum is no proof, and costs far more memory than it has bytes.
  const auto too_few = [&](const consensus::QuorumProof& proof) { return proof.signers.size() < members.quorum(); };
  std::erase_if(
      *links, [&](const LinkProof& link) { return too_few(link.step) || std::ranges::any_of(link.skipped, too_few); });
  return *std::move(links);
}

class LinkReader {
 public:
  LinkReader(const Bundle& mirror, const consensus::MemberSet& members) : mirror_(mirror), members_(members) {}

  std::vector<LinkProof> at(Height height) {
    const std::string path = ledger::quorum_path(height);
    const auto file = mirror_.has(path) ? mirror_.read(path) : std::unexpected(std::string());
    if (!file || file->size() > left_) return {};
    left_ -= file->size();
    return decoded(*file, members_);
  }
  void append(Branch& branch, Height height) { std::ranges::move(at(height), std::back_inserter(branch.links)); }

 private:
  const Bundle& mirror_;
  const consensus::MemberSet& members_;
  std::size_t left_ = kLinkBytes;
};

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

void read_links(consensus::Fork& fork, const std::array<const Bundle*, 2>& mirrors, const Electorate& electorate,
                Height first_height) {
  std::array<LinkReader, 2> readers = {LinkReader(*mirrors[0], electorate.members),
                                       LinkReader(*mirrors[1], electorate.members)};
  for (std::size_t side : {0u, 1u}) {
    auto& branch = fork.branches[side];
    for (std::size_t i = 0; i < branch.blocks.size(); ++i) readers[side].append(branch, {fork.height.value + i});
  }
  const View down_to = lowest_finalized(fork);
  for (std::size_t side : {0u, 1u}) {
    auto& branch = fork.branches[side];
    std::uint64_t height = fork.height.value;
    for (std::size_t most = kForkBlocks; most > 0 && height > first_height.value && lowest_view(branch.links) > down_to;
         --most) {
      readers[side].append(branch, {--height});
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
  for (const auto& link : LinkReader(mirror, electorate.members).at(height)) {
    if (!good(link.step) || !std::ranges::all_of(link.skipped, good)) return 0;
    own = own || (link.step.subject.height == height && link.step.subject.block == block);
    count += 1 + link.skipped.size();
  }
  return own ? count : 0;
}

}  // namespace quipu::audit
