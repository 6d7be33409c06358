// SPDX-License-Identifier: Apache-2.0
#include "node/follow/block_check.h"

#include <algorithm>

#include "crypto/cose.h"
#include "crypto/signature.h"
#include "node/ledger/mirror.h"
#include "node/ledger/rules/apply.h"

namespace quipu::follow {

namespace {

using consensus::LinkProof;
using consensus::VoteKind;
using Submissions = std::vector<std::shared_ptr<const ledger::Submission>>;

std::string at_height(const ledger::Position& parent, const std::string& what) {
  return "height " + std::to_string(parent.height.value + 1) + ": " + what;
}

std::string words_of(const ledger::Rejection& why) {
  return std::string(ledger::name_of(why.code)) + (why.detail.empty() ? "" : ": " + why.detail);
}

// Decoded, and signed by a key that its administration has on the parent's state.
std::expected<std::shared_ptr<const ledger::Submission>, std::string> check_submission(const ledger::Genesis& genesis,
                                                                                       const ledger::Position& parent,
                                                                                       BytesView leaf) {
  auto submission = ledger::decode_submission(leaf, genesis.chain_id);
  if (!submission) return std::unexpected(at_height(parent, words_of(submission.error())));
  const auto key = ledger::signing_key(*parent.state, *submission);
  if (!key) return std::unexpected(at_height(parent, words_of(key.error())));
  if (!crypto::verify_statement(submission->statement, *key))
    return std::unexpected(at_height(parent, "an author's signature does not verify"));
  return std::make_shared<const ledger::Submission>(*std::move(submission));
}

// Nullifications of views between the parent's and the step's, ascending.
bool skips_in_form(const LinkProof& link) {
  consensus::View last = link.step.subject.parent_view;
  return std::ranges::all_of(link.skipped, [&](const auto& skip) {
    const bool good =
        skip.kind == VoteKind::kNullify && skip.subject.view > last && skip.subject.view < link.step.subject.view;
    last = skip.subject.view;
    return good;
  });
}

bool is_about(const LinkProof& link, const ledger::ExecutedBlock& block) {
  const auto& subject = link.step.subject;
  const auto& header = block.block.header;
  const bool own = subject.height == header.height && subject.block == block.after.block;
  const bool parents = subject.height.next() == header.height && subject.block == header.parent_id;
  return (own || parents) && link.step.kind != VoteKind::kNullify;
}

}  // namespace

std::expected<ledger::ExecutedBlock, std::string> check_block(const ledger::Genesis& genesis,
                                                              const ledger::Position& parent,
                                                              const std::vector<Bytes>& leaves) {
  Submissions submissions;
  for (std::size_t i = 0; i + 1 < leaves.size(); ++i) {
    auto submission = check_submission(genesis, parent, leaves[i]);
    if (!submission) return std::unexpected(submission.error());
    submissions.push_back(*std::move(submission));
  }
  auto executed = ledger::replay_block(genesis, parent, leaves, submissions);
  if (!executed) return std::unexpected(at_height(parent, words_of(executed.error())));
  return *std::move(executed);
}

std::expected<std::vector<LinkProof>, std::string> check_links(BytesView file, const ledger::Genesis& genesis,
                                                               const ledger::Membership& voters,
                                                               const ledger::ExecutedBlock& block) {
  const auto path = ledger::quorum_path(block.block.header.height);
  auto links = ledger::decode_links(file, voters.members.size());
  if (!links) return std::unexpected(path + " is not in form");
  const auto scope = voters.scope(genesis.chain);
  const auto proves = [&](const auto& proof) {
    return consensus::verify(proof, scope, voters.members, &crypto::verify);
  };
  for (const auto& link : *links) {
    if (!is_about(link, block)) return std::unexpected(path + " is about another block than the log's");
    if (!skips_in_form(link) || !proves(link.step) || !std::ranges::all_of(link.skipped, proves))
      return std::unexpected(path + " has not a quorum of valid votes");
  }
  return *std::move(links);
}

}  // namespace quipu::follow
