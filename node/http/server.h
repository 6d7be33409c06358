// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over Asio with Beast as the parser only: keep-alive, pipelining, absolute deadlines, sizes bounded before
// they are read. Runs on the io_context handed in, which one thread runs and which outlives the server and every
// answer. Destroy the server when that thread has ended, or on it.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace boost::asio {
class io_context;
}

namespace quipu::http {

struct Request {
  std::string method;
  std::string target;  // path?query as sent
  std::string content_type;
  std::string accept;
  std::string if_none_match;
  std::string authorization;
  Bytes body;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  Bytes body;
};

// May answer later and from another thread; called once per request.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(Request, Respond)>;

class Server {
 public:
  Server(boost::asio::io_context& io, std::string listen, Handler handler);
  ~Server();
  std::expected<void, std::string> start();
  // Stops accepting, answers what is under way for at most `grace_ms`, closes.
  void stop(std::int64_t grace_ms);
  unsigned short port() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace quipu::http
