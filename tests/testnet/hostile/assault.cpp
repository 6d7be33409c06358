// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/hostile/assault.h"

#include <algorithm>
#include <thread>

namespace quipu::hostile {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMostWaitingBytes = 256 << 10;
constexpr auto kTurn = milliseconds(1);
constexpr auto kBeforeRedial = milliseconds(2);

// What may be sent by now; holds at most a tenth of a second.
class Allowance {
 public:
  explicit Allowance(double per_second) : per_second_(per_second) {}
  bool positive() {
    const auto now = Clock::now();
    tokens_ = std::min(per_second_ / 10, tokens_ + per_second_ * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    return tokens_ > 0;
  }
  void spend(double cost) { tokens_ -= cost; }

 private:
  double per_second_;
  double tokens_ = 0;
  Clock::time_point last_ = Clock::now();
};

// One session from its beginning to its end.
class Onslaught {
 public:
  Onslaught(Session& session, Attack& attack, const Rate& rate)
      : session_(session),
        attack_(attack),
        frames_(attack.drips() ? 1 : rate.frames_per_second),
        bytes_(attack.drips() ? 1 : rate.bytes_per_second) {}

  std::uint64_t turn() {
    std::uint64_t sent = 0;
    while (session_.waiting_bytes() < kMostWaitingBytes && frames_.positive() && bytes_.positive()) {
      const Bytes more = attack_.next();
      frames_.spend(1);
      bytes_.spend(static_cast<double>(more.size()));
      if (more.empty()) continue;
      session_.offer(more);
      ++sent;
    }
    session_.turn(kTurn, attack_.reads_bytes() == 1 ? sip() : attack_.reads_bytes());
    for (const auto& frame : session_.take_received()) attack_.heard(frame);
    return sent;
  }

 private:
  // One byte a second.
  std::size_t sip() {
    if (Clock::now() - last_sip_ < std::chrono::seconds(1)) return 0;
    last_sip_ = Clock::now();
    return 1;
  }

  Session& session_;
  Attack& attack_;
  Allowance frames_;
  Allowance bytes_;
  Clock::time_point last_sip_ = Clock::now();
};

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  sessions += other.sessions;
  refused += other.refused;
  frames += other.frames;
  bytes += other.bytes;
  return *this;
}

Tally assault(const Identity& identity, const Victim& victim, Attack& attack, const Rate& rate,
              const std::atomic<bool>& stop) {
  Tally tally;
  for (; !stop; std::this_thread::sleep_for(kBeforeRedial)) {
    const bool silent = attack.only_shakes_hands();
    const auto session = silent ? Session::open_silent(identity, victim) : Session::open(identity, victim);
    ++(session ? tally.sessions : tally.refused);
    if (!session || silent) continue;
    attack.connected();
    Onslaught onslaught(*session, attack, rate);
    while (!stop && session->alive()) tally.frames += onslaught.turn();
    tally.bytes += session->sent_bytes();
  }
  return tally;
}

}  // namespace quipu::hostile
