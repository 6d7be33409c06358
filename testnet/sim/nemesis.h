// SPDX-License-Identifier: Apache-2.0
// What goes wrong in the time of trouble: crashes at any point, blackouts, partitions, clogs, pauses, slow disks,
// clocks that jump, disks that forget; each as often as the options say.
#pragma once

#include <functional>
#include <map>

#include "testnet/sim/cluster.h"

namespace quipu::testnet {

class Nemesis {
 public:
  explicit Nemesis(Cluster& cluster);
  // Until the end of the time of trouble.
  void begin();

 private:
  void every(Micros mean, const std::function<void()>& what);
  void again(Micros mean, const std::function<void()>& what);
  Endpoint any();
  void crash();
  void partition();
  void cut_for_a_while(Endpoint from, Endpoint to, Micros duration);
  void clog();
  void pause();
  void slow_disk();
  void jump_clock();
  void take_image();
  void harm_disk();
  void harm_when_down(Endpoint victim, Micros at_last);
  void harm(Endpoint victim);
  bool recovered(Endpoint endpoint, consensus::View voted_until) const;
  bool can_bear(Endpoint victim);
  bool noticed(Endpoint victim, const Disk::Image& image);

  Cluster& cluster_;
  Random random_;
  std::map<Endpoint, Disk::Image> images_;
  std::map<Endpoint, consensus::View> harmed_;  // and how high it had voted
  bool harming_ = false;                        // somebody's power is about to fail
};

}  // namespace quipu::testnet
