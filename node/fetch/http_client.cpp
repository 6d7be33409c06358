// SPDX-License-Identifier: Apache-2.0
#include "node/fetch/http_client.h"

#include <sys/un.h>

#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <vector>

#include "node/fetch/address.h"
#include "node/fetch/tls_trust.h"

namespace quipu::fetch {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using Stream = asio::generic::stream_protocol;  // either
using boost::system::error_code;

constexpr auto kConnectTime = std::chrono::seconds(5);
constexpr auto kAnswerTime = std::chrono::seconds(30);
constexpr auto kWholeAnswerTime = std::chrono::minutes(5);

std::string text(boost::beast::string_view value) { return {value.data(), value.size()}; }

std::string request_text(std::string_view method, const std::string& host, const std::string& target,
                         std::string_view headers, BytesView body) {
  std::string request;
  request.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  request.append("\r\nUser-Agent: quipu\r\n").append(headers);
  if (method == "POST") request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return request.append("\r\n").append(body);
}

// What common mistakes look like: the port for members, which closes on strangers, http where there is https, and the
// other way round.
std::string plain(const error_code& error) {
  if (error == asio::error::eof)
    return "closed without a word, as the port for members does, and one that speaks https:// alone";
  const std::string said = error.message();
  return said.starts_with("wrong version number") ? "it speaks no TLS: http:// perhaps" : said;
}

// HTTP/1.0's way, and HTTP/1.1's with Connection: close: a body whose length nobody told lasts until the connection
// ends.
bool ends_by_closing(beast::response_parser<beast::string_body>& parser, const error_code& end) {
  if (end != asio::error::eof || !parser.is_header_done()) return false;
  error_code error;
  parser.put_eof(error);
  return !error;
}

HttpReply reply_of(beast::response_parser<beast::string_body>& parser) {
  auto message = parser.release();
  HttpReply reply;
  reply.status = message.result_int();
  reply.content_type = text(message[beast::field::content_type]);
  reply.next_after = text(message["Quipu-Next-After"]);
  reply.height = text(message["Quipu-Height"]);
  reply.training = text(message["Quipu-Training"]);
  const std::string retry = text(message[beast::field::retry_after]);
  std::from_chars(retry.data(), retry.data() + retry.size(), reply.retry_after_s);
  reply.body = std::move(message.body());
  return reply;
}

}  // namespace

struct HttpClient::State {
  std::string token_header;
  std::string url;
  std::string advice = "check that the node runs, or name another with --node";
  std::atomic<bool> abandoned{false};
  Address address;
  TlsContext context;  // https alone
  asio::io_context io{1};
  std::optional<Stream::socket> socket;
  std::optional<asio::ssl::stream<Stream::socket&>> tls;
  std::string fault;  // of the node's certificate, where that ended the last connection

  // Runs what was started until it is done or its time is over.
  error_code finish(const std::optional<error_code>& outcome, std::chrono::seconds time) {
    io.restart();
    if (!abandoned) io.run_for(time);  // what sets it stops `io` afterwards, so one of the two is seen
    if (outcome) return *outcome;
    error_code ignored;
    if (socket) socket->close(ignored);
    // What was under way ends now, and must, since it writes into the caller's frame; abandon() may stop `io` here too.
    do {
      io.restart();
      io.run();
    } while (!outcome);
    return asio::error::timed_out;
  }

  void drop() {
    tls.reset();
    socket.reset();
  }

  std::vector<Stream::endpoint> resolve(error_code& error) {
    if (!address.socket.empty()) {
      if (address.socket.size() < sizeof(sockaddr_un::sun_path)) return {Local::endpoint(address.socket)};
      error = asio::error::name_too_long;
      return {};
    }
    tcp::resolver resolver(io);
    std::vector<Stream::endpoint> endpoints;
    for (const auto& each : resolver.resolve(address.host, address.port, error)) endpoints.push_back(each.endpoint());
    return endpoints;
  }

  error_code connect() {
    error_code error;
    const auto endpoints = resolve(error);
    if (error) return error;
    drop();
    socket.emplace(io);
    std::optional<error_code> outcome;
    asio::async_connect(*socket, endpoints, [&](const error_code& e, const Stream::endpoint&) { outcome = e; });
    error = finish(outcome, kConnectTime);
    if (error) return error;
    error_code ignored;  // a Unix socket has no such option
    socket->set_option(tcp::no_delay(true), ignored);
    return address.tls ? shake_hands() : error;
  }

