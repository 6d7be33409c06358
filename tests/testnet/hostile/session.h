// SPDX-License-Identifier: Apache-2.0
// A TLS session with one member, held by somebody who has a member's keys and keeps to no rule beyond the hello. Frames
// and hello are made by the node's own code; what is sent after it, when and whether anything is read is the attacker's
// business. Nothing waits but open(). One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "consensus/types.h"
#include "crypto/keys.h"
#include "node/net/frame.h"

struct ssl_st;

namespace quipu::net {
class TlsContext;
}

namespace quipu::hostile {

// Whose keys the attacker has.
struct Identity {
  consensus::Scope scope;
  std::size_t members = 0;
  consensus::MemberIndex self = 0;
  std::uint16_t protocol_version = 1;
  crypto::SecretKey transport;
  crypto::SecretKey vote;
};

struct Victim {
  consensus::MemberIndex index = 0;
  std::string code;
  std::string address;  // IPv4:port
  crypto::PublicKey transport_key;
};

class Session {
 public:
  // Dials, shakes hands and says hello, within two seconds; null when any of it fails.
  static std::unique_ptr<Session> open(const Identity& identity, const Victim& victim);
  // The same up to the hello, which is never said.
  static std::unique_ptr<Session> open_silent(const Identity& identity, const Victim& victim);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Over TLS, behind what waits already.
  void offer(BytesView bytes) { out_ += bytes; }
  std::size_t waiting_bytes() const { return out_.size() - written_; }
  // Writes what goes, reads at most `most` bytes of what has come; waits at most so long for either.
  void turn(std::chrono::milliseconds wait, std::size_t most);
  std::vector<net::Frame> take_received();
  bool alive() const { return alive_; }
  std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  Session(const Identity& identity, const Victim& victim);
  bool connect();
  bool shake_hands();
  bool say_hello();
  bool await(short events, std::chrono::steady_clock::time_point until) const;
  void write_some();
  void read_some(std::size_t most);
  void take(BytesView chunk);

  const Identity& identity_;
  const Victim& victim_;
  std::unique_ptr<net::TlsContext> context_;
  ssl_st* session_ = nullptr;
  int socket_ = -1;
  bool alive_ = false;
  Bytes out_;
  std::size_t written_ = 0;
  std::uint64_t sent_bytes_ = 0;
  net::FrameReader reader_;
  std::vector<net::Frame> received_;
};

}  // namespace quipu::hostile
