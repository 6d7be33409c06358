// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/hostile/attacks.h"

#include <algorithm>

#include "tests/testnet/hostile/flood.h"

namespace quipu::hostile {

namespace {

constexpr std::size_t kKept = 32;
constexpr std::size_t kRecordedBytes = 64 << 20;

template <class Value>
void keep(std::vector<Value>& list, const Value& value) {
  if (list.size() < kKept) return list.push_back(value);
  std::ranges::rotate(list, list.begin() + 1);
  list.back() = value;
}

// What it has received it sends again, to all, in any order and for ever.
class Replay final : public Attack {
 public:
  explicit Replay(std::uint64_t seed) : random_(seed) {}

  Bytes next() override {
    if (frames_.empty()) return {};
    const auto& frame = frames_[random_() % frames_.size()];
    return net::frame_header(frame.kind, frame.payload.size()) + frame.payload;
  }
  void heard(const net::Frame& frame) override {
    if (frame.kind >= net::FrameKind::kHello || bytes_ + frame.payload.size() > kRecordedBytes) return;
    bytes_ += frame.payload.size();
    frames_.push_back(frame);
  }

 private:
  std::mt19937_64 random_;
  std::vector<net::Frame> frames_;
  std::size_t bytes_ = 0;
};

// Asks for as much as there is, and reads nothing of it, or a byte at a time; pings, so as to stay.
class Deaf final : public Attack {
 public:
  Deaf(const Identity& identity, std::size_t reads_bytes) : identity_(identity), reads_bytes_(reads_bytes) {}

  void connected() override { asked_ = 0; }
  Bytes next() override {
    if (asked_++ < 64) return framed(consensus::BlockRequest{{}, {1}, {64}}, identity_);
    return asked_ % 100 == 0 ? net::frame_header(net::FrameKind::kPing, 0) : Bytes();
  }
  std::size_t reads_bytes() const override { return reads_bytes_; }

 private:
  const Identity& identity_;
  std::size_t reads_bytes_;
  std::uint64_t asked_ = 0;
};

// The longest frame that may come unasked, a byte at a time.
class Drip final : public Attack {
 public:
  void connected() override { rest_ = net::frame_header(net::FrameKind::kBlocks, 2 << 20); }
  Bytes next() override {
    if (rest_.empty()) return Bytes(1, 'x');
    const Bytes byte = rest_.substr(0, 1);
    rest_.erase(0, 1);
    return byte;
  }
  bool drips() const override { return true; }

 private:
  Bytes rest_;
};

class Handshakes final : public Attack {
 public:
  Bytes next() override { return {}; }
  bool only_shakes_hands() const override { return true; }
};

}  // namespace

const std::vector<std::string>& attack_names() {
  static const std::vector<std::string> names = {"votes", "proofs",  "submissions", "requests", "flood",
                                                 "bulk",  "garbage", "pings",       "replay",   "stall",
                                                 "sip",   "drip",    "handshakes"};
  return names;
}

std::unique_ptr<Attack> make_attack(const std::string& name, const Identity& identity, std::uint64_t seed) {
  if (name == "replay") return std::make_unique<Replay>(seed);
  if (name == "stall") return std::make_unique<Deaf>(identity, 0);
  if (name == "sip") return std::make_unique<Deaf>(identity, 1);
  if (name == "drip") return std::make_unique<Drip>();
  if (name == "handshakes") return std::make_unique<Handshakes>();
  return make_flood(name, identity, seed);
}

Bytes framed(const consensus::Message& message, const Identity& identity) {
  const Bytes payload = consensus::encode(message, identity.scope, identity.members);
  return net::frame_header(net::kind_of(consensus::class_of(message)), payload.size()) + payload;
}

void Heard::listen(const net::Frame& frame, const Identity& identity) {
  if (frame.kind >= net::FrameKind::kHello) return;
  const auto message = consensus::decode_message(frame.payload, identity.scope, identity.members);
  if (message) note(*message);
}

void Heard::note(const consensus::Message& message) {
  if (const auto* vote = std::get_if<consensus::Vote>(&message)) view = std::max(view, vote->subject.view);
  if (const auto* proposal = std::get_if<consensus::Proposal>(&message)) {
    view = std::max(view, proposal->view);
    if (proposal->parent_proof) keep(blocks, proposal->parent_proof->subject.block);
  }
  if (const auto* quorum = std::get_if<consensus::QuorumProof>(&message)) proof = *quorum;
  if (const auto* status = std::get_if<consensus::Status>(&message)) {
    view = std::max(view, status->current);
    tip = status->finalized;
  }
  if (const auto* submissions = std::get_if<consensus::Submissions>(&message)) {
    for (const auto& leaf : submissions->leaves) keep(leaves, leaf);
  }
}

}  // namespace quipu::hostile
