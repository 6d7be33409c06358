// SPDX-License-Identifier: Apache-2.0
// What an attack did to the nodes it was aimed at: memory, processes, and connections between those that are honest.
// One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/testnet/processes/local_network.h"

namespace quipu::hostile {

struct Harm {
  double most_growth_MiB = 0;        // of resident memory, of the node that grew most
  std::vector<std::string> crashed;  // nodes that run no more, or are others
  std::vector<std::string> lost;     // "BO: BR": an honest member that another one lost meanwhile
  bool none() const { return crashed.empty() && lost.empty(); }
};

class Watch {
 public:
  // `attacker`: its code; its node does not run.
  Watch(processes::trial::LocalNetwork& network, std::string attacker);
  Harm look();

 private:
  struct Before {
    int pid = 0;
    std::size_t resident_kB = 0;
    std::map<std::string, std::size_t> downs;  // how often its log calls that peer down
  };
  std::size_t downs(const processes::NodeEntry& node, const std::string& peer) const;

  processes::trial::LocalNetwork& network_;
  std::string attacker_;
  std::map<std::string, Before> before_;
};

}  // namespace quipu::hostile
