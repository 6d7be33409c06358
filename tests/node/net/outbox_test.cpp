// SPDX-License-Identifier: Apache-2.0
#include "node/net/outbox.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "consensus/limits.h"

namespace quipu::net::test::outboxes {

using consensus::Class;

SharedFrame shared(Bytes content) { return std::make_shared<const Bytes>(std::move(content)); }

struct AdmitAll : FrameRules {
  bool admits(FrameKind, std::size_t) override { return true; }
};

std::vector<Frame> sent_by(const Batch& batch) {
  const Bytes stream = batch.joined + (batch.tail ? *batch.tail : Bytes());
  BytesView rest = stream;
  FrameReader reader;
  AdmitAll rules;
  std::vector<Frame> frames;
  while (!rest.empty()) {
    REQUIRE(reader.take(rest, rules) == FrameReader::Progress::kFrame);
    frames.push_back(reader.frame());
  }
  return frames;
}

std::vector<Frame> drain(Outbox& outbox) {
  std::vector<Frame> all;
  while (!outbox.empty())
    for (Frame& frame : sent_by(outbox.take())) all.push_back(std::move(frame));
  return all;
}

TEST_CASE("classes leave in their order and frames of a class in theirs") {
  Outbox outbox;
  outbox.push(shared("sync"), Class::kSync);
  outbox.push(shared("submission"), Class::kSubmissions);
  outbox.push(shared("block"), Class::kBlocks);
  outbox.push(shared("vote 1"), Class::kVotes);
  outbox.push(shared("vote 2"), Class::kVotes);
  outbox.push_control(FrameKind::kPing, {});
  std::vector<Bytes> order;
  for (const Frame& frame : drain(outbox)) order.push_back(frame.payload);
  CHECK(order == std::vector<Bytes>{"", "vote 1", "vote 2", "block", "submission", "sync"});
}

TEST_CASE("waiting votes overtake waiting blocks") {
  Outbox outbox;
  outbox.push(shared(Bytes(1'100'000, 'a')), Class::kBlocks);
  outbox.push(shared(Bytes(1'100'000, 'b')), Class::kBlocks);
  CHECK(sent_by(outbox.take())[0].payload[0] == 'a');
  outbox.push(shared("vote"), Class::kVotes);
  const std::vector<Frame> next = sent_by(outbox.take());
  REQUIRE(next.size() == 2);
  CHECK(next[0].payload == "vote");
  CHECK(next[1].payload[0] == 'b');
}

TEST_CASE("small votes share one batch and a long payload is not copied") {
  Outbox outbox;
  for (int i = 0; i < 20; ++i) outbox.push(shared(Bytes(200, 'v')), Class::kVotes);
  const SharedFrame block = shared(Bytes(1'100'000, 'b'));
  outbox.push(block, Class::kBlocks);
  outbox.push(shared("later"), Class::kSync);
  const Batch batch = outbox.take();
  CHECK(batch.joined.size() == 20 * (200 + kFrameHeaderBytes) + kFrameHeaderBytes);
  CHECK(batch.tail == block);
  CHECK(sent_by(outbox.take())[0].payload == "later");
  CHECK(outbox.take().empty());
}

TEST_CASE("a batch is about one record") {
  Outbox outbox;
  for (int i = 0; i < 1'000; ++i) outbox.push(shared(Bytes(1'000, 'v')), Class::kVotes);
  while (!outbox.empty()) CHECK(outbox.take().joined.size() < Outbox::kBatchBytes + 1'000 + kFrameHeaderBytes);
}

TEST_CASE("a full queue drops the oldest of the last class") {
  Outbox outbox;
  const std::size_t mebibyte = 1 << 20;
  std::size_t dropped = 0;
  for (const char name : {'1', '2', '3'}) dropped += outbox.push(shared(Bytes(mebibyte, name)), Class::kSync);
  for (int i = 0; i < 4; ++i) dropped += outbox.push(shared(Bytes(mebibyte, 'b')), Class::kBlocks);
  CHECK(dropped == 0);
  CHECK(outbox.push(shared(Bytes(mebibyte, 'v')), Class::kVotes) == 1);
  const std::vector<Frame> left = drain(outbox);
  REQUIRE(left.size() == 7);
  CHECK(left[0].payload[0] == 'v');
  CHECK(left[5].payload[0] == '2');
  CHECK(left[6].payload[0] == '3');
}

TEST_CASE("a queue full of votes does not take a sync frame") {
  Outbox outbox;
  const SharedFrame vote = shared(Bytes(limits::kUnaskedFrameBytes - kFrameHeaderBytes, 'v'));
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < limits::kOutboundQueueBytes / limits::kUnaskedFrameBytes; ++i)
    dropped += outbox.push(vote, Class::kVotes);
  CHECK(dropped == 0);
  CHECK(outbox.bytes() == limits::kOutboundQueueBytes);
  CHECK(outbox.push(shared("s"), Class::kSync) == 1);
  CHECK(outbox.push(vote, Class::kVotes) == 1);  // among themselves the oldest goes
  CHECK(outbox.bytes() == limits::kOutboundQueueBytes);
}

// The twin keeps everything in one list and looks for the place each time.
struct Twin {
  struct Entry {
    Class queue;
    Bytes content;
  };
  std::vector<Entry> entries;

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Entry& entry : entries) sum += entry.content.size() + kFrameHeaderBytes;
    return sum;
  }
  void push(Bytes content, Class queue) {
    entries.push_back({queue, std::move(content)});
    while (bytes() > limits::kOutboundQueueBytes) {
      const auto last = std::max_element(entries.begin(), entries.end(),
                                         [](const Entry& a, const Entry& b) { return a.queue < b.queue; });
      entries.erase(last);
    }
  }
  Entry pop() {
    const auto first = std::min_element(entries.begin(), entries.end(),
                                        [](const Entry& a, const Entry& b) { return a.queue < b.queue; });
    Entry entry = std::move(*first);
    entries.erase(first);
    return entry;
  }
};

TEST_CASE("the outbox does what one sorted list would") {
  std::mt19937 random(3);
  const auto number = [&](std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random);
  };
  Outbox outbox;
  Twin twin;
  for (int step = 0; step < 2'000; ++step) {
    if (number(0, 9) < 7) {
      const Bytes content = std::to_string(step) + Bytes(number(0, 1) == 0 ? number(0, 100) : number(0, 600'000), '.');
      const auto queue = static_cast<Class>(number(0, 3));
      outbox.push(shared(content), queue);
      twin.push(content, queue);
    } else {
      for (const Frame& frame : sent_by(outbox.take())) {
        const Twin::Entry expected = twin.pop();
        REQUIRE(frame.kind == kind_of(expected.queue));
        REQUIRE(frame.payload == expected.content);
      }
    }
    REQUIRE(outbox.bytes() == twin.bytes());
  }
}

}  // namespace quipu::net::test::outboxes
