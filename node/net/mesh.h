// SPDX-License-Identifier: Apache-2.0
// The peer mesh: one TLS 1.3 connection to every other member, and to guests, who follow without a vote; both sides
// pinned to the Ed25519 transport keys of the member table, frames with limits checked before anything is parsed,
// queues by class, ping, reconnect with back-off. Everything, callbacks too, runs on the io_context handed in, which
// one thread runs and which outlives the mesh.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "consensus/limits.h"
#include "consensus/message.h"
#include "crypto/keys.h"

namespace boost::asio {
class io_context;
}

namespace quipu::net {

using consensus::MemberIndex;

struct MeshPeer {
  MemberIndex index = 0;
  std::string code;
  std::string address;  // host:port of its peer listener; empty: it dials, as guests do
  crypto::PublicKey transport_key;
};

// Tests shorten these; a node leaves them alone.
struct MeshTiming {
  std::int64_t handshake_ms = limits::kHandshakeTimeout_ms;
  std::int64_t ping_ms = limits::kPingInterval_ms;
  std::int64_t silent_ms = limits::kPeerSilent_ms;
  std::int64_t down_grace_ms = limits::kPeerDownGrace_ms;
  std::int64_t reconnect_first_ms = limits::kReconnectFirst_ms;
  std::int64_t reconnect_cap_ms = limits::kReconnectCap_ms;
  std::int64_t keep_out_first_ms = limits::kKeepOutFirst_ms;
  std::int64_t keep_out_cap_ms = limits::kKeepOutCap_ms;
};

struct MeshConfig {
  crypto::Digest chain;
  std::uint64_t epoch = 0;
  std::uint16_t protocol_version = 1;
  MemberIndex self = 0;
  std::string listen;           // host:port; port 0 takes any free one
  std::vector<MeshPeer> peers;  // every other member
  MemberIndex first_guest = 0;  // guests' indexes begin here, beyond the members' and this node's own
  MeshTiming timing;
};

struct MeshCallbacks {
  std::function<void(MemberIndex from, Bytes frame)> received;
  // After the first authenticated frame, not after the handshake. Again, without a down between, when the peer connects
  // anew within the grace: what was on its way may be lost, and the other end may be a new process.
  std::function<void(MemberIndex peer)> up;
  std::function<void(MemberIndex peer)> down;  // closed for kPeerDownGrace_ms, or silent for kPeerSilent_ms
  std::function<void(std::string line)> log;   // one line, no secrets
};

struct PeerState {
  MemberIndex index = 0;
  std::string code;
  bool up = false;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t dropped_frames = 0;  // outbound queue full
  std::uint64_t refused_frames = 0;  // inbound: over a limit; one too long also ends the connection
  std::uint64_t queued_bytes = 0;
};

class Mesh {
 public:
  // The transport key stays in this object. The certificate is self-signed from it; names and dates mean nothing.
  Mesh(boost::asio::io_context& io, MeshConfig config, crypto::SecretKey transport_key, MeshCallbacks callbacks);
  ~Mesh();

  // Binds and starts dialling. Error: the address cannot be bound, with what to do.
  std::expected<void, std::string> start();
  // Queued behind frames of its class and of classes before it; when the queue is over limits::kOutboundQueueBytes the
  // last class is dropped first. `frame` is shared, so that a broadcast is encoded once. A peer that is not up:
  // dropped. A frame that the receiver would refuse (longest_payload() in frame.h) is dropped, counted and logged.
  void send(MemberIndex to, std::shared_ptr<const Bytes> frame, consensus::Class queue);
  // An answer to our own request may be up to kSyncFrameBytes; call before asking, once per answer expected.
  void expect_answer(MemberIndex from);
  // Who may connect besides the members, by transport key; who is left out loses its connection. Their `index` is
  // ignored: each gets one of its own, which no later guest gets.
  void admit_guests(const std::vector<MeshPeer>& guests);
  // It sent too much that is false: its connections end and no other comes into use for a while, longer each time. The
  // frames of one that ends are not received any more. False when it is kept out already.
  bool keep_out(MemberIndex peer);
  std::vector<PeerState> peers() const;
  // After start(): where peers reach this mesh.
  std::uint16_t listening_port() const;
  // Closes the listener and all connections (close_notify where possible); callbacks stop.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace quipu::net
