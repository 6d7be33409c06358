// SPDX-License-Identifier: Apache-2.0
// Real quipud processes behind the fault proxy as the world of a scenario. Its laws, at the end of every one: no node
// ended by itself or holds evidence, all that was called FINAL is at its place on every node, and an export is
// VERIFIED. One thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "testnet/processes/stage/clients.h"
#include "testnet/processes/stage/governing.h"
#include "testnet/processes/stage/machines.h"
#include "testnet/scenario/world.h"

namespace quipu::processes::stage {

using Note = std::function<void(const std::string&)>;

class ProcessWorld final : public scenario::World {
 public:
  // Founds the network and starts it. The error: the directory holds one already, a port is taken, a node does not
  // start. `interrupted`: asked often; the scenario is broken then.
  static std::expected<std::unique_ptr<ProcessWorld>, std::string> open(const scenario::Plan& plan,
                                                                        const std::filesystem::path& directory,
                                                                        unsigned short first_port, Note note,
                                                                        std::function<bool()> interrupted);
  ~ProcessWorld() override;

  scenario::Micros now() const override;
  void run_for(scenario::Micros time) override;
  bool run_until(scenario::Micros within, const std::function<bool()>& condition) override;
  void later(scenario::Micros delay, std::function<void()> what) override;
  std::optional<std::string> broken() override;
  std::string leader() override;
  scenario::Figures figures() override;
  std::string not_final(const std::vector<std::string>& at) override;
  std::string not_final() override;
  std::string unrest() override;
  scenario::Done act(const scenario::Step& step) override;
  scenario::Done finish() override;

 private:
  using Step = scenario::Step;
  ProcessWorld(const scenario::Plan& plan, Network network, Note note, std::function<bool()> interrupted);
  Done start();
  // Those that work and have been members.
  std::vector<const NodeEntry*> following() const;
  Done act_machines(const Step& step);
  Done act_disks(const Step& step);
  Done act_links(const Step& step);
  Done submit(const Step& step);
  Done load(const Step& step);
  Done pause(const Step& step);
  Done change_members(const Step& step);
  Done audit();
  std::expected<int, std::string> play(const std::vector<std::string>& command);
  std::vector<std::string> steady_authors() const;
  std::string behind(const std::vector<const NodeEntry*>& nodes) const;

  const scenario::Plan& plan_;
  Network network_;
  Note note_;
  std::function<bool()> interrupted_;
  Clock::time_point began_ = Clock::now();
  Loop loop_;
  Clients clients_;
  Machines machines_;
  Governing governing_;
  std::set<std::string> members_;
  std::set<std::string> strangers_;  // candidates whom nobody has let in yet: nobody connects with them
};

}  // namespace quipu::processes::stage
