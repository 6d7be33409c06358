// SPDX-License-Identifier: Apache-2.0
#include "node/signer/remote_signing.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "node/signer/protocol.h"
#include "node/signer/socket.h"

namespace quipu::signer {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kAnswerPatience{30};  // a slow disk, not a dead signer
constexpr std::chrono::milliseconds kPause{50};
constexpr std::chrono::milliseconds kStartPatience{2'000};  // both may be starting

void abort_process(const std::string& why) {
  std::cerr << "quipud: " << why << ": stopping" << std::endl;
  std::abort();
}

std::string text_of(const Refused& refused) {
  return std::string(std::visit([](auto reason) { return to_string(reason); }, refused));
}

// One request and its answer; nothing when the connection is of no use any more.
std::optional<Answer> ask_over(const Socket& socket, const Request& request) {
  socket.send(framed(encode(request)));  // if that fails, why may still be read
  Deframer incoming(kAnswerBytes);
  while (true) {
    const auto bytes = socket.receive();
    if (!bytes) return std::nullopt;
    incoming.add(*bytes);
    const auto message = incoming.next();
    if (!message) return std::nullopt;
    if (*message) return decode_answer(**message);
  }
}

// A signer that was just greeted.
struct Greeted {
  Socket socket;
  Done done;
};

std::unexpected<std::string> no_signer(const std::filesystem::path& socket) {
  return std::unexpected(socket.string() + " did not answer as a quipu-signer of this version does");
}

std::unexpected<std::string> refused_by(const std::filesystem::path& socket, const Refused& refused) {
  return std::unexpected("the signer at " + socket.string() + ": " + text_of(refused));
}

std::expected<Greeted, std::string> greet(const RemotePlace& place) {
  auto socket = connect_to(place.socket);
  if (!socket) return std::unexpected(socket.error());
  socket->set_patience(kAnswerPatience);
  const auto answer = ask_over(*socket, Hello{place.chain});
  if (!answer) return no_signer(place.socket);
  if (!*answer) return refused_by(place.socket, answer->error());
  return Greeted{std::move(*socket), std::move(**answer)};
}

class SigningThere final : public storage::Signing {
 public:
  SigningThere(RemotePlace place, Greeted greeted, crypto::PublicKey vote, crypto::PublicKey cosigner)
      : place_(std::move(place)),
        socket_(std::move(greeted.socket)),
        known_(std::move(greeted.done)),
        keys_(known_.result),
        vote_(vote),
        cosigner_(cosigner) {}

  std::expected<crypto::Signature, consensus::Refusal> sign(const consensus::Slot& slot,
                                                            const consensus::Subject& subject) override {
    const auto answer = ask(SignVote{slot, subject});
    if (answer) return signature_in(*answer);
    if (const auto* refusal = std::get_if<consensus::Refusal>(&answer.error())) return std::unexpected(*refusal);
    fail(text_of(answer.error()));
  }

  void enter_epoch(const consensus::Scope& scope, const consensus::Tip& tip, consensus::View handed_over) override {
    entered_ = EnterEpoch{scope, tip, handed_over};
    must(*entered_);
  }
  void abstain(consensus::View until) override { must(Abstain{until}); }
  void set_tip(const consensus::Tip& tip) override { must(SetTip{tip}); }

  std::optional<crypto::Signature> cosign(std::uint64_t size, const crypto::Digest& root,
                                          std::uint64_t time_s) override {
    const auto answer = ask(CosignTip{size, root, time_s});
    if (answer) return signature_in(*answer);
    if (answer.error() == Refused(Reason::kNotTheTip)) return std::nullopt;
    fail(text_of(answer.error()));
  }

  const consensus::SafetyRecord& record() const override { return known_.record; }
  const crypto::PublicKey& vote_key() const override { return vote_; }
  const crypto::PublicKey& cosigner_key() const override { return cosigner_; }
  std::uint64_t syncs() const override { return known_.syncs; }

 private:
  Answer ask(const Request& request) {
    auto answer = ask_over(socket_, request);
    const auto until = Clock::now() + place_.patience;
    if (!answer && place_.log) place_.log("the signer at " + place_.socket.string() + " has gone: connecting again");
    if (!answer) socket_ = Socket();
    std::string why = "no answer";
    while (!answer && Clock::now() < until) {
      std::this_thread::sleep_for(kPause);
      if (const auto again = reconnect(); again) {
        answer = ask_over(socket_, request);
      } else {
        why = again.error();
      }
    }
    if (!answer) fail("it does not come back (" + why + "); start it and this node");
    if (*answer) known_ = **answer;
    return std::move(*answer);
  }

  // The same signer with what it has signed since, or none: an older safety file has forgotten votes.
  std::expected<void, std::string> reconnect() {
    auto greeted = greet(place_);
    if (!greeted) return std::unexpected(greeted.error());
    if (greeted->done.result != keys_) fail("it came back with other keys: start it with this member's own");
    if (greeted->done.record.generation < known_.record.generation)
      fail("its safety file is older than before: put this member's newest one back, never a copy");
    socket_ = std::move(greeted->socket);
    if (!entered_) return {};
    const auto answer = ask_over(socket_, *entered_);
    if (answer && !*answer) fail(text_of(answer->error()));
    return answer ? std::expected<void, std::string>() : std::unexpected("no answer");
  }

  void must(const Request& request) {
    const auto answer = ask(request);
    if (!answer) fail(text_of(answer.error()));
  }

  crypto::Signature signature_in(const Done& done) const {
    const auto signature = crypto::Signature::from(done.result);
    if (!signature) fail("it answers without a signature");
    return *signature;
  }

  [[noreturn]] void fail(const std::string& why) const {
    const auto text = "the signer at " + place_.socket.string() + ": " + why;
    if (place_.end_process) place_.end_process(text);
    abort_process(text);
    std::abort();
  }

  RemotePlace place_;
  Socket socket_;
  Done known_;
  Bytes keys_;
  crypto::PublicKey vote_;
  crypto::PublicKey cosigner_;
  std::optional<EnterEpoch> entered_;
};

}  // namespace

std::expected<std::unique_ptr<storage::Signing>, std::string> sign_there(RemotePlace place) {
  const auto until = Clock::now() + std::min(place.patience, kStartPatience);
  auto greeted = greet(place);
  while (!greeted && Clock::now() < until) {
    std::this_thread::sleep_for(kPause);
    greeted = greet(place);
  }
  if (!greeted) {
    return std::unexpected(greeted.error() +
                           ": start quipu-signer there, or take [signer] out of the configuration if this node itself "
                           "holds the vote key and the safety file");
  }
  const BytesView keys = greeted->done.result;
  constexpr auto kKey = crypto::PublicKey::kSize;
  if (keys.size() != 2 * kKey) return std::unexpected("the signer at " + place.socket.string() + " names no keys");
  const auto vote = crypto::PublicKey::from(keys.substr(0, kKey)).value();
  const auto cosigner = crypto::PublicKey::from(keys.substr(kKey)).value();
  return std::make_unique<SigningThere>(std::move(place), std::move(*greeted), vote, cosigner);
}

std::expected<Presence, std::string> look_for_signer(const std::filesystem::path& socket,
                                                     const consensus::ChainId& chain,
                                                     std::chrono::milliseconds patience) {
  const auto door = connect_to(socket, patience);
  if (!door) return std::unexpected(door.error());
  const auto answer = ask_over(*door, Hello{chain});
  if (!answer) return no_signer(socket);
  if (*answer) return Presence::kWaits;
  if (answer->error() == Refused(Reason::kInUse)) return Presence::kInUse;
  return refused_by(socket, answer->error());
}

}  // namespace quipu::signer
