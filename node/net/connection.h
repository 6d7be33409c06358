// SPDX-License-Identifier: Apache-2.0
// One TLS connection with one member, dialled or accepted: handshake, hello, then frames both ways until it ends. Which
// connection of a pair is used is the mesh's business (mesh.cpp). Runs on the mesh's io_context, one thread.
//
// Who speaks first depends on the two transport keys, not on who dialled, nor on indexes, which two members that are in
// different epochs count differently: the greater key says HELLO, the lesser one, the arbiter of the pair, answers
// HELLO_ACK. So the arbiter alone decides when a connection comes into use.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "node/net/budget.h"
#include "node/net/hello.h"
#include "node/net/mesh.h"
#include "node/net/outbox.h"
#include "node/net/tls.h"

namespace quipu::net {

enum class Ending { kClosed, kSilent };

class Connection {
 public:
  virtual ~Connection() = default;

  // Once, after its owner has taken note of it: it may close before this returns.
  virtual void start() = 0;
  // Known after the TLS handshake.
  virtual std::optional<MemberIndex> peer() const = 0;
  // Once the hello is done. Returns how many queued frames had to go for it.
  virtual std::size_t send(SharedFrame frame, consensus::Class queue) = 0;
  virtual std::size_t queued_bytes() const = 0;
  // Ends it at once; ConnectionOwner::closed is called before this returns. Idempotent.
  virtual void close(const std::string& why) = 0;
  // The same with close_notify, for which the io_context must run on for a moment.
  virtual void leave() = 0;
};
using ConnectionPtr = std::shared_ptr<Connection>;

// What connections ask of the mesh and tell it.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;

  virtual const MeshConfig& config() const = 0;
  virtual const TlsContext& tls() const = 0;
  virtual const crypto::SecretKey& transport_key() const = 0;
  // Nothing when it is no member's key.
  virtual const MeshPeer* peer_with(const crypto::PublicKey& key) const = 0;
  virtual AnswerCredit& credit(MemberIndex peer) = 0;

  // The hello is done, frames may flow.
  virtual void authenticated(const ConnectionPtr& connection, MemberIndex peer, std::uint64_t epoch) = 0;
  virtual void received(MemberIndex from, Frame frame) = 0;
  virtual void count(MemberIndex peer, std::size_t received_bytes, std::size_t sent_bytes) = 0;
  // So much was read; how long to read nothing more.
  virtual std::int64_t pause_us(MemberIndex peer, std::size_t bytes, std::size_t frames) = 0;
  // It broke a limit; the connection closes itself.
  virtual void refused(MemberIndex peer) = 0;
  // Exactly once per connection, the last call.
  virtual void closed(const ConnectionPtr& connection, Ending ending, const std::string& why) = 0;
};

ConnectionPtr dial(boost::asio::io_context& io, std::shared_ptr<ConnectionOwner> owner, const MeshPeer& peer);
// Takes a connected TCP socket over.
ConnectionPtr accept(boost::asio::io_context& io, std::shared_ptr<ConnectionOwner> owner, int socket, bool ipv6);

// "host:port" or "[v6 address]:port" in two; nothing when it is neither.
struct HostAndPort {
  std::string host;
  std::string port;
};
std::optional<HostAndPort> split_address(const std::string& address);

}  // namespace quipu::net
