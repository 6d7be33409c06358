// SPDX-License-Identifier: Apache-2.0
// A blocking HTTP/1.1 client for one node, over TCP, TLS or a Unix socket: one connection kept open, every step and
// every answer with a deadline and a bound. One thread, but for abandon().
#pragma once

#include <expected>
#include <filesystem>
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
  std::string training;            // the header Quipu-Training: the ledger's name, if it is for training alone
  std::int64_t retry_after_s = 0;  // 0: not said
  Bytes body;
};

// Of "https://": whom to believe that it is the node, and what to show of oneself. PEM files.
struct TlsTrust {
  std::filesystem::path ca{};           // empty: whom this machine's store believes
  std::filesystem::path certificate{};  // of the caller, the chain; empty: none
  std::filesystem::path key{};          // of the certificate, which may have it in its own file
};

class HttpClient {
 public:
  // "http://HOST:PORT", "https://HOST:PORT" or "unix:PATH", a path after it is refused. Over https the certificate must
  // be for HOST, and there is no way back to http. The error is one line.
  static std::expected<HttpClient, std::string> make(const std::string& url, const TlsTrust& trust = {});
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  // An error means that no answer came: refused, cut off, too long, not within 30 s, or still coming after five
  // minutes. A connection that the node has closed since the last request is opened anew once.
  std::expected<HttpReply, std::string> get(const std::string& target, const std::string& accept = "application/json",
                                            std::size_t most_bytes = kMostBody);
  // `more`: further headers, each a line with its end. Where the answer leads elsewhere, nobody goes there.
  std::expected<HttpReply, std::string> post(const std::string& target, const std::string& content_type, BytesView body,
                                             const std::string& more = {}, std::size_t most_bytes = kMostBody);
  // From now on every request shows this token: "Authorization: Bearer ...".
  void show(const std::string& token);
  // What an error says that one may do about it, in place of a word about the node.
  void advise(const std::string& advice);
  // From any thread: what is under way ends soon as one that got no answer, and so does all that comes after it. A
  // host's address is looked for to the end.
  void abandon();
  const std::string& url() const;

 private:
  struct State;
  explicit HttpClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::fetch
