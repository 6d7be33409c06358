// SPDX-License-Identifier: Apache-2.0
// The other end of a connection as an attacker would build it: blocking OpenSSL on a plain socket, every step by hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>

#include "node/net/frame.h"
#include "node/net/hello.h"
#include "node/net/tls.h"
#include "tests/node/net/world.h"

namespace quipu::net::test {

class Stranger {
 public:
  explicit Stranger(std::uint16_t port);
  ~Stranger();
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  enum class Shows { kNothing, kP256 };
  bool handshake_as(const crypto::SecretKey& key);             // as a member would
  bool handshake_showing(Shows what, int newest_version = 0);  // 0: the newest there is
  bool resumable() const;

  bool write(BytesView bytes);      // over TLS
  bool write_raw(BytesView bytes);  // beside TLS
  // Over TLS; nothing when the other end closed or refused.
  std::optional<Bytes> read(std::size_t size);
  // Without TLS: waits until the other end has closed (true) or `patience` is over.
  bool is_closed(std::chrono::milliseconds patience = std::chrono::seconds(10));

  // HELLO for chain(number), then whether a HELLO_ACK came.
  bool hello(const crypto::SecretKey& key, std::uint8_t chain_number = 1, bool byte_by_byte = false);
  bool send(FrameKind kind, BytesView payload) { return write(frame_header(kind, payload.size()) + Bytes(payload)); }

 private:
  bool connect_tls();

  int socket_;
  std::shared_ptr<void> context_;
  ssl_st* session_ = nullptr;
};

// Runs `work` in a thread of its own while the world turns.
template <class Work>
auto meanwhile(World& world, Work work) {
  auto result = std::async(std::launch::async, std::move(work));
  world.until([&] { return result.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
  return result.get();
}

}  // namespace quipu::net::test
