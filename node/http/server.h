// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over Asio with Beast as the parser only, on TCP with or without TLS, or on a Unix socket: keep-alive,
// pipelining, absolute deadlines, sizes bounded before they are read. Runs on the io_context handed in, which one
// thread runs and which outlives the server and every answer. Destroy the server when that thread has ended, or on it.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/digest.h"

namespace boost::asio {
class io_context;
}

namespace quipu::http {

struct Request {
  std::string method;
  std::string target;  // path?query as sent
  std::string content_type;
  std::string accept;
  std::string accept_encoding;
  std::string if_none_match;
  std::string authorization;
  std::string last_event_id;
  Bytes body;
  // What the connection says of who asks: the key that a verified certificate is of, the user at the other end of a
  // Unix socket.
  std::optional<crypto::Digest> certificate_key{};
  std::optional<std::uint32_t> local_user{};
};

// A body that goes on until the client leaves or the node stops. On the server's thread, which it must not hold up.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // What there is to send, some 64 KiB at most; asked for again as soon as that is written. Empty: nothing now, ask
  // again in a moment.
  virtual Bytes more() = 0;
  // Sent after a while of nothing, so that whoever stands between sees that the connection lives.
  virtual Bytes sign_of_life() = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  Bytes body;
  std::shared_ptr<BodySource> source{};  // what follows the body, if anything; the connection closes after it
  // Before anything was looked up: no such route, nobody we know. Too many from one address have to wait.
  bool refused = false;
};

// May answer later and from another thread; called once per request.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(Request, Respond)>;

class TlsIdentity;

class Server {
 public:
  // `listen` is an IP address and a port, or "unix:PATH": a socket of mode 0600, which takes the place of one left
  // behind. With an identity every connection is TLS and nothing is ever said in clear; it must outlive the server.
  Server(boost::asio::io_context& io, std::string listen, Handler handler, TlsIdentity* identity = nullptr);
  ~Server();
  std::expected<void, std::string> start();
  // Stops accepting, answers what is under way for at most `grace_ms`, closes.
  void stop(std::int64_t grace_ms);
  unsigned short port() const;  // 0 of a Unix socket

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace quipu::http
