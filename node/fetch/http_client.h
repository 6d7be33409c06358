// SPDX-License-Identifier: Apache-2.0
// A blocking HTTP/1.1 client for one node: one connection kept open, every step and every answer with a deadline and a
// bound. One thread.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "crypto/bytes.h"

namespace quipu::fetch {

// An entry bundle has at most 256 leaves of 60 KiB.
inline constexpr std::size_t kMostBody = 64 << 20;

struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string next_after;          // the header Quipu-Next-After of a CSV page
  std::string height;              // the header Quipu-Height of a CSV page
  std::int64_t retry_after_s = 0;  // 0: not said
  Bytes body;
};

class HttpClient {
 public:
  // "http://HOST:PORT", an optional path prefix is refused. The error is one line.
  static std::expected<HttpClient, std::string> make(const std::string& url);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  // An error means that no answer came: refused, cut off, too long, not within 30 s, or still coming after five
  // minutes. A connection that the node has closed since the last request is opened anew once.
  std::expected<HttpReply, std::string> get(const std::string& target, const std::string& accept = "application/json",
                                            std::size_t most_bytes = kMostBody);
  std::expected<HttpReply, std::string> post(const std::string& target, const std::string& content_type,
                                             BytesView body);
  // From now on every request shows this token: "Authorization: Bearer ...".
  void show(const std::string& token);
  const std::string& url() const;

 private:
  struct State;
  explicit HttpClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::fetch
