// SPDX-License-Identifier: Apache-2.0
// Tells one endpoint of every change, in the order of the log: reads the ledger from where it stopped, posts a message
// until it is taken, goes on. What is on its way is bounded, since the ledger itself is the queue. A thread of its own,
// so that a receiver that is slow or away keeps neither the node nor other receivers waiting. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/ledger/genesis.h"
#include "node/ledger/ledger_reader.h"
#include "node/webhooks/endpoint.h"

namespace quipu::webhooks {

struct CourierCallbacks {
  std::function<std::shared_ptr<const ledger::LedgerReader>()> reader;
  std::function<std::int64_t()> utc_ms;
  std::function<void(const std::string& line, bool alarm)> log;
};

struct Whereabouts {
  std::filesystem::path folder{};     // the node's; paths of an endpoint are relative to it
  std::filesystem::path positions{};  // folder of the files NAME.position
  // Height from which an endpoint without a position and without `since` begins; nothing: that is not known yet. Also
  // called by the courier's thread.
  std::function<std::optional<std::uint64_t>()> newest{};
};

// For metrics.
struct Standing {
  std::string name;
  std::uint64_t height = 0;            // everything up to here was taken
  std::uint64_t waiting_since_ms = 0;  // time of the block whose message is being posted; 0: none is
  std::uint64_t taken = 0;             // messages, since the start
  std::uint64_t failed = 0;            // posts that were not taken, since the start
};

// Whether such an endpoint could be told: its form, its secret, its CA. The error names no secret.
std::expected<void, std::string> check(const Endpoint& endpoint, const std::filesystem::path& folder);

class Courier {
 public:
  // Checks, and makes a durable beginning where there is no position yet, as soon as it is known. `genesis` outlives
  // it; `endpoint.as` names somebody.
  static std::expected<std::unique_ptr<Courier>, std::string> open(const ledger::Genesis& genesis, Endpoint endpoint,
                                                                   const Whereabouts& where,
                                                                   CourierCallbacks callbacks);
  // Waits for the thread.
  ~Courier();

  void start();
  // Blocks have become final.
  void wake();
  // Soon nothing is posted any more. What was not taken is posted after the next start.
  void stop();
  Standing standing() const;

 private:
  struct State;
  explicit Courier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::webhooks
