// SPDX-License-Identifier: Apache-2.0
// Checkpoints of other mirrors: each must lie on the audited history. One thread.
#pragma once

#include <map>
#include <set>

#include "node/audit/published.h"

namespace quipu::audit {

class Elsewhere {
 public:
  Elsewhere(const Context& context, const std::vector<const Bundle*>& others);

  // A block of the audited history ends here; `signers`: whose quorum may cosign a tree of that size, by epoch.
  void block_end(std::uint64_t size, const crypto::Digest& root, std::uint64_t height, const Electorates& signers);
  // After the last block: what was never met, and, for a fork, whom the two histories convict. `newest`: the voters of
  // the last epoch.
  void finish(std::uint64_t size, const Published& ours, const std::shared_ptr<const Electorate>& newest);

 private:
  struct Seen {
    PublishedNote note;
    const Bundle* bundle;
    std::string place;                                // directory and file
    std::shared_ptr<const Electorate> electorate{};   // whose quorum it has, once that is known
    std::vector<consensus::MemberIndex> cosigners{};  // of these
  };
  bool judge(Seen& seen, const Electorates& signers);
  // Too few cosigned it to be a history, and each who did says that its tree is one.
  void accuse(const Seen& seen, const Electorates& signers, std::uint64_t height) const;
  void read(const Bundle& bundle);
  void pass_over(const std::string& place) const;
  void fork(const Seen& seen, std::string what, std::optional<std::uint64_t> height);
  std::set<consensus::MemberIndex> cosigned_both(const Electorate& electorate, const Published& ours) const;
  void blame(const Published& ours);

  const Context& context_;
  std::vector<const Bundle*> others_;
  std::set<const Bundle*> known_;               // that have a checkpoint of this log
  std::multimap<std::uint64_t, Seen> waiting_;  // by size
  std::vector<Seen> forks_;
};

}  // namespace quipu::audit
