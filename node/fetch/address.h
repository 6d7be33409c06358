// SPDX-License-Identifier: Apache-2.0
// Where a URL leads: a node has nothing but a scheme and an authority, or a Unix socket; what is posted elsewhere has a
// path behind them. Pure. Any thread.
#pragma once

#include <optional>
#include <string>

namespace quipu::fetch {

struct Address {
  std::string host{};    // of an IPv6 address without its brackets
  std::string port{};    // 80 or 443 when the URL names none
  bool tls = false;      // https
  std::string socket{};  // the path of a Unix socket, in place of host and port
};

// "http://HOST[:PORT]", "https://HOST[:PORT]", a slash may follow; "unix:PATH". Nothing when it is none of these.
std::optional<Address> parse_address(const std::string& url);

struct Url {
  std::string origin{};  // an address without a path: "https://HOST[:PORT]"
  std::string target{};  // "/PATH?QUERY", at least "/"
};
// "http://..." or "https://...". Nothing for anything else, for one with a user's name or a fragment, or with
// characters that no request line has.
std::optional<Url> parse_url(const std::string& url);
// Value of the header Host: the port where it is not the scheme's, an IPv6 address in brackets.
std::string host_header(const Address& address);

}  // namespace quipu::fetch