  error_code shake_hands() {
    ssl_st* session = new_tls_session(context.get(), address.host);
    if (session == nullptr) return asio::error::host_not_found;
    tls.emplace(*socket, session);
    std::optional<error_code> outcome;
    tls->async_handshake(asio::ssl::stream_base::client, [&](const error_code& e) { outcome = e; });
    const error_code error = finish(outcome, kConnectTime);
    fault = error ? certificate_fault(session) : "";
    return error;
  }

  error_code write(BytesView request) {
    std::optional<error_code> outcome;
    const auto done = [&](const error_code& e, std::size_t) { outcome = e; };
    if (tls) {
      asio::async_write(*tls, asio::buffer(request), done);
    } else {
      asio::async_write(*socket, asio::buffer(request), done);
    }
    return finish(outcome, kAnswerTime);
  }

  error_code read_some(Bytes& into) {
    std::array<char, 64 << 10> bytes;
    std::optional<error_code> outcome;
    std::size_t count = 0;
    const auto done = [&](const error_code& e, std::size_t n) {
      outcome = e;
      count = n;
    };
    if (tls) {
      tls->async_read_some(asio::buffer(bytes), done);
    } else {
      socket->async_read_some(asio::buffer(bytes), done);
    }
    const error_code error = finish(outcome, kAnswerTime);
    into.append(bytes.data(), count);
    return error;
  }

  std::expected<HttpReply, error_code> read_reply(std::size_t most_bytes) {
    const auto until = std::chrono::steady_clock::now() + kWholeAnswerTime;
    beast::response_parser<beast::string_body> parser;
    parser.eager(true);
    parser.body_limit(most_bytes);
    Bytes pending;
    while (!parser.is_done()) {
      if (const error_code error = read_some(pending)) {
        if (!ends_by_closing(parser, error)) return std::unexpected(error);
        break;
      }
      if (std::chrono::steady_clock::now() > until) return std::unexpected(asio::error::timed_out);
      error_code error;
      const std::size_t used = parser.put(asio::const_buffer(pending.data(), pending.size()), error);
      pending.erase(0, used);
      if (error && error != beast::error::need_more) return std::unexpected(error);
    }
    if (!parser.keep_alive()) drop();
    return reply_of(parser);
  }

  std::expected<HttpReply, error_code> exchange(BytesView request, std::size_t most_bytes) {
    if (!socket || !socket->is_open()) {
      if (const error_code error = connect()) return std::unexpected(error);
    }
    if (const error_code error = write(request)) return std::unexpected(error);
    return read_reply(most_bytes);
  }

  std::expected<HttpReply, std::string> ask(BytesView request, std::size_t most_bytes) {
    const bool fresh = !socket;
    auto reply = exchange(request, most_bytes);
    if (!reply && !fresh && reply.error() != asio::error::timed_out) {
      drop();
      reply = exchange(request, most_bytes);
    }
    if (reply) return std::move(*reply);
    drop();
    if (!fault.empty()) return std::unexpected("no answer from " + url + " that can be believed (" + fault + ")");
    return std::unexpected("no answer from " + url + " (" + plain(reply.error()) + "): " + advice);
  }
};

std::expected<HttpClient, std::string> HttpClient::make(const std::string& url, const TlsTrust& trust) {
  auto state = std::make_unique<State>();
  state->url = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
  auto address = parse_address(url);
  if (!address) {
    return std::unexpected("\"" + state->url + "\" is not the URL of a node: give one like http://127.0.0.1:8480");
  }
  state->address = *std::move(address);
  if (!state->address.tls) return HttpClient(std::move(state));
  auto context = make_tls_context(trust);
  if (!context) return std::unexpected(context.error());
  state->context = *std::move(context);
  return HttpClient(std::move(state));
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;
void HttpClient::advise(const std::string& advice) { state_->advice = advice; }
void HttpClient::show(const std::string& token) { state_->token_header = "Authorization: Bearer " + token + "\r\n"; }
void HttpClient::abandon() {
  state_->abandoned = true;
  state_->io.stop();
}
const std::string& HttpClient::url() const { return state_->url; }

std::expected<HttpReply, std::string> HttpClient::get(const std::string& target, const std::string& accept,
                                                      std::size_t most_bytes) {
  return state_->ask(request_text("GET", host_header(state_->address), target,
                                  "Accept: " + accept + "\r\n" + state_->token_header, {}),
                     most_bytes);
}

std::expected<HttpReply, std::string> HttpClient::post(const std::string& target, const std::string& content_type,
                                                       BytesView body, const std::string& more,
                                                       std::size_t most_bytes) {
  const std::string headers = "Content-Type: " + content_type + "\r\n" + state_->token_header + more;
  return state_->ask(request_text("POST", host_header(state_->address), target, headers, body), most_bytes);
}

}  // namespace quipu::fetch
