// SPDX-License-Identifier: Apache-2.0
// Frames between members: u32 payload length, u8 kind, payload; big-endian. The length is judged before a byte of
// payload is kept. Pure values, one thread at a time.
#pragma once

#include <array>
#include <cstdint>

#include "consensus/message.h"
#include "crypto/bytes.h"

namespace quipu::net {

// Below kHello the sending class of a message; above, what the mesh says to itself.
enum class FrameKind : std::uint8_t {
  kVotes = 0,
  kBlocks = 1,
  kSubmissions = 2,
  kSync = 3,
  kHello = 16,
  kHelloAck = 17,
  kPing = 18,
};

FrameKind kind_of(consensus::Class queue);

inline constexpr std::size_t kFrameHeaderBytes = 5;

Bytes frame_header(FrameKind kind, std::size_t payload_bytes);

// The longest payload that the other side takes; a sender keeps to it too. An answer must have been asked for.
std::size_t longest_payload(FrameKind kind, bool asked_for);

struct Frame {
  FrameKind kind = FrameKind::kPing;
  Bytes payload;
};

// What the receiving end of one connection takes at present.
class FrameRules {
 public:
  virtual ~FrameRules() = default;
  // Asked once per frame, when its header is in. False ends the connection. A kind unknown to this version is never
  // asked.
  virtual bool admits(FrameKind kind, std::size_t payload_bytes) = 0;
};

// Cuts a byte stream into frames. After kRefused the stream has no meaning any more.
class FrameReader {
 public:
  enum class Progress { kNeedsMore, kFrame, kRefused };
  // Eats from the front of `input`: all of it, or up to the end of the next frame, which frame() then hands over.
  Progress take(BytesView& input, FrameRules& rules);
  Frame frame();

 private:
  bool read_header(BytesView& input);
  bool open_payload(FrameRules& rules);

  std::array<char, kFrameHeaderBytes> header_{};
  std::size_t header_bytes_ = 0;
  std::size_t payload_bytes_ = 0;
  Frame current_;
};

}  // namespace quipu::net
