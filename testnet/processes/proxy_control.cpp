// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/proxy_control.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <sstream>
#include <utility>

namespace quipu::processes {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t kLineBytes = 4'096;

std::string show(const FaultProxy& proxy) {
  std::ostringstream out;
  out << "ok\n";
  for (const auto& from : proxy.members()) {
    for (const auto& to : proxy.members()) {
      if (from == to) continue;
      const auto counters = proxy.counters(from, to);
      out << from << " -> " << to << "  " << format_link_faults(proxy.faults(from, to)) << "  dialled "
          << counters.connections << " passed " << counters.passed_bytes << " swallowed " << counters.swallowed_bytes
          << " corrupted " << counters.corrupted_bytes << "\n";
    }
  }
  return out.str();
}

std::string unknown(const FaultProxy& proxy, const std::string& member) {
  std::string known;
  for (const auto& code : proxy.members()) known += (known.empty() ? "" : ", ") + code;
  return "error no node of " + member + " here; there are " + known + "\n";
}

// A conversation of one question and one answer.
struct Talk {
  explicit Talk(stream_protocol::socket accepted) : socket(std::move(accepted)) {}
  stream_protocol::socket socket;
  std::string question;
  std::string answer;
};

// What comes back until the other end closes; empty when nobody is there.
std::string converse(const std::string& path, const std::string& question) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  path.copy(address.sun_path, path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string answer;
  const auto size = static_cast<ssize_t>(question.size());
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, question.data(), question.size(), MSG_NOSIGNAL) == size) {
    char chunk[kLineBytes];
    for (ssize_t got = 0; (got = ::recv(socket, chunk, sizeof chunk, 0)) > 0;) {
      answer.append(chunk, static_cast<std::size_t>(got));
    }
  }
  ::close(socket);
  return answer;
}

}  // namespace

std::string obey(FaultProxy& proxy, const std::string& line) {
  std::istringstream in(line);
  std::string verb;
  std::string from;
  std::string to;
  in >> verb;
  if (verb == "show") return show(proxy);
  in >> from >> to;
  for (const auto& member : {from, to}) {
    if (!proxy.knows(member)) return unknown(proxy, member);
  }
  if (from == to) return "error a node has no link with itself\n";
  if (verb == "reset") {
    proxy.reset(from, to);
    return "ok\n";
  }
  std::string words;
  std::getline(in, words);
  const auto faults = parse_link_faults(words);
  if (verb != "set") return "error the proxy knows set, reset and show\n";
  if (!faults) return "error " + faults.error() + "\n";
  proxy.set(from, to, *faults);
  return "ok\n";
}

struct ControlSocket::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, FaultProxy& controlled) : acceptor(io), proxy(controlled) {}

  void accept_next() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, stream_protocol::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (!error) self->talk(std::make_shared<Talk>(std::move(socket)));
      self->accept_next();
    });
  }

  void talk(const std::shared_ptr<Talk>& talk) {
    asio::async_read_until(talk->socket, asio::dynamic_buffer(talk->question, kLineBytes), '\n',
                           [self = shared_from_this(), talk](const error_code& error, std::size_t size) {
                             if (error) return;
                             talk->answer = obey(self->proxy, talk->question.substr(0, size));
                             asio::async_write(talk->socket, asio::buffer(talk->answer),
                                               [talk](const error_code&, std::size_t) {});
                           });
  }

  stream_protocol::acceptor acceptor;
  FaultProxy& proxy;
  std::filesystem::path path;
};

ControlSocket::ControlSocket(asio::io_context& io, FaultProxy& proxy) : state_(std::make_shared<State>(io, proxy)) {}
ControlSocket::~ControlSocket() { stop(); }

std::expected<void, std::string> ControlSocket::start(const std::filesystem::path& path) {
  if (path.string().size() >= sizeof(sockaddr_un::sun_path)) {
    return std::unexpected(path.string() + " is too long a path for a socket: take a directory with a shorter name");
  }
  std::error_code gone;
  std::filesystem::remove(path, gone);
  error_code error;
  const auto mask = umask(0077);
  if (!state_->acceptor.open(stream_protocol(), error) &&
      !state_->acceptor.bind(stream_protocol::endpoint(path.string()), error)) {
    state_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  umask(mask);
  if (error) return std::unexpected("cannot listen on " + path.string() + ": " + error.message());
  state_->path = path;
  state_->accept_next();
  return {};
}

void ControlSocket::stop() {
  if (state_->path.empty()) return;
  error_code ignored;
  ignored = state_->acceptor.close(ignored);
  std::error_code gone;
  std::filesystem::remove(std::exchange(state_->path, {}), gone);
}

std::expected<std::string, std::string> ask_proxy(const std::filesystem::path& path, const std::string& line) {
  const auto answer = converse(path.string(), line + "\n");
  if (answer.starts_with("ok\n")) return answer.substr(3);
  if (answer.starts_with("error ")) return std::unexpected(answer.substr(6, answer.size() - 7));
  return std::unexpected("no proxy answers at " + path.string() + ": was the network founded with `up --proxy`?");
}

}  // namespace quipu::processes
