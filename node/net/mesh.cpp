// SPDX-License-Identifier: Apache-2.0
// Which connection of a pair is used. Both members dial while they have none, so that one open direction is enough and
// a restarted member is back at once. The lesser transport key of a pair is its arbiter (connection.h): it puts the
// newest authenticated connection into use and closes the one before, which also replaces a half-open one. The other
// side sends on what was acknowledged last and keeps reading the one before until the arbiter has closed it; if
// acknowledgements overtake each other, the wrong one ends and the other is used again. So two simultaneous dials
// always settle on one.
#include "node/net/mesh.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "node/net/budget.h"
#include "node/net/connection.h"
#include "node/net/listener.h"
#include "node/net/tls.h"

namespace quipu::net {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Strangers must not fill the log.
constexpr std::uint64_t kStrangerLinesPerSecond = 5;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count();
}

struct Peer {
  Peer(asio::io_context& io, MeshPeer who) : member(std::move(who)), redial(io), grace(io) {}

  MeshPeer member;
  ConnectionPtr current;   // frames go out here
  ConnectionPtr previous;  // not the arbiter's side only: replaced, but not yet closed by the arbiter
  ConnectionPtr dialling;
  InboundBudget budget;
  ReadingPace pace;
  BrokenLimits broken_limits;
  AnswerCredit credit;
  PeerState counters;
  asio::steady_timer redial;
  asio::steady_timer grace;
  std::int64_t backoff_ms = 0;
  Clock::time_point since;  // of `current`
  Clock::time_point kept_out_until;
  std::int64_t kept_out_ms = 0;
  bool told_up = false;
  std::string last_line;
};

}  // namespace

struct Mesh::State final : ConnectionOwner, std::enable_shared_from_this<State> {
  State(asio::io_context& context, MeshConfig mesh, crypto::SecretKey key, MeshCallbacks calls);

  const MeshConfig& config() const override { return config_; }
  const TlsContext& tls() const override { return tls_; }
  const crypto::SecretKey& transport_key() const override { return key_; }
  const MeshPeer* peer_with(const crypto::PublicKey& key) const override;
  AnswerCredit& credit(MemberIndex peer) override { return peers.at(peer)->credit; }
  void authenticated(const ConnectionPtr& connection, MemberIndex who, std::uint64_t epoch) override;
  void received(MemberIndex from, Frame frame) override;
  void count(MemberIndex peer, std::size_t received_bytes, std::size_t sent_bytes) override;
  std::int64_t pause_us(MemberIndex peer, std::size_t bytes, std::size_t frames) override {
    return peers.at(peer)->pace.pause_us(bytes, frames, now_us());
  }
  void refused(MemberIndex peer) override;
  void closed(const ConnectionPtr& connection, Ending ending, const std::string& why) override;

  void accepted(int socket, bool ipv6, const std::string& address);
  void add_peer(MeshPeer member);
  void admit_guests(const std::vector<MeshPeer>& guests);
  void dial(Peer& peer);
  void dial_later(Peer& peer);
  std::int64_t next_delay_ms(Peer& peer);
  void put_into_use(Peer& peer, const ConnectionPtr& connection);
  bool keep_out(Peer& peer);
  bool kept_out(const Peer& peer) const { return Clock::now() < peer.kept_out_until; }
  void lost(Peer& peer, Ending ending, const std::string& why);
  void tell_down(Peer& peer);
  void stranger_gone(const ConnectionPtr& connection, const std::string& why);
  void leave_handshake(const ConnectionPtr& connection);
  void log(Peer& peer, const std::string& line);
  void log(const std::string& line) const;
  void stop();

  asio::io_context& io;
  MeshConfig config_;
  crypto::SecretKey key_;
  MeshCallbacks callbacks;
  std::map<crypto::PublicKey, MemberIndex> by_key;
  MemberIndex next_guest = 0;
  TlsContext tls_;
  Listener listener;
  HandshakeSlots slots;
  std::map<ConnectionPtr, std::string> in_handshake;  // inbound, with the address that holds a slot
  std::set<ConnectionPtr> connections;
  std::map<MemberIndex, std::unique_ptr<Peer>> peers;
  std::minstd_rand random{std::random_device{}()};
  TokenBucket stranger_lines{kStrangerLinesPerSecond};
  bool stopped = false;
};

