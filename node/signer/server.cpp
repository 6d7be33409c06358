// SPDX-License-Identifier: Apache-2.0
#include "node/signer/server.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "node/signer/desk.h"

namespace quipu::signer {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kHelloPatience{2};  // a connection that says nothing must not keep the node out
constexpr std::chrono::seconds kWritePatience{5};

struct Client {
  Client(Socket socket_in, storage::Signing& signing) : socket(std::move(socket_in)), desk(signing) {}
  Socket socket;
  Desk desk;
  Deframer incoming{kRequestBytes};
  Clock::time_point hello_by = Clock::now() + kHelloPatience;
};

Bytes refusal(Reason reason) { return framed(encode(Answer(std::unexpected<Refused>(reason)))); }

// False: the connection is over.
bool converse(Client& client) {
  const auto bytes = client.socket.receive();
  if (!bytes) return false;
  client.incoming.add(*bytes);
  while (true) {
    const auto message = client.incoming.next();
    if (!message) return static_cast<void>(client.socket.send(refusal(message.error()))), false;
    if (!*message) return true;
    const auto answer = client.desk.answer(**message);
    if (!client.socket.send(framed(answer)) || !client.desk.greeted()) return false;
  }
}

class Server {
 public:
  explicit Server(const Service& service) : service_(service) {}

  // One round of waiting and answering; false when told to end.
  bool turn(int stop) {
    pollfd waiting[] = {{stop, POLLIN, 0},
                        {service_.listener.number(), POLLIN, 0},
                        {client_ ? client_->socket.number() : -1, POLLIN, 0}};
    const bool silent = client_ && !client_->desk.greeted();
    if (::poll(waiting, 3, silent ? 100 : -1) < 0) return true;
    if (waiting[0].revents != 0) return false;
    // In this order: a node that starts again comes while its last connection ends.
    if (waiting[2].revents != 0 && !converse(*client_)) part("the node has gone");
    if (client_ && !client_->desk.greeted() && Clock::now() > client_->hello_by) part("a connection said nothing");
    if (waiting[1].revents != 0) take(accept_from(service_.listener));
    return true;
  }

 private:
  void part(const char* why) {
    client_.reset();
    service_.log(why);
  }

  void take(Socket socket) {
    const auto who = socket.open() ? socket.peer() : std::nullopt;
    if (!who) return;
    if (std::ranges::find(service_.users, *who) == service_.users.end())
      return service_.log("user " + std::to_string(*who) +
                          " was turned away: name it with --client if it is the node's");
    socket.set_patience(kWritePatience);
    if (client_) return static_cast<void>(socket.send(refusal(Reason::kInUse)));
    client_.emplace(std::move(socket), service_.signing);
    service_.log("a node has connected");
  }

  const Service& service_;
  std::optional<Client> client_;
};

}  // namespace

void serve(const Service& service, int stop) {
  Server server(service);
  while (server.turn(stop)) {
  }
}

}  // namespace quipu::signer
