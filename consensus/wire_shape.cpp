// SPDX-License-Identifier: Apache-2.0
#include "consensus/wire_shape.h"

#include <cstdint>
#include <span>

namespace quipu::consensus {

namespace {

// Which fields of a message are messages themselves (wire.proto); all others are leaves of the walk.
struct Shape;
struct Nested {
  std::uint64_t field;
  const Shape* shape;
};
struct Shape {
  std::span<const Nested> nested;
};

constexpr Shape kFlat{};
constexpr Nested kInBlock[] = {{1, &kFlat}};
constexpr Shape kBlock{kInBlock};
constexpr Nested kInProposal[] = {{4, &kBlock}};
constexpr Shape kProposal{kInProposal};
constexpr Nested kInFinalized[] = {{1, &kBlock}};
constexpr Shape kFinalized{kInFinalized};
constexpr Nested kInBlockResponse[] = {{1, &kBlock}, {2, &kFinalized}};
constexpr Shape kBlockResponse{kInBlockResponse};
constexpr Nested kInStatus[] = {{9, &kFlat}};
constexpr Shape kStatus{kInStatus};
constexpr Nested kInEvidence[] = {{1, &kFlat}, {2, &kFlat}};
constexpr Shape kEvidence{kInEvidence};
constexpr Nested kInEnvelope[] = {{3, &kProposal}, {4, &kFlat},          {6, &kFlat},    {7, &kFlat},
                                  {8, &kFlat},     {9, &kBlockResponse}, {10, &kStatus}, {11, &kEvidence},
                                  {12, &kFlat},    {13, &kFlat},         {14, &kFlat},   {15, &kFlat}};
constexpr Shape kEnvelope{kInEnvelope};

const Shape* nested_shape(const Shape& shape, std::uint64_t field) {
  for (const auto& nested : shape.nested)
    if (nested.field == field) return nested.shape;
  return nullptr;
}

// Moves over one value that is not length-delimited. Groups are refused.
bool skip_scalar(crypto::ByteReader& in, std::uint64_t wire_type) {
  switch (wire_type) {
    case 0:
      in.varint();
      return in.ok();
    case 1:
      in.raw(8);
      return in.ok();
    case 5:
      in.raw(4);
      return in.ok();
    default:
      return false;
  }
}

bool count(BytesView message, const Shape& shape, std::size_t& budget) {
  crypto::ByteReader in(message);
  while (in.ok() && !in.rest().empty()) {
    if (budget-- == 0) return false;
    const std::uint64_t key = in.varint();
    if ((key & 7) != 2) {
      if (!skip_scalar(in, key & 7)) return false;
      continue;
    }
    const std::uint64_t size = in.varint();
    if (!in.ok() || size > in.rest().size()) return false;
    const BytesView value = in.raw(static_cast<std::size_t>(size));
    const Shape* inner = nested_shape(shape, key >> 3);
    if (inner != nullptr && !count(value, *inner, budget)) return false;
  }
  return in.ok();
}

}  // namespace

bool within_field_bound(BytesView envelope) {
  std::size_t budget = kFrameFields;
  return count(envelope, kEnvelope, budget);
}

}  // namespace quipu::consensus
