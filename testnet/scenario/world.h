// SPDX-License-Identifier: Apache-2.0
// Where a scenario happens: the simulator or real processes, behind the same few calls. One thread.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "testnet/scenario/plan.h"

namespace quipu::scenario {

using Done = std::expected<void, std::string>;

struct Figures {
  std::uint64_t epoch = 0;
  std::uint64_t members = 0;
  std::uint64_t height = 0;
  std::uint64_t view = 0;
  std::uint64_t votes = 0;  // or all consensus messages, since the start
  std::uint64_t nullified = 0;
  std::vector<std::string> accused;  // whom evidence is against, ascending
  friend bool operator==(const Figures&, const Figures&) = default;
};

class World {
 public:
  virtual ~World() = default;

  // ---- time
  virtual Micros now() const = 0;
  // Ends early when something is broken.
  virtual void run_for(Micros time) = 0;
  // False: it was not so within that time.
  virtual bool run_until(Micros within, const std::function<bool()>& condition) = 0;
  virtual void later(Micros delay, std::function<void()> what) = 0;
  // A law that does not hold: nothing else counts then.
  virtual std::optional<std::string> broken() = 0;

  // ---- what is so; of the furthest honest node
  virtual std::string leader() = 0;
  virtual Figures figures() = 0;
  // Why not all that was submitted is final on these nodes, and on all that run; empty when it is.
  virtual std::string not_final(const std::vector<std::string>& at) = 0;
  virtual std::string not_final() = 0;
  virtual std::string unrest() = 0;

  // Everything that is not about time, names or expectations. Nodes are codes.
  virtual Done act(const Step& step) = 0;
  // What must hold at the end of every scenario.
  virtual Done finish() = 0;
};

}  // namespace quipu::scenario
