// SPDX-License-Identifier: Apache-2.0
// Kills real nodes at random under load and says what the network owes afterwards: every acknowledged submission at its
// place on every node, one log, no contradicting signature, nothing twice. One thread beside the load's.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/testnet/processes/load.h"
#include "tests/testnet/processes/local_network.h"

namespace quipu::processes::trial {

struct CampaignPlan {
  std::uint64_t seed = 1;
  unsigned kills = 12;      // processes killed, by SIGKILL
  double per_second = 200;  // of the load
};

struct CampaignReport {
  std::map<std::string, unsigned> rounds;  // by kind
  unsigned kills = 0;
  unsigned kills_during_import = 0;
  unsigned imports_again = 0;  // runs of an import that ended with "run the same command again"
  std::size_t acknowledged = 0;
  std::uint64_t sent = 0;
  std::uint64_t retries = 0;
  std::uint64_t log_size = 0;
  double slowest_return_s = 0;      // of a killed node, from its start until it was ready and caught up
  std::vector<std::string> broken;  // a line for each thing that must never happen and did
};

class KillCampaign {
 public:
  KillCampaign(LocalNetwork& network, const CampaignPlan& plan);
  CampaignReport run();

 private:
  struct Contents;
  static Contents contents_of(const std::filesystem::path& mirror, std::uint64_t size, const std::string& chain_id);
  struct Round {
    std::string kind;
    std::vector<NodeEntry*> victims;
  };
  void kill_while_importing();
  void kill_while_loaded();
  void round();
  Round choose(unsigned left);
  void kill(const std::vector<NodeEntry*>& victims);
  void bring_back(const std::vector<NodeEntry*>& victims);
  void kill_while_starting(NodeEntry& victim);
  void wait_back(const std::vector<NodeEntry*>& victims);
  void check_all_alive();
  void check_all();
  void check_nodes();
  void check_export(const NodeEntry& node);
  void check_contents(const Contents& contents, const std::string& code);
  void broken(std::string what) { report_.broken.push_back(std::move(what)); }
  void pause(unsigned most_ms);
  bool chance(unsigned percent) { return random_() % 100 < percent; }

  LocalNetwork& network_;
  CampaignPlan plan_;
  std::mt19937_64 random_;
  Clock::time_point begun_ = Clock::now();
  std::uint64_t size_before_ = 0;  // of the log, when the last node was killed
  std::vector<Acknowledged> acknowledged_;
  CampaignReport report_;
};

}  // namespace quipu::processes::trial
