// SPDX-License-Identifier: Apache-2.0
#include "node/signer/protocol.h"

#include "storage/record_codec.h"
#include "storage/safety_file.h"

namespace quipu::signer {

using consensus::Refusal;
using consensus::VoteKind;
using crypto::ByteReader;
using crypto::ByteWriter;
using crypto::Digest;

namespace {

constexpr BytesView kMagic = "quipusp1";
enum class Op : std::uint8_t { kHello = 1, kSign = 2, kEnter = 3, kSetTip = 4, kCosign = 5, kAbstain = 6 };
constexpr std::uint8_t kDone = 0;
constexpr std::uint8_t kGuard = 1;

ByteWriter begin(Op op) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(op));
  return out;
}

Bytes write(const Hello& hello) { return begin(Op::kHello).raw(kMagic).raw(hello.chain.view()).take(); }

Bytes write(const SignVote& vote) {
  auto out = begin(Op::kSign);
  out.u8(static_cast<std::uint8_t>(vote.slot.kind)).u64(vote.slot.epoch.value);
  storage::write(out, vote.subject);
  return out.take();
}

Bytes write(const EnterEpoch& enter) {
  auto out = begin(Op::kEnter);
  out.raw(enter.scope.chain.view()).u64(enter.scope.epoch.value).raw(enter.scope.anchor.view());
  storage::write(out, enter.tip);
  return out.u64(enter.handed_over.value).take();
}

Bytes write(const SetTip& set) {
  auto out = begin(Op::kSetTip);
  storage::write(out, set.tip);
  return out.take();
}

Bytes write(const CosignTip& cosign) {
  return begin(Op::kCosign).u64(cosign.size).raw(cosign.root.view()).u64(cosign.time_s).take();
}

Bytes write(const Abstain& abstain) { return begin(Op::kAbstain).u64(abstain.until.value).take(); }

std::optional<Request> read_hello(ByteReader& in) {
  if (in.raw(kMagic.size()) != kMagic) return std::nullopt;
  return Hello{in.fixed<Digest>()};
}

std::optional<Request> read_vote(ByteReader& in) {
  const auto kind = in.u8();
  const consensus::Epoch epoch{in.u64()};
  const auto subject = storage::read_subject(in);
  if (kind < 1 || kind > 3) return std::nullopt;
  const consensus::Slot slot{epoch, subject.view, static_cast<VoteKind>(kind)};
  if (slot.kind == VoteKind::kNullify && subject != consensus::Subject{.view = subject.view}) return std::nullopt;
  return SignVote{slot, subject};
}

std::optional<Request> read_enter(ByteReader& in) {
  EnterEpoch enter;
  enter.scope.chain = in.fixed<Digest>();
  enter.scope.epoch.value = in.u64();
  enter.scope.anchor = in.fixed<Digest>();
  enter.tip = storage::read_tip(in);
  enter.handed_over.value = in.u64();
  return enter;
}

std::optional<Request> read_cosign(ByteReader& in) {
  CosignTip cosign;
  cosign.size = in.u64();
  cosign.root = in.fixed<Digest>();
  cosign.time_s = in.u64();
  return cosign;
}

std::optional<Request> read_body(Op op, ByteReader& in) {
  switch (op) {
    case Op::kHello:
      return read_hello(in);
    case Op::kSign:
      return read_vote(in);
    case Op::kEnter:
      return read_enter(in);
    case Op::kSetTip:
      return SetTip{storage::read_tip(in)};
    case Op::kCosign:
      return read_cosign(in);
    case Op::kAbstain:
      return Abstain{{in.u64()}};
  }
  return std::nullopt;
}

std::uint8_t number_of(const Refused& refused) {
  if (const auto* reason = std::get_if<Reason>(&refused)) return static_cast<std::uint8_t>(*reason);
  return static_cast<std::uint8_t>(kGuard + static_cast<std::uint8_t>(std::get<Refusal>(refused)));
}

std::optional<Refused> refused_by(std::uint8_t number) {
  if (number >= kGuard && number <= kGuard + static_cast<std::uint8_t>(Refusal::kOtherSubject))
    return Refusal{static_cast<std::uint8_t>(number - kGuard)};
  if (number >= static_cast<std::uint8_t>(Reason::kMalformed) &&
      number <= static_cast<std::uint8_t>(Reason::kNotTheTip))
    return Reason{number};
  return std::nullopt;
}

}  // namespace

Bytes encode(const Request& request) {
  return std::visit([](const auto& concrete) { return write(concrete); }, request);
}

std::optional<Request> decode_request(BytesView bytes) {
  ByteReader in(bytes);
  auto request = read_body(Op{in.u8()}, in);
  return in.done() ? request : std::nullopt;
}

Bytes encode(const Answer& answer) {
  ByteWriter out;
  if (!answer) return out.u8(number_of(answer.error())).take();
  out.u8(kDone).u64(answer->syncs).raw(storage::encode_safety_record(answer->record)).raw(answer->result);
  return out.take();
}

std::optional<Answer> decode_answer(BytesView bytes) {
  ByteReader in(bytes);
  const auto status = in.u8();
  if (status != kDone) {
    const auto refused = refused_by(status);
    return in.done() && refused ? std::optional<Answer>(std::unexpected(*refused)) : std::nullopt;
  }
  Done done;
  done.syncs = in.u64();
  auto record = storage::decode_safety_record(in.raw(storage::kSafetySlotBytes));
  if (!in.ok() || !record || in.rest().size() > crypto::Signature::kSize) return std::nullopt;
  done.record = std::move(*record);
  done.result = Bytes(in.rest());
  return done;
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::kMalformed:
      return "not a request of this protocol";
    case Reason::kTooLong:
      return "a request longer than any of this protocol";
    case Reason::kInUse:
      return "in use by another node";
    case Reason::kHelloFirst:
      return "a connection begins with one hello";
    case Reason::kOtherChain:
      return "the safety file belongs to another chain";
    case Reason::kNoEpoch:
      return "no epoch was entered on this connection";
    case Reason::kEarlierEpoch:
      return "an epoch earlier than the safety file's";
    case Reason::kOtherTip:
      return "a tip that contradicts the safety file's";
    case Reason::kNotTheTip:
      return "not the safety file's tip";
  }
  return "unknown";
}

Bytes framed(BytesView message) {
  ByteWriter out;
  return out.u32(static_cast<std::uint32_t>(message.size())).raw(message).take();
}

std::expected<std::optional<Bytes>, Reason> Deframer::next() {
  ByteReader in(waiting_);
  const std::size_t length = in.u32();
  if (!in.ok()) return std::nullopt;
  if (length > longest_) return std::unexpected(Reason::kTooLong);
  if (in.rest().size() < length) return std::nullopt;
  Bytes message(in.raw(length));
  waiting_.erase(0, sizeof(std::uint32_t) + length);
  return message;
}

}  // namespace quipu::signer
