// SPDX-License-Identifier: Apache-2.0
// What waits to be sent to one member: a queue per class, votes first, sync last, all together bounded by
// limits::kOutboundQueueBytes. Pure; one thread at a time.
#pragma once

#include <array>
#include <deque>
#include <memory>

#include "consensus/message.h"
#include "crypto/bytes.h"
#include "node/net/frame.h"

namespace quipu::net {

using SharedFrame = std::shared_ptr<const Bytes>;

// What one turn of the writer sends: `joined`, whole frames one after the other (small votes share a TLS record), then
// `tail`, the payload of a long frame whose header ends `joined`.
struct Batch {
  Bytes joined;
  SharedFrame tail;
  bool empty() const { return joined.empty(); }
};

class Outbox {
 public:
  // Returns how many frames had to go for it, oldest of the last class first; the new frame may be among them.
  std::size_t push(SharedFrame frame, consensus::Class queue);
  // The mesh's own frames: small, few, ahead of everything.
  void push_control(FrameKind kind, BytesView payload);

  // In order of class, and of arrival within one. Ends after about kBatchBytes or with the first long frame.
  Batch take();

  bool empty() const { return bytes_ == 0 && control_.empty(); }
  std::size_t bytes() const { return bytes_; }

  static constexpr std::size_t kBatchBytes = 16 << 10;  // one TLS record

 private:
  std::size_t drop_last();

  Bytes control_;
  std::array<std::deque<SharedFrame>, 4> queues_;
  std::size_t bytes_ = 0;  // queues_ with headers
};

}  // namespace quipu::net
