// SPDX-License-Identifier: Apache-2.0
#include "node/net/outbox.h"

#include <cassert>
#include <utility>

#include "consensus/limits.h"

namespace quipu::net {
namespace {

std::size_t cost(const SharedFrame& frame) { return frame->size() + kFrameHeaderBytes; }

}  // namespace

std::size_t Outbox::push(SharedFrame frame, consensus::Class queue) {
  bytes_ += cost(frame);
  queues_.at(static_cast<std::size_t>(queue)).push_back(std::move(frame));
  std::size_t dropped = 0;
  while (bytes_ > limits::kOutboundQueueBytes) dropped += drop_last();
  return dropped;
}

std::size_t Outbox::drop_last() {
  for (std::size_t i = queues_.size(); i-- > 0;) {
    if (queues_[i].empty()) continue;
    bytes_ -= cost(queues_[i].front());
    queues_[i].pop_front();
    return 1;
  }
  assert(false && "bytes without frames");
  return 0;
}

void Outbox::push_control(FrameKind kind, BytesView payload) {
  control_ += frame_header(kind, payload.size());
  control_ += payload;
}

Batch Outbox::take() {
  Batch batch;
  batch.joined = std::exchange(control_, Bytes{});
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    auto& queue = queues_[i];
    while (!queue.empty()) {
      if (batch.joined.size() >= kBatchBytes) return batch;
      SharedFrame frame = std::move(queue.front());
      queue.pop_front();
      bytes_ -= cost(frame);
      batch.joined += frame_header(static_cast<FrameKind>(i), frame->size());
      if (frame->size() > kBatchBytes) {
        batch.tail = std::move(frame);
        return batch;
      }
      batch.joined += *frame;
    }
  }
  return batch;
}

}  // namespace quipu::net
