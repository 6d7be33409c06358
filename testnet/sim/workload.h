// SPDX-License-Identifier: Apache-2.0
// The clients: each administration submits valid statements in its key's sequence, to any node, and again to another
// one while they are not FINAL. A second key of each tries what must not be taken, and two statements of one number.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/replica/replica.h"
#include "testnet/sim/cast.h"
#include "testnet/sim/event_queue.h"
#include "testnet/sim/options.h"
#include "testnet/sim/random.h"

namespace quipu::testnet {

class Workload {
 public:
  // How clients reach the network. `submit`: to some node that answers now; false when there is none.
  struct Access {
    std::function<bool(const Bytes& leaf)> submit;
    std::function<void(const Bytes& leaf)> slip_in;             // to a node of an attacker, when there is one
    std::function<bool(const crypto::Digest& id)> known_final;  // asked of some node that answers now
    std::function<void(BytesView leaf, bool valid)> announced;  // before its first submission
    std::function<void(const Bytes& frame)> garbage;
  };

  Workload(const Options& options, std::shared_ptr<const Cast> cast, EventQueue& queue, Access access);

  // Submissions at random moments of the time of trouble.
  void begin();
  // One valid statement by this member's first key, now; its id.
  crypto::Digest submit_valid(std::size_t member);
  // One statement of this number by this member's second key, about an operator of this name, issued so far in the
  // future; handed to nobody.
  Bytes statement(std::size_t member, std::uint64_t sequence, const std::string& subject, Micros issued_in);
  void outcome(const replica::Outcome& outcome);

  // Ids that valid statements must end up final with.
  std::vector<crypto::Digest> valid_ids() const;

 private:
  struct Job {
    Bytes leaf;
    crypto::Digest id;
    bool done = false;
  };
  void act();
  void submit_wrong(std::size_t member);
  void submit_rivals(std::size_t member);
  void attempt(std::size_t job);
  Bytes leaf(std::size_t member, unsigned key, std::uint64_t sequence, const std::string& subject,
             Micros issued_in = 0) const;
  Bytes damaged(std::size_t member);
  std::uint64_t now_s() const;

  Options options_;
  std::shared_ptr<const Cast> cast_;
  EventQueue& queue_;
  Access access_;
  Random random_;
  std::vector<Job> jobs_;
  std::map<crypto::Digest, std::size_t> rival_of_;  // id -> member whose second key it is by
  std::vector<std::uint64_t> next_sequence_;        // of each member's first key
  std::vector<std::uint64_t> rival_sequence_;       // of each member's second key
  std::uint64_t subjects_ = 0;
};

}  // namespace quipu::testnet
