// SPDX-License-Identifier: Apache-2.0
// What happens to the nodes of a scenario and to the links between them. One thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "testnet/processes/link_faults.h"
#include "testnet/processes/network.h"

namespace quipu::processes::stage {

using Done = std::expected<void, std::string>;

class Machines {
 public:
  explicit Machines(Network& network) : network_(network) {}

  Done kill(const std::vector<std::string>& codes);
  // Does not wait until they are ready.
  Done start(const std::vector<std::string>& codes);
  Done pause(const std::string& code);
  void resume(const std::string& code);
  Done lose_ledger(const std::string& code);
  // Of the ledger and the safety file, beside them in the node's directory.
  Done keep_image(const std::string& code);
  Done put_back_image(const std::string& code);
  // Those that were killed and those that stand still.
  Done bring_all_back();

  // All links from one to the other, as `change` says. Both ways: from each other, too.
  template <class Change>
  Done change_links(const std::vector<std::string>& from, const std::vector<std::string>& to, const Change& change) {
    for (const auto& one : from)
      for (const auto& other : to) {
        if (one == other) continue;
        LinkFaults& faults = faults_[{one, other}];
        change(faults);
        if (const Done done = set(one, other, faults); !done) return done;
      }
    return {};
  }
  Done reset_links(const std::vector<std::string>& from, const std::vector<std::string>& to);
  Done heal_links();

  // Running, and not standing still.
  std::vector<const NodeEntry*> working() const;
  // A node that ended by itself; empty when none did.
  std::string fallen() const;

 private:
  NodeEntry& node(const std::string& code);
  Done set(const std::string& from, const std::string& to, const LinkFaults& faults);

  Network& network_;
  std::set<std::string> killed_;
  std::set<std::string> paused_;
  std::map<std::pair<std::string, std::string>, LinkFaults> faults_;
};

}  // namespace quipu::processes::stage
