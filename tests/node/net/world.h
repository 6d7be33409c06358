// SPDX-License-Identifier: Apache-2.0
// Meshes on 127.0.0.1 for tests: every node has an io_context of its own, all turned by the test's thread, so that a
// node can be frozen (not turned) or killed (destroyed with its sockets). No test depends on how long anything takes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/net/mesh.h"

namespace quipu::net::test {

crypto::SecretKey transport_key(MemberIndex index);
crypto::Digest chain(std::uint8_t number);

class Node {
 public:
  Node(MeshConfig config, crypto::SecretKey key);
  ~Node();

  Mesh& mesh();
  bool turn();              // true when something happened
  void vanish();            // what a killed process looks like from outside
  bool runs_out_of_work();  // after stop()
  bool is_up(MemberIndex peer) const { return up.contains(peer) && up.at(peer); }
  PeerState state(MemberIndex peer);

  std::map<MemberIndex, bool> up;
  std::map<MemberIndex, int> ups;
  std::map<MemberIndex, int> downs;
  std::map<MemberIndex, std::vector<Bytes>> received;
  std::vector<std::string> lines;
  std::function<void()> on_received;
  bool frozen = false;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

class World {
 public:
  explicit World(std::size_t members);

  // The configuration that start() would use, for tests that bend it. Addresses are of the nodes started so far.
  MeshConfig config(MemberIndex self);
  Node& start(MemberIndex self);
  Node& start(const MeshConfig& config, crypto::SecretKey key);
  void start_all();
  void kill(MemberIndex self);
  // It is turned no more, keeps its sockets, and its place is free for another: a half-open connection.
  void abandon(MemberIndex self);
  Node& node(MemberIndex self) { return *nodes_.at(self); }
  std::uint16_t port(MemberIndex self) const { return ports_.at(self); }

  // Turns all nodes until `done`, at most 10 s. Returns whether it came true.
  bool until(const std::function<bool()>& done);
  // Turns all nodes until nothing has happened for a while: for what must NOT come.
  void settle();
  bool all_up();

  MeshTiming timing;

 private:
  std::size_t members_;
  std::map<MemberIndex, std::uint16_t> ports_;
  std::map<MemberIndex, std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Node>> abandoned_;
};

std::shared_ptr<const Bytes> frame_of(Bytes content);

}  // namespace quipu::net::test
