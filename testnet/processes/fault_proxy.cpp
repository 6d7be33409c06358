// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/fault_proxy.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <set>
#include <utility>

#include "testnet/processes/relay.h"

namespace quipu::processes {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Link {
  Link(asio::io_context& io, ProxyLink link) : plan(std::move(link)), acceptor(io) {}

  ProxyLink plan;
  tcp::acceptor acceptor;
  std::set<std::shared_ptr<Relay>> relays;
};

std::string bind(Link& link) {
  const auto colon = link.plan.listen.rfind(':');
  error_code error;
  const auto address = asio::ip::make_address(link.plan.listen.substr(0, colon), error);
  if (error) return error.message();
  const auto port = static_cast<unsigned short>(std::stoi(link.plan.listen.substr(colon + 1)));
  if (link.acceptor.open(tcp::v4(), error)) return error.message();
  if (link.acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return error.message();
  if (link.acceptor.bind({address, port}, error)) return error.message();
  if (link.acceptor.listen(asio::socket_base::max_listen_connections, error)) return error.message();
  return {};
}

}  // namespace

struct FaultProxy::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context, std::vector<ProxyLink> plans, std::uint64_t seed) : io(context) {
    for (auto& plan : plans) {
      for (const auto& way : {std::pair{plan.from, plan.to}, std::pair{plan.to, plan.from}}) {
        const auto [at, fresh] = flows.try_emplace(way);
        if (fresh) at->second.random.seed(static_cast<std::uint_fast32_t>(seed + flows.size()));
      }
      links.push_back(std::make_unique<Link>(io, std::move(plan)));
    }
  }

  void accept_next(Link& link) {
    link.acceptor.async_accept([self = shared_from_this(), &link](const error_code& error, tcp::socket socket) {
      if (!link.acceptor.is_open()) return;
      if (!error) self->take_over(link, std::move(socket));
      self->accept_next(link);
    });
  }

  void take_over(Link& link, tcp::socket socket) {
    Flow& there = flows.at({link.plan.from, link.plan.to});
    Flow& back = flows.at({link.plan.to, link.plan.from});
    ++there.connections;
    error_code ignored;
    if (there.faults.cut && back.faults.cut) {
      ignored = socket.set_option(asio::socket_base::linger(true, 0), ignored);
      ignored = socket.close(ignored);  // its destructor would not reset
      return;
    }
    const bool reached = !there.faults.cut && !back.faults.cut;
    const auto held = std::make_shared<std::weak_ptr<Relay>>();
    const auto relay =
        start_relay(io, {.accepted = socket.release(ignored),
                         .target = reached ? link.plan.target : std::string(),
                         .there = &there,
                         .back = &back,
                         .on_ended = [self = shared_from_this(), &link, held] { link.relays.erase(held->lock()); }});
    *held = relay;
    link.relays.insert(relay);
  }

  // Of all connections between the two, whoever dialled.
  template <class Act>
  void for_each_relay(const std::string& one, const std::string& other, const Act& act) {
    for (const auto& link : links) {
      const auto& [from, to] = std::tie(link->plan.from, link->plan.to);
      if (!((from == one && to == other) || (from == other && to == one))) continue;
      for (const auto& relay : link->relays) act(*relay);
    }
  }

  asio::io_context& io;
  std::map<std::pair<std::string, std::string>, Flow> flows;
  std::vector<std::unique_ptr<Link>> links;
};

FaultProxy::FaultProxy(asio::io_context& io, std::vector<ProxyLink> links, std::uint64_t seed)
    : state_(std::make_shared<State>(io, std::move(links), seed)) {}

FaultProxy::~FaultProxy() { stop(); }

std::expected<void, std::string> FaultProxy::start() {
  for (const auto& link : state_->links) {
    if (const auto fault = bind(*link); !fault.empty()) {
      return std::unexpected("the proxy cannot listen on " + link->plan.listen + ": " + fault);
    }
  }
  for (const auto& link : state_->links) state_->accept_next(*link);
  return {};
}

std::vector<std::string> FaultProxy::members() const {
  std::set<std::string> codes;
  for (const auto& [way, flow] : state_->flows) codes.insert(way.first);
  return {codes.begin(), codes.end()};
}

bool FaultProxy::knows(const std::string& member) const {
  for (const auto& [way, flow] : state_->flows) {
    if (way.first == member) return true;
  }
  return false;
}

void FaultProxy::set(const std::string& from, const std::string& to, const LinkFaults& faults) {
  state_->flows.at({from, to}).faults = faults;
  state_->for_each_relay(from, to, [](Relay& relay) { relay.faults_changed(); });
}

LinkFaults FaultProxy::faults(const std::string& from, const std::string& to) const {
  return state_->flows.at({from, to}).faults;
}

FlowCounters FaultProxy::counters(const std::string& from, const std::string& to) const {
  const auto& flow = state_->flows.at({from, to});
  return {flow.connections, flow.passed_bytes, flow.swallowed_bytes, flow.corrupted_bytes};
}

void FaultProxy::reset(const std::string& one, const std::string& other) {
  state_->for_each_relay(one, other, [](Relay& relay) { relay.reset(); });
}

void FaultProxy::stop() {
  error_code ignored;
  for (const auto& link : state_->links) {
    ignored = link->acceptor.close(ignored);
    for (const auto& relay : std::exchange(link->relays, {})) relay->reset();
  }
}

}  // namespace quipu::processes
