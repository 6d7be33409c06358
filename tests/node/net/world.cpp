// SPDX-License-Identifier: Apache-2.0
#include "tests/node/net/world.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace quipu::net::test {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// In the order of the indexes, so that the lower index is the arbiter of a pair.
crypto::SecretKey transport_key(MemberIndex index) {
  std::vector<crypto::SecretKey> keys;
  for (char seed = 'A'; seed <= 'P'; ++seed) keys.push_back(*crypto::SecretKey::from_seed(Bytes(32, seed)));
  std::ranges::sort(keys, {}, &crypto::SecretKey::public_key);
  return std::move(keys.at(index));
}

crypto::Digest chain(std::uint8_t number) {
  crypto::Digest digest;
  digest.bytes.fill(number);
  return digest;
}

std::shared_ptr<const Bytes> frame_of(Bytes content) { return std::make_shared<const Bytes>(std::move(content)); }

struct Node::Machine {
  boost::asio::io_context io;
  std::unique_ptr<Mesh> mesh;
};

Node::Node(MeshConfig config, crypto::SecretKey key) : machine_(std::make_unique<Machine>()) {
  MeshCallbacks callbacks;
  callbacks.received = [this](MemberIndex from, Bytes frame) {
    received[from].push_back(std::move(frame));
    if (on_received) on_received();
  };
  callbacks.up = [this](MemberIndex peer) {
    up[peer] = true;
    ++ups[peer];
  };
  callbacks.down = [this](MemberIndex peer) {
    up[peer] = false;
    ++downs[peer];
  };
  callbacks.log = [this](std::string line) { lines.push_back(std::move(line)); };
  machine_->mesh = std::make_unique<Mesh>(machine_->io, std::move(config), std::move(key), std::move(callbacks));
  if (const auto started = machine_->mesh->start(); !started) throw std::runtime_error(started.error());
}

Node::~Node() {
  if (machine_) machine_->mesh.reset();
}

Mesh& Node::mesh() { return *machine_->mesh; }

bool Node::turn() { return machine_ && !frozen && machine_->io.poll() > 0; }

bool Node::runs_out_of_work() {
  machine_->io.run_for(std::chrono::seconds(10));
  return machine_->io.stopped();
}

void Node::vanish() {
  machine_->mesh.reset();
  machine_.reset();  // the io_context is not run again: sockets close without a goodbye
}

PeerState Node::state(MemberIndex peer) {
  for (const PeerState& state : mesh().peers())
    if (state.index == peer) return state;
  throw std::out_of_range("no such peer");
}

World::World(std::size_t members) : members_(members) {
  timing.down_grace_ms = 300;
  timing.reconnect_first_ms = 20;
  timing.reconnect_cap_ms = 200;
}

MeshConfig World::config(MemberIndex self) {
  MeshConfig config;
  config.chain = chain(1);
  config.self = self;
  config.listen = "127.0.0.1:" + std::to_string(ports_.contains(self) ? ports_.at(self) : 0);
  config.timing = timing;
  for (MemberIndex i = 0; i < members_; ++i) {
    if (i == self) continue;
    // Port 1: nobody listens there; the other one will dial.
    const std::string address = "127.0.0.1:" + std::to_string(ports_.contains(i) ? ports_.at(i) : 1);
    config.peers.push_back(MeshPeer{.index = i,
                                    .code = "M" + std::to_string(i),
                                    .address = address,
                                    .transport_key = transport_key(i).public_key()});
  }
  return config;
}

Node& World::start(MemberIndex self) { return start(config(self), transport_key(self)); }

Node& World::start(const MeshConfig& config, crypto::SecretKey key) {
  auto& node = nodes_[config.self] = std::make_unique<Node>(config, std::move(key));
  ports_[config.self] = node->mesh().listening_port();
  return *node;
}

void World::start_all() {
  for (MemberIndex i = 0; i < members_; ++i) start(i);
}

void World::kill(MemberIndex self) {
  nodes_.at(self)->vanish();
  nodes_.erase(self);
}

void World::abandon(MemberIndex self) {
  abandoned_.push_back(std::move(nodes_.at(self)));
  nodes_.erase(self);
  ports_.erase(self);
}

bool World::until(const std::function<bool()>& done) {
  const auto end = Clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (Clock::now() > end) return false;
    bool busy = false;
    for (auto& [index, node] : nodes_) busy = node->turn() || busy;
    if (!busy) std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

void World::settle() {
  const auto end = Clock::now() + milliseconds(300);
  until([&] { return Clock::now() > end; });
}

bool World::all_up() {
  for (auto& [index, node] : nodes_)
    for (MemberIndex peer = 0; peer < members_; ++peer)
      if (peer != index && !node->is_up(peer)) return false;
  return true;
}

}  // namespace quipu::net::test