Mesh::State::State(asio::io_context& context, MeshConfig mesh, crypto::SecretKey key, MeshCallbacks calls)
    : io(context),
      config_(std::move(mesh)),
      key_(std::move(key)),
      callbacks(std::move(calls)),
      next_guest(config_.first_guest),
      tls_(key_, [this](const crypto::PublicKey& shown) { return by_key.contains(shown); }),
      listener(context) {
  for (const MeshPeer& member : config_.peers) add_peer(member);
}

void Mesh::State::add_peer(MeshPeer member) {
  by_key.emplace(member.transport_key, member.index);
  auto peer = std::make_unique<Peer>(io, std::move(member));
  peer->counters.index = peer->member.index;
  peer->counters.code = peer->member.code;
  peers.emplace(peer->member.index, std::move(peer));
}

// A guest that is left out stays in `peers`, which timers refer to, but under no key.
void Mesh::State::admit_guests(const std::vector<MeshPeer>& guests) {
  const auto wanted = [&](const crypto::PublicKey& key) {
    return std::ranges::any_of(guests, [&](const MeshPeer& guest) { return guest.transport_key == key; });
  };
  for (auto& [index, peer] : peers) {
    const crypto::PublicKey key = peer->member.transport_key;
    if (index < config_.first_guest || wanted(key) || by_key.erase(key) == 0) continue;
    const ConnectionPtr current = peer->current;
    if (current) current->close("no guest any more");
  }
  for (MeshPeer guest : guests) {
    if (by_key.contains(guest.transport_key) || guest.transport_key == key_.public_key()) continue;
    guest.index = next_guest++;
    guest.address.clear();
    add_peer(std::move(guest));
  }
}

const MeshPeer* Mesh::State::peer_with(const crypto::PublicKey& key) const {
  const auto found = by_key.find(key);
  return found == by_key.end() ? nullptr : &peers.at(found->second)->member;
}

// ---- connecting

void Mesh::State::accepted(int socket, bool ipv6, const std::string& address) {
  if (stopped || !slots.take(address, now_us())) {
    ::close(socket);
    return;
  }
  const ConnectionPtr connection = accept(io, shared_from_this(), socket, ipv6);
  connections.insert(connection);
  in_handshake.emplace(connection, address);
  connection->start();
}

void Mesh::State::dial(Peer& peer) {
  if (stopped || peer.current || peer.dialling || peer.member.address.empty()) return;
  const ConnectionPtr attempt = net::dial(io, shared_from_this(), peer.member);
  peer.dialling = attempt;
  connections.insert(attempt);
  attempt->start();
}

void Mesh::State::dial_later(Peer& peer) {
  if (stopped || peer.current || peer.dialling || peer.member.address.empty()) return;
  peer.redial.expires_after(milliseconds(next_delay_ms(peer)));
  peer.redial.async_wait([self = shared_from_this(), &peer](const boost::system::error_code& error) {
    if (!error) self->dial(peer);
  });
}

// Doubles up to the cap; from a half to the whole of it, so that members do not dial in step.
std::int64_t Mesh::State::next_delay_ms(Peer& peer) {
  const MeshTiming& timing = config_.timing;
  peer.backoff_ms = std::clamp(peer.backoff_ms * 2, timing.reconnect_first_ms, timing.reconnect_cap_ms);
  const auto delay_ms = std::uniform_int_distribution<std::int64_t>(peer.backoff_ms / 2, peer.backoff_ms)(random);
  const auto kept_out = std::chrono::duration_cast<milliseconds>(peer.kept_out_until - Clock::now()).count();
  return std::max<std::int64_t>(delay_ms, kept_out + 1);
}

void Mesh::State::leave_handshake(const ConnectionPtr& connection) {
  const auto found = in_handshake.find(connection);
  if (found == in_handshake.end()) return;
  slots.give_back(found->second);
  in_handshake.erase(found);
}

