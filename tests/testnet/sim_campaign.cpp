// SPDX-License-Identifier: Apache-2.0
// Runs seeds and tells whether a law broke: `sim_campaign FIRST LAST MEMBERS [SECONDS] [-v|-vv|-q]
// [--keep-going|--shrink]`; MEMBERS as 4+3: three candidates, and members that come and go; with an r behind: proposals
// by reference; with !6: a disk is harmed every six seconds. Linked once with the real code, and once per planted bug
// with one mutated source (mutants.cmake).
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "testnet/sim/campaign.h"

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  quipu::testnet::Campaign campaign;
  campaign.first_seed = std::strtoull(argv[1], nullptr, 10);
  campaign.last_seed = std::strtoull(argv[2], nullptr, 10);
  char* rest = nullptr;
  campaign.members = {std::strtoull(argv[3], &rest, 10)};
  if (*rest == '+') campaign.candidates = std::strtoull(rest + 1, &rest, 10);
  campaign.by_reference = *rest == 'r';
  if (*rest == '!') campaign.disk_harm_every = std::atoi(rest + 1) * quipu::testnet::kSecond;
  if (argc > 4) campaign.trouble = std::atoi(argv[4]) * quipu::testnet::kSecond;
  campaign.verbose = argc > 5 && std::strcmp(argv[5], "-v") == 0;
  campaign.narrate = argc > 5 && std::strcmp(argv[5], "-vv") == 0;
  const auto given = [&](const char* option) {
    return std::any_of(argv + 4, argv + argc, [&](const char* word) { return std::strcmp(word, option) == 0; });
  };
  campaign.keep_going = given("--keep-going");
  campaign.shrink = given("--shrink");
  return quipu::testnet::simulate(campaign, std::cout);
}
