// SPDX-License-Identifier: Apache-2.0
// Four members on this machine, BO, BR, CL and PE, shared by all cases of the program: founded and started when the
// first case asks, stopped and removed at the end, however the program ends. One thread.
#pragma once

#include <cstdio>
#include <memory>

#include "testnet/processes/control.h"

namespace quipu::processes::trial {

// What all nodes agree on.
struct Agreed {
  std::uint64_t size = 0;
  std::string root;
  friend bool operator==(const Agreed&, const Agreed&) = default;
};

class LocalNetwork {
 public:
  static LocalNetwork& shared();
  // Before the first call of shared(): where to look for free ports.
  static void look_for_ports_from(unsigned short first);
  // Another four, of which PE wants two signatures; nothing of the sample programmes is in it.
  static LocalNetwork& with_dual_control();
  // Another four, of which PE has its vote key in a quipu-signer.
  static LocalNetwork& with_signer();
  // The same four on other ports, who reach each other through the fault proxy. The first call decides the timing.
  static LocalNetwork& proxied(const std::string& timing = "local");
  ~LocalNetwork();

  Network& processes() { return network_; }
  NodeEntry& node(const std::string& code);
  std::filesystem::path directory(const std::string& code) { return network_.node_directory(node(code)); }
  // Another program started or ended nodes.
  void reload();
  // A folder for files of a case, removed with the network.
  std::filesystem::path scratch(const std::string& name) const;

  // The sample programmes, through their own nodes, once.
  void import_samples();
  // Waits until all nodes show the same with nothing pending; throws after a minute.
  Agreed wait_agreed();
  // Founds another network, which is not started.
  Network found_another(const std::string& name);

 private:
  enum class Kind : std::uint8_t { kPlain, kDualControl, kProxied, kSigner };
  LocalNetwork(Kind kind, const std::string& timing);
  std::filesystem::path root_;
  Network network_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> warden_;
  bool imported_ = false;
};

std::filesystem::path sample_data();

// A day by which proposals may well expire.
std::string in_two_months();

}  // namespace quipu::processes::trial
