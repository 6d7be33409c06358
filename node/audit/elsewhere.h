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

  // A block of the audited history ends here.
  void block_end(std::uint64_t size, const crypto::Digest& root, std::uint64_t height);
  // After the last block: what was never met, and, for a fork, whom the two histories convict. `ours` by height.
  void finish(std::uint64_t size, const std::map<std::uint64_t, PublishedNote>& ours);

 private:
  struct Seen {
    PublishedNote note;
    const Bundle* bundle;
    std::string place;  // directory and file
  };
  void read(const Bundle& bundle);
  void fork(const Seen& seen, std::string what, std::optional<std::uint64_t> height);
  std::vector<consensus::MemberIndex> our_cosigners(std::uint64_t size,
                                                    const std::map<std::uint64_t, PublishedNote>& ours) const;
  void blame(const std::map<std::uint64_t, PublishedNote>& ours);

  const Context& context_;
  std::multimap<std::uint64_t, Seen> waiting_;  // by size
  std::vector<Seen> forks_;
};

}  // namespace quipu::audit
