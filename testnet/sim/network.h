// SPDX-License-Identifier: Apache-2.0
// The simulated mesh: frames that are late, lost, repeated and out of order; links that are cut one way or both; peers
// told up and down as a transport would. Knows endpoints, not members. One thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "crypto/bytes.h"
#include "testnet/sim/event_queue.h"
#include "testnet/sim/options.h"
#include "testnet/sim/random.h"

namespace quipu::testnet {

// Index of a process on the network.
using Endpoint = std::size_t;

class Network {
 public:
  struct Receiver {
    std::function<void(Endpoint to, Endpoint from, const Bytes& frame)> frame;
    std::function<void(Endpoint to, Endpoint peer)> peer_up;
    std::function<void(Endpoint to, Endpoint peer)> peer_down;
  };

  Network(const Options& options, EventQueue& queue, std::size_t endpoints, Receiver receiver);

  void send(Endpoint from, Endpoint to, std::shared_ptr<const Bytes> frame);

  void process_started(Endpoint endpoint);
  void process_died(Endpoint endpoint);

  // One direction. Healing takes the transport a moment to notice.
  void cut(Endpoint from, Endpoint to);
  void join(Endpoint from, Endpoint to);
  // Frames of one direction wait until then.
  void clog(Endpoint from, Endpoint to, Micros until);
  // No more loss, lateness, cuts or clogs, for good.
  void heal();
  std::uint64_t frames_sent() const { return sent_; }

  // ---- by hand
  // One direction: so much on top of the usual.
  void delay(Endpoint from, Endpoint to, Micros more) { link(from, to).more = more; }
  void lose(std::uint64_t per_mille) { options_.lost_per_mille = per_mille; }
  // Both directions: so many frames in a thousand arrive damaged, which ends the session.
  void corrupt(Endpoint one, Endpoint other, std::uint64_t per_mille);
  // The session ends: what is under way is lost, both ends are told, and connect again.
  void reset(Endpoint one, Endpoint other);
  std::uint64_t bytes_sent() const { return bytes_; }

 private:
  struct Link {  // one direction
    bool cut = false;
    Micros clogged_until = 0;
    Micros more = 0;
    std::uint64_t corrupt_per_mille = 0;
    std::uint64_t sessions = 0;   // that a reset has ended
    std::uint64_t told_boot = 0;  // the boot of the far end that the near end was told is up; 0 = down
  };
  Link& link(Endpoint from, Endpoint to) { return links_[from * boots_.size() + to]; }
  bool alive(Endpoint endpoint) const { return alive_[endpoint]; }
  bool possible(Endpoint a, Endpoint b);
  void refresh(Endpoint a, Endpoint b);
  void refresh_later(Endpoint a, Endpoint b, Micros delay);
  void tell_up(Endpoint to, Endpoint peer);
  void tell_down(Endpoint to, Endpoint peer);
  void carry(Endpoint from, Endpoint to, const std::shared_ptr<const Bytes>& frame);
  Micros delay();

  Options options_;
  EventQueue& queue_;
  Random random_;
  Receiver receiver_;
  std::vector<Link> links_;
  std::vector<std::uint64_t> boots_;
  std::vector<bool> alive_;
  std::uint64_t sent_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace quipu::testnet