void Mesh::State::authenticated(const ConnectionPtr& connection, MemberIndex who, std::uint64_t epoch) {
  leave_handshake(connection);
  Peer& peer = *peers.at(who);
  if (kept_out(peer)) return connection->close("kept out for a while");
  if (peer.dialling == connection) peer.dialling = nullptr;
  put_into_use(peer, connection);
  peer.since = Clock::now();
  peer.redial.cancel();
  peer.grace.cancel();
  peer.told_up = true;
  log(peer, epoch == config_.epoch ? "connected" : "connected; it is in epoch " + std::to_string(epoch));
  if (!stopped && callbacks.up) callbacks.up(peer.member.index);
}

void Mesh::State::put_into_use(Peer& peer, const ConnectionPtr& connection) {
  const ConnectionPtr before = std::exchange(peer.current, connection);
  if (peer.member.transport_key < key_.public_key()) {
    const ConnectionPtr oldest = std::exchange(peer.previous, before);
    if (oldest) oldest->close("replaced twice");
    return;
  }
  if (before) before->close("replaced by a newer connection");
  const ConnectionPtr attempt = peer.dialling;
  if (attempt) attempt->close("connected the other way round");
}

// ---- keeping out

// It broke a limit and loses its connection for that.
void Mesh::State::refused(MemberIndex who) {
  Peer& peer = *peers.at(who);
  ++peer.counters.refused_frames;
  if (!peer.broken_limits.bears_another(now_us())) keep_out(peer);
}

bool Mesh::State::keep_out(Peer& peer) {
  const MeshTiming& timing = config_.timing;
  const auto now = Clock::now();
  if (stopped || now < peer.kept_out_until) return false;
  const bool long_ago = now - peer.kept_out_until > milliseconds(2 * timing.keep_out_cap_ms);
  peer.kept_out_ms = std::clamp(long_ago ? 0 : 2 * peer.kept_out_ms, timing.keep_out_first_ms, timing.keep_out_cap_ms);
  peer.kept_out_until = now + milliseconds(peer.kept_out_ms);
  const std::string why = "kept out for " + std::to_string(peer.kept_out_ms) + " ms: it sends what no member sends";
  for (const ConnectionPtr& connection : {peer.previous, peer.dialling, peer.current}) {
    if (connection) connection->close(why);
  }
  return true;
}

// ---- ending

void Mesh::State::closed(const ConnectionPtr& connection, Ending ending, const std::string& why) {
  leave_handshake(connection);
  connections.erase(connection);
  if (stopped) return;
  for (auto& [index, peer] : peers) {
    if (peer->previous == connection) {
      peer->previous = nullptr;
      return;
    }
    if (peer->dialling == connection) {
      peer->dialling = nullptr;
      if (!peer->current) log(*peer, why);
      return dial_later(*peer);
    }
    if (peer->current == connection) {
      peer->current = std::exchange(peer->previous, nullptr);
      if (!peer->current) lost(*peer, ending, why);
      return;
    }
  }
  stranger_gone(connection, why);
}

void Mesh::State::stranger_gone(const ConnectionPtr& connection, const std::string& why) {
  if (!stranger_lines.take(1, now_us())) return;
  const auto member = connection->peer();
  log("inbound connection" + (member ? " of " + peers.at(*member)->member.code : std::string()) + " ended: " + why);
}

void Mesh::State::lost(Peer& peer, Ending ending, const std::string& why) {
  log(peer, "disconnected: " + why);
  // A connection that ends early, by a broken limit for example, must not restart the back-off.
  if (Clock::now() - peer.since >= milliseconds(config_.timing.reconnect_cap_ms)) peer.backoff_ms = 0;
  dial_later(peer);
  if (ending == Ending::kSilent) return tell_down(peer);
  peer.grace.expires_after(milliseconds(config_.timing.down_grace_ms));
  peer.grace.async_wait([self = shared_from_this(), &peer](const boost::system::error_code& error) {
    if (!error && !self->stopped && !peer.current) self->tell_down(peer);
  });
}

