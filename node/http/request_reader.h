// SPDX-License-Identifier: Apache-2.0
// Cuts HTTP/1.1 requests out of a stream of bytes (Beast's parser behind a wall, because its headers cost dearly).
// Sizes are bounded before they are read. One connection's, one thread.
#pragma once

#include <memory>

#include "node/http/server.h"

namespace quipu::http {

class RequestReader {
 public:
  enum class Step : std::uint8_t {
    kNeedMore,  // give it more bytes
    kContinue,  // the client waits for "100 Continue" before it sends the body
    kRequest,   // one is complete: take it
    kRefused,   // answer refusal_status() and close
  };

  RequestReader();
  ~RequestReader();
  void receive(BytesView bytes);
  Step advance();
  // Nothing of a next request has arrived.
  bool idle() const;
  int refusal_status() const;  // 400, 413 or 431

  struct Taken {
    Request request;
    bool head_only = false;  // HEAD: handled as GET, answered without the body
    bool keep_alive = true;
  };
  Taken take();  // after kRequest

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::http
