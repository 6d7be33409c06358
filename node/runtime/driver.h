// SPDX-License-Identifier: Apache-2.0
// Drives a replica, in each epoch another: feeds it inputs, carries out its effects in order, wakes it at its
// deadlines. Everything runs on the io_context handed in, which one thread runs; signature checks run on workers and
// come back to it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "node/host/host.h"
#include "node/net/mesh.h"
#include "node/replica/replica.h"
#include "node/runtime/durations.h"

namespace boost::asio {
class io_context;
}

namespace quipu::runtime {

struct DriverCallbacks {
  std::function<void(const replica::Answer&)> answered;
  std::function<void(const replica::Outcome&)> changed;
  std::function<void(std::string line, bool alarm)> log;
  // The members changed: peers have other indexes now, and the mesh that was in use is of no use any more. Returns that
  // of the new members.
  std::function<net::Mesh*()> epoch_began;
  // Blocks have become final, and are durable.
  std::function<void(const replica::Commit& effect)> committed;
  std::function<void(replica::AboutRecords& message)> about_records;
};

// Counters for metrics; read from any thread.
struct DriverCounters {
  std::atomic<std::uint64_t> steps{0};
  std::atomic<std::uint64_t> blocks_committed{0};
  std::atomic<std::uint64_t> submissions_final{0};
  std::atomic<std::uint64_t> signatures_checked{0};
  std::atomic<std::uint64_t> persists{0};
  std::atomic<std::uint64_t> votes_signed{0};
  std::atomic<std::uint64_t> refusals{0};
  std::atomic<std::uint64_t> slot_syncs{0};
  std::atomic<std::uint64_t> requests_unserved{0};
  std::atomic<std::uint64_t> peers_kept_out{0};
  // Of what is durable when it is done: block, vote, commit.
  Durations persist_took;
  Durations sign_took;
  Durations commit_took;
};

class Driver {
 public:
  // `config.self` is the host's business.
  Driver(boost::asio::io_context& io, host::Host& host, net::Mesh* mesh, replica::Config config, std::size_t workers,
         DriverCallbacks callbacks);
  ~Driver();

  void start();
  // From the io thread.
  void feed(replica::Input input);
  // To one member, outside of what the replica says; from the io thread.
  void say(net::MemberIndex to, const consensus::Message& message);
  const replica::Replica& replica() const;
  // The newest status, from any thread.
  replica::Status status() const;
  const DriverCounters& counters() const;
  // No further input is taken; waits for the workers.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace quipu::runtime
