// SPDX-License-Identifier: Apache-2.0
#include "node/net/frame.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <utility>

#include "consensus/limits.h"
#include "node/net/hello.h"

namespace quipu::net {
namespace {

std::optional<FrameKind> known_kind(std::uint8_t raw) {
  const auto kind = static_cast<FrameKind>(raw);
  switch (kind) {
    case FrameKind::kVotes:
    case FrameKind::kBlocks:
    case FrameKind::kSubmissions:
    case FrameKind::kSync:
    case FrameKind::kHello:
    case FrameKind::kHelloAck:
    case FrameKind::kPing:
      return kind;
  }
  return std::nullopt;
}

}  // namespace

FrameKind kind_of(consensus::Class queue) { return static_cast<FrameKind>(queue); }

Bytes frame_header(FrameKind kind, std::size_t payload_bytes) {
  assert(payload_bytes <= std::numeric_limits<std::uint32_t>::max());
  crypto::ByteWriter writer;
  writer.u32(static_cast<std::uint32_t>(payload_bytes)).u8(static_cast<std::uint8_t>(kind));
  return writer.take();
}

std::size_t longest_payload(FrameKind kind, bool asked_for) {
  switch (kind) {
    case FrameKind::kHello:
    case FrameKind::kHelloAck:
      return kHelloBytes;
    case FrameKind::kPing:
      return 0;
    case FrameKind::kVotes:
    case FrameKind::kSubmissions:
      return limits::kUnaskedFrameBytes;
    case FrameKind::kBlocks:
      return asked_for ? limits::kSyncFrameBytes : limits::kFrameBytes;
    case FrameKind::kSync:
      return asked_for ? limits::kSyncFrameBytes : limits::kUnaskedFrameBytes;
  }
  return 0;
}

bool FrameReader::read_header(BytesView& input) {
  const std::size_t taken = std::min(input.size(), kFrameHeaderBytes - header_bytes_);
  std::copy_n(input.begin(), taken, header_.begin() + static_cast<std::ptrdiff_t>(header_bytes_));
  header_bytes_ += taken;
  input.remove_prefix(taken);
  return header_bytes_ == kFrameHeaderBytes;
}

bool FrameReader::open_payload(FrameRules& rules) {
  crypto::ByteReader reader(BytesView(header_.data(), header_.size()));
  payload_bytes_ = reader.u32();
  const auto kind = known_kind(reader.u8());
  if (!kind || !rules.admits(*kind, payload_bytes_)) return false;
  current_ = Frame{.kind = *kind, .payload = {}};
  current_.payload.reserve(payload_bytes_);
  return true;
}

FrameReader::Progress FrameReader::take(BytesView& input, FrameRules& rules) {
  if (header_bytes_ < kFrameHeaderBytes) {
    if (!read_header(input)) return Progress::kNeedsMore;
    if (!open_payload(rules)) return Progress::kRefused;
  }
  const std::size_t taken = std::min(input.size(), payload_bytes_ - current_.payload.size());
  current_.payload.append(input.substr(0, taken));
  input.remove_prefix(taken);
  return current_.payload.size() == payload_bytes_ ? Progress::kFrame : Progress::kNeedsMore;
}

Frame FrameReader::frame() {
  assert(header_bytes_ == kFrameHeaderBytes && current_.payload.size() == payload_bytes_);
  header_bytes_ = 0;
  return std::exchange(current_, Frame{});
}

}  // namespace quipu::net
