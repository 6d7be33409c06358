// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <iostream>

#include "tests/testnet/processes/kill_campaign.h"

namespace {

using namespace quipu::processes::trial;

constexpr std::size_t kMostShown = 20;

struct Options {
  CampaignPlan plan;
  unsigned short port = 0;
  std::string keep;
};

void print(const CampaignReport& report, double seconds) {
  std::cout << report.kills << " kills (" << report.kills_during_import << " during the import";
  for (const auto& [kind, count] : report.rounds) std::cout << ", " << count << " x " << kind;
  std::cout << ") in " << static_cast<int>(seconds) << " s; slowest return " << report.slowest_return_s << " s\n"
            << report.sent << " submissions sent, " << report.retries << " posted again, " << report.acknowledged
            << " acknowledged, log of " << report.log_size << " leaves, " << report.imports_again
            << " imports run again\n";
  for (std::size_t i = 0; i < std::min(kMostShown, report.broken.size()); ++i) {
    std::cout << "BROKEN: " << report.broken[i] << "\n";
  }
  std::cout << (report.broken.empty() ? "nothing lost, nothing twice, no evidence, VERIFIED"
                                      : std::to_string(report.broken.size()) + " promises broken")
            << std::endl;
}

int campaign(const Options& options) {
  std::cout << "seed " << options.plan.seed << ", " << options.plan.kills << " kills" << std::endl;
  if (options.port != 0) LocalNetwork::look_for_ports_from(options.port);
  auto& network = LocalNetwork::shared();
  const auto from = std::chrono::steady_clock::now();
  CampaignReport report;
  try {
    report = KillCampaign(network, options.plan).run();
  } catch (const std::exception& error) {
    report.broken.push_back(error.what());
  }
  print(report, std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count());
  if (!report.broken.empty() && !options.keep.empty()) {
    std::filesystem::copy(network.processes().directory, options.keep, std::filesystem::copy_options::recursive);
    std::cout << "kept in " << options.keep << std::endl;
  }
  return report.broken.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Kills the nodes of a local network at random under load and checks what it owes afterwards."};
  app.footer("Example: kill_campaign --kills 200 --seed 7");
  app.add_option("--kills", options.plan.kills, "Processes to kill [12]")->check(CLI::Range(1, 1'000'000));
  app.add_option("--seed", options.plan.seed,
                 "Decides whom to kill and when, as far as the machine repeats itself [1]");
  app.add_option("--rate", options.plan.per_second, "Submissions a second [200]")->check(CLI::Range(1, 10'000));
  app.add_option("--port", options.port, "Where to look for eight free ports beside one another");
  app.add_option("--keep", options.keep, "Folder for a copy of the network's files when something was broken");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return campaign(options);
}
