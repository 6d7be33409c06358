// SPDX-License-Identifier: Apache-2.0
#include "tests/node/audit/provocations/auditor.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "node/audit/verify.h"

namespace quipu::audit::testing {
namespace {

using ledger::testing::Provocation;
using ledger::testing::Stated;
using sample::Chain;

// Decoded, unless they are not even in form.
std::optional<sample::Submissions> decoded(const std::vector<Bytes>& leaves, const std::string& chain_id) {
  sample::Submissions out;
  for (const Bytes& leaf : leaves) {
    auto submission = ledger::decode_submission(leaf, chain_id);
    if (!submission) return std::nullopt;
    out.push_back(std::make_shared<const ledger::Submission>(*std::move(submission)));
  }
  return out;
}

// With which sample keys the members sign: their own or, once they have brought others, the next.
bool know_keys(Chain& chain) {
  const auto signs_as = [](const consensus::MemberKeys& member, const std::string& name) {
    return sample::key(name, "vote").public_key() == member.vote &&
           sample::key(name, "cosigner").public_key() == member.cosigner &&
           sample::key(name, "log").public_key() == member.log;
  };
  for (const auto& member : chain.position.membership->members.all()) {
    const std::string names[] = {member.code, member.code + " 1", member.code + " 2"};
    const auto name = std::ranges::find_if(names, [&](const auto& each) { return signs_as(member, each); });
    if (name == std::end(names)) return false;
    chain.renamed[member.code] = *name;
  }
  return true;
}

bool take(Chain& chain, const Stated& stated) {
  const auto submissions = decoded(stated.leaves, chain.genesis.chain_id);
  if (!submissions) return false;
  ledger::BlockBuilder builder(chain.genesis, chain.position, chain.position.membership->members[0].code,
                               stated.block_time_ms);
  for (const auto& submission : *submissions) {
    if (!builder.add(*submission)) return false;
  }
  chain.append(std::move(builder).seal());
  return know_keys(chain);
}

bool goes_back(const Provocation& provocation) {
  std::uint64_t before = provocation.genesis.created_ms;
  for (const Stated& stated : provocation.taken) {
    if (stated.block_time_ms <= before) return true;
    before = stated.block_time_ms;
  }
  return provocation.refused.block_time_ms <= before;
}

Report audited(const Chain& chain) {
  const sample::MemoryBundle bundle(chain.files());
  return verify({.bundle = bundle, .genesis = chain.genesis.file});
}

// The words of a finding begin with the code's name.
bool names(const Finding& finding, std::string_view code) {
  if (!finding.what.starts_with(code)) return false;
  const std::string_view rest = std::string_view(finding.what).substr(code.size());
  return rest.empty() || rest.front() == ' ' || rest.front() == ':';
}

// Who is no member has no keys, and that is found first.
std::string_view as_audited(const Provocation& provocation, const Chain& chain) {
  const auto submissions = decoded(provocation.refused.leaves, chain.genesis.chain_id);
  if (submissions && !ledger::signing_key(*chain.position.state, *submissions->front())) return "UNKNOWN_KEY";
  return ledger::name_of(provocation.why.code);
}

}  // namespace

Auditor& auditor() {
  static Auditor one;
  return one;
}

// The chain seen last goes on when the same test provokes again.
bool Auditor::extend(const Provocation& provocation) {
  const auto same = [](const Stated& a, const Stated& b) { return a.leaves == b.leaves; };
  const bool goes_on = chain_ && chain_->genesis.file == provocation.genesis.file &&
                       stated_.size() <= provocation.taken.size() &&
                       std::equal(stated_.begin(), stated_.end(), provocation.taken.begin(), same);
  if (!goes_on) {
    chain_.emplace(provocation.genesis);
    stated_.clear();
  }
  for (std::size_t i = stated_.size(); i < provocation.taken.size(); ++i) {
    if (!take(*chain_, provocation.taken[i])) return chain_.reset(), false;
    stated_.push_back(provocation.taken[i]);
  }
  return true;
}

std::optional<Chain> Auditor::chain_of(const Provocation& provocation) {
  const auto none = [this](const char* why) { return ++unrepeated_[why], std::nullopt; };
  if (goes_back(provocation)) return none("its days go back");
  if (!decoded(provocation.refused.leaves, provocation.genesis.chain_id)) return none("it has no signed form");
  if (!extend(provocation)) return none("no chain leads to it");
  return chain_;
}

void Auditor::see(const Provocation& provocation) {
  auto chain = chain_of(provocation);
  if (!chain) return;
  const auto code = ledger::code_named(as_audited(provocation, *chain));
  REQUIRE(code);
  std::vector<Bytes> leaves = provocation.refused.leaves;
  leaves.push_back(ledger::encode_seal_leaf(chain->next_seal(leaves.size(), provocation.refused.block_time_ms)));
  expect(*std::move(chain), leaves, *code);
}

void Auditor::expect(Chain chain, const std::vector<Bytes>& leaves, ledger::Code code, const std::string& words) {
  const std::uint64_t height = chain.position.height.value + 1;
  chain.append_forged(leaves);
  chain.publish();
  const Report report = audited(chain);
  const auto name = ledger::name_of(code);
  const bool is_named = std::ranges::any_of(report.findings(), [&](const Finding& finding) {
    return finding.severity == Severity::kIntegrity && finding.height == height && names(finding, name) &&
           finding.what.find(words) != std::string::npos;
  });
  INFO("expected " << name << " at height " << height << "\n" << report.text());
  CHECK(report.verdict() == Verdict::kBroken);
  CHECK(is_named);
  if (is_named) ++found_[std::string(name)];
}

}  // namespace quipu::audit::testing
