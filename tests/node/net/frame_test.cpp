// SPDX-License-Identifier: Apache-2.0
#include "node/net/frame.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "consensus/limits.h"
#include "node/net/hello.h"

namespace quipu::net::test::frames {

struct AdmitAll : FrameRules {
  bool admits(FrameKind, std::size_t payload_bytes) override {
    asked.push_back(payload_bytes);
    return payload_bytes <= limits::kSyncFrameBytes;
  }
  std::vector<std::size_t> asked;
};

Bytes wire_of(FrameKind kind, BytesView payload) { return frame_header(kind, payload.size()) + Bytes(payload); }

TEST_CASE("a frame is its length in four bytes and its kind in one and the payload") {
  CHECK(crypto::to_hex(wire_of(FrameKind::kSync, "abc")) == "0000000303616263");
  CHECK(crypto::to_hex(wire_of(FrameKind::kPing, "")) == "0000000012");
}

TEST_CASE("frames come out the same however the stream is cut") {
  const std::vector<Frame> frames = {{FrameKind::kVotes, "one"},
                                     {FrameKind::kPing, ""},
                                     {FrameKind::kBlocks, Bytes(70'000, 'b')},
                                     {FrameKind::kSync, "last"}};
  Bytes stream;
  for (const Frame& frame : frames) stream += wire_of(frame.kind, frame.payload);
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const std::size_t longest_cut = round == 0 ? 1 : std::size_t{1} << (round % 15);
    FrameReader reader;
    AdmitAll rules;
    std::vector<Frame> read;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::uniform_int_distribution<std::size_t>(1, longest_cut)(random);
      BytesView piece = BytesView(stream).substr(at, size);
      at += piece.size();
      while (!piece.empty())
        if (reader.take(piece, rules) == FrameReader::Progress::kFrame) read.push_back(reader.frame());
    }
    REQUIRE(read.size() == frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      CHECK(read[i].kind == frames[i].kind);
      CHECK(read[i].payload == frames[i].payload);
    }
    CHECK(rules.asked == std::vector<std::size_t>{3, 0, 70'000, 4});
  }
}

TEST_CASE("a length that is not admitted is refused at the header") {
  FrameReader reader;
  AdmitAll rules;
  const Bytes header = frame_header(FrameKind::kBlocks, limits::kSyncFrameBytes + 1);
  BytesView input = header;
  CHECK(reader.take(input, rules) == FrameReader::Progress::kRefused);
}

TEST_CASE("an unknown kind is refused without asking") {
  for (const int kind : {4, 15, 19, 255}) {
    FrameReader reader;
    AdmitAll rules;
    const Bytes header = {0, 0, 0, 0, static_cast<char>(kind)};
    BytesView input = header;
    CHECK(reader.take(input, rules) == FrameReader::Progress::kRefused);
    CHECK(rules.asked.empty());
  }
}

TEST_CASE("half a header and half a payload need more") {
  FrameReader reader;
  AdmitAll rules;
  const Bytes stream = wire_of(FrameKind::kVotes, "vote");
  BytesView first = BytesView(stream).substr(0, 3);
  CHECK(reader.take(first, rules) == FrameReader::Progress::kNeedsMore);
  BytesView second = BytesView(stream).substr(3, 4);
  CHECK(reader.take(second, rules) == FrameReader::Progress::kNeedsMore);
  BytesView third = BytesView(stream).substr(7);
  REQUIRE(reader.take(third, rules) == FrameReader::Progress::kFrame);
  CHECK(reader.frame().payload == "vote");
}

TEST_CASE("each kind has its longest payload") {
  CHECK(longest_payload(FrameKind::kVotes, true) == limits::kUnaskedFrameBytes);
  CHECK(longest_payload(FrameKind::kSubmissions, true) == limits::kUnaskedFrameBytes);
  CHECK(longest_payload(FrameKind::kBlocks, false) == limits::kFrameBytes);
  CHECK(longest_payload(FrameKind::kSync, false) == limits::kUnaskedFrameBytes);
  CHECK(longest_payload(FrameKind::kSync, true) == limits::kSyncFrameBytes);
  CHECK(longest_payload(FrameKind::kPing, true) == 0);
  CHECK(longest_payload(FrameKind::kHello, true) == kHelloBytes);
}

}  // namespace quipu::net::test::frames