void Mesh::State::tell_down(Peer& peer) {
  peer.grace.cancel();
  if (!std::exchange(peer.told_up, false)) return;
  if (callbacks.down) callbacks.down(peer.member.index);
}

void Mesh::State::stop() {
  if (std::exchange(stopped, true)) return;
  listener.stop();
  const std::set<ConnectionPtr> ending = connections;
  for (const ConnectionPtr& connection : ending) connection->leave();
  for (auto& [index, peer] : peers) {
    peer->redial.cancel();
    peer->grace.cancel();
    peer->current = peer->previous = peer->dialling = nullptr;
  }
  // Not at once: it may be a callback that stops us.
  asio::post(io, [self = shared_from_this()] { self->callbacks = {}; });
}

// ---- frames and lines

void Mesh::State::received(MemberIndex from, Frame frame) {
  if (stopped) return;
  Peer& peer = *peers.at(from);
  if (!peer.budget.admits(frame, now_us())) {
    ++peer.counters.refused_frames;
    return;
  }
  if (callbacks.received) callbacks.received(from, std::move(frame.payload));
}

void Mesh::State::count(MemberIndex peer, std::size_t received_bytes, std::size_t sent_bytes) {
  PeerState& counters = peers.at(peer)->counters;
  counters.received_bytes += received_bytes;
  counters.sent_bytes += sent_bytes;
}

// A peer that stays away says the same thing again and again: once is enough.
void Mesh::State::log(Peer& peer, const std::string& line) {
  if (std::exchange(peer.last_line, line) != line) log("peer " + peer.member.code + ": " + line);
}

void Mesh::State::log(const std::string& line) const {
  if (!stopped && callbacks.log) callbacks.log(line);
}

// ---- the mesh

Mesh::Mesh(asio::io_context& io, MeshConfig config, crypto::SecretKey transport_key, MeshCallbacks callbacks)
    : state_(std::make_shared<State>(io, std::move(config), std::move(transport_key), std::move(callbacks))) {}

Mesh::~Mesh() { stop(); }

std::expected<void, std::string> Mesh::start() {
  State& state = *state_;
  std::weak_ptr<State> weak = state_;
  auto listening =
      state.listener.start(state.config_.listen, [weak](int socket, bool ipv6, const std::string& address) {
        if (const auto alive = weak.lock()) return alive->accepted(socket, ipv6, address);
        ::close(socket);
      });
  if (!listening) return listening;
  for (auto& [index, peer] : state.peers) state.dial(*peer);
  return {};
}

void Mesh::send(MemberIndex to, std::shared_ptr<const Bytes> frame, consensus::Class queue) {
  const auto found = state_->peers.find(to);
  if (found == state_->peers.end() || !found->second->current) return;
  Peer& peer = *found->second;
  if (frame->size() > longest_payload(kind_of(queue), true)) {
    ++peer.counters.dropped_frames;
    return state_->log(peer,
                       "a frame of " + std::to_string(frame->size()) + " bytes is too long for its class; not sent");
  }
  peer.counters.dropped_frames += peer.current->send(std::move(frame), queue);
}

void Mesh::expect_answer(MemberIndex from) {
  const auto found = state_->peers.find(from);
  if (found != state_->peers.end()) found->second->credit.expect();
}

void Mesh::admit_guests(const std::vector<MeshPeer>& guests) { state_->admit_guests(guests); }

bool Mesh::keep_out(MemberIndex who) {
  const auto found = state_->peers.find(who);
  return found != state_->peers.end() && state_->keep_out(*found->second);
}

std::vector<PeerState> Mesh::peers() const {
  std::vector<PeerState> all;
  for (const auto& [index, peer] : state_->peers) {
    PeerState state = peer->counters;
    state.up = peer->told_up;
    state.queued_bytes = peer->current ? peer->current->queued_bytes() : 0;
    all.push_back(state);
  }
  return all;
}

std::uint16_t Mesh::listening_port() const { return state_->listener.port(); }

void Mesh::stop() { state_->stop(); }

}  // namespace quipu::net
