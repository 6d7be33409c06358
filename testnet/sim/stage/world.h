// SPDX-License-Identifier: Apache-2.0
// The simulator as the world of a scenario: every law watches, virtual hours pass in moments, and whatever a process
// outside could not be made to do happens here: torn slots, liars, lost kinds of messages. One thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "testnet/scenario/world.h"
#include "testnet/sim/cluster.h"
#include "testnet/sim/government.h"
#include "testnet/sim/stage/clients.h"
#include "testnet/sim/stage/losses.h"
#include "testnet/sim/stage/watch.h"

namespace quipu::testnet::stage {

// `note`: what a step found out, for people.
using Note = std::function<void(const std::string&)>;

class SimulatedWorld final : public scenario::World {
 public:
  SimulatedWorld(const scenario::Plan& plan, std::uint64_t seed, Note note);

  scenario::Micros now() const override { return cluster_.now(); }
  void run_for(Micros time) override { cluster_.run_for(time); }
  bool run_until(Micros within, const std::function<bool()>& condition) override;
  void later(Micros delay, std::function<void()> what) override { cluster_.queue().after(delay, std::move(what)); }
  std::optional<std::string> broken() override;
  std::string leader() override;
  scenario::Figures figures() override;
  std::string not_final(const std::vector<std::string>& at) override;
  std::string not_final() override { return clients_.not_final(); }
  std::string unrest() override;
  scenario::Done act(const scenario::Step& step) override;
  scenario::Done finish() override { return {}; }

  std::uint64_t trace() const { return cluster_.trace(); }
  void narrate(std::ostream& out) { cluster_.narrate(out); }

 private:
  using Done = scenario::Done;
  using Step = scenario::Step;
  using Links = std::vector<std::pair<Endpoint, Endpoint>>;

  void settle_regions();
  Done act_clients(const Step& step);
  Done act_machines(const Step& step);
  Done act_links(const Step& step);
  Done garbage(const Step& step);
  Done act_disks(const Step& step);
  Done change_members(const Step& step);
  Done expect_fork(const Step& step);
  Done measure(const Step& step);
  void lose_messages(const Step& step);
  void split_twins(const Step& step);
  void heal(bool nodes_too);

  std::size_t place(const std::string& code) const { return cluster_.cast().place_of(code); }
  std::vector<std::size_t> places(const std::vector<std::string>& codes) const;
  std::vector<Endpoint> processes(const std::vector<std::string>& codes) const;
  Links between(const Step& step) const;
  std::vector<std::size_t> steady_authors() const;

  const scenario::Plan& plan_;
  Note note_;
  Seen seen_;  // before the cluster, whose law writes into it
  Cluster cluster_;
  std::map<Endpoint, Disk::Image> images_;
  Government government_;
  Clients clients_;
  Losses losses_;
  std::vector<std::vector<Micros>> distance_;  // by endpoints; empty without regions
};

}  // namespace quipu::testnet::stage
