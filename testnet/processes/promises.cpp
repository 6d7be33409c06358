// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/promises.h"

#include <memory>

#include "testnet/processes/http_loop.h"

namespace quipu::processes {

namespace {

constexpr std::size_t kConnections = 4;
constexpr auto kPatience = std::chrono::seconds(10);

// Asks one node about all of them, on a few connections.
class Inquiry {
 public:
  Inquiry(const NodeEntry& node, const std::vector<Acknowledged>& acknowledged)
      : node_(node), acknowledged_(acknowledged) {
    for (std::size_t i = 0; i < kConnections; ++i) {
      connections_.push_back(std::make_unique<Connection>(loop_, node.http, kPatience));
    }
  }

  std::vector<std::string> run() {
    for (auto& connection : connections_) ask(*connection);
    loop_.run_until([this] { return answered_ == acknowledged_.size(); }, std::chrono::hours(1));
    return std::move(broken_);
  }

 private:
  void ask(Connection& connection) {
    if (asked_ == acknowledged_.size()) return;
    const auto& promised = acknowledged_[asked_++];
    connection.ask(get_request("/v1/submissions/" + crypto::to_hex(promised.id.view())),
                   [this, &connection, &promised](const Reply& reply) {
                     judge(promised, reply);
                     ++answered_;
                     ask(connection);
                   });
  }

  void judge(const Acknowledged& promised, const Reply& reply) {
    const std::string place = "\"status\":\"FINAL\",\"height\":" + std::to_string(promised.height) +
                              ",\"index\":" + std::to_string(promised.index) + ",";
    if (reply.status == 200 && reply.body.find(place) != std::string_view::npos) return;
    broken_.push_back(node_.code + ": " + crypto::to_hex(promised.id.view()) + " was FINAL at height " +
                      std::to_string(promised.height) + ", index " + std::to_string(promised.index) + ", now HTTP " +
                      std::to_string(reply.status) + " " + std::string(reply.body));
  }

  const NodeEntry& node_;
  const std::vector<Acknowledged>& acknowledged_;
  Loop loop_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> broken_promises(const Network& network, const std::vector<Acknowledged>& acknowledged) {
  std::vector<std::string> broken;
  for (const auto& node : network.nodes) {
    for (auto& line : Inquiry(node, acknowledged).run()) broken.push_back(std::move(line));
  }
  return broken;
}

}  // namespace quipu::processes
