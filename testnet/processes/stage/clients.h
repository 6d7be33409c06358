// SPDX-License-Identifier: Apache-2.0
// The clients of a scenario on real processes: each administration's officer posts to its own node, again until FINAL,
// through others' while its own is away. They work whenever the loop runs. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "testnet/processes/lane.h"
#include "testnet/processes/network.h"
#include "testnet/processes/promises.h"

namespace quipu::processes::stage {

class Clients {
 public:
  Clients(Loop& loop, const Network& network) : loop_(loop), network_(network) {}

  // So many by each; `interval`: between two of one author, 0: at once. The error: its key cannot be read.
  std::expected<void, std::string> submit(std::uint64_t count, const std::string& author,
                                          Clock::duration interval = Clock::duration(0));
  // A number of this author's key was used by another program.
  void skip(const std::string& author) { ++author_of_[author].next; }
  bool done() const;
  bool done(const std::string& author) const;
  // Why not; empty when all are FINAL.
  std::string unfinished() const;
  const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }
  // The highest block that one of them is in.
  std::uint64_t highest() const { return highest_; }
  // Of statements that a node refused, with its words; empty without any.
  std::string refused() const;

 private:
  struct Author {
    std::unique_ptr<Signatory> signatory;
    std::uint64_t next = 1;
  };
  struct Stream {
    std::string author;
    std::uint64_t count;
    std::unique_ptr<Lane> lane;
    bool done() const { return lane->dry() && lane->done(); }
  };
  std::vector<std::string> own_first(const std::string& author) const;

  Loop& loop_;
  const Network& network_;
  std::map<std::string, Author> author_of_;
  std::vector<Stream> streams_;
  std::vector<Acknowledged> acknowledged_;
  std::uint64_t highest_ = 0;
};

}  // namespace quipu::processes::stage
