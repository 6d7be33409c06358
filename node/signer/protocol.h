// SPDX-License-Identifier: Apache-2.0
// What a node and its quipu-signer say to each other: fixed bytes, big-endian, each message behind its u32 length
// (docs/formats.md, "The signer's socket"). Pure functions; decoding is strict.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <variant>

#include "consensus/guard.h"
#include "crypto/bytes.h"

namespace quipu::signer {

inline constexpr std::size_t kRequestBytes = 256;       // the longest that is taken
inline constexpr std::size_t kAnswerBytes = 16 * 1024;  // likewise

// The first of every connection.
struct Hello {
  consensus::ChainId chain{};
  friend bool operator==(const Hello&, const Hello&) = default;
};
struct SignVote {
  consensus::Slot slot{};
  consensus::Subject subject{};
  friend bool operator==(const SignVote&, const SignVote&) = default;
};
struct EnterEpoch {
  consensus::Scope scope{};
  consensus::Tip tip{};
  consensus::View handed_over{};
  friend bool operator==(const EnterEpoch&, const EnterEpoch&) = default;
};
struct Abstain {
  consensus::View until{};
  friend bool operator==(const Abstain&, const Abstain&) = default;
};
struct SetTip {
  consensus::Tip tip{};
  friend bool operator==(const SetTip&, const SetTip&) = default;
};
struct CosignTip {
  std::uint64_t size = 0;
  crypto::Digest root{};
  std::uint64_t time_s = 0;
  friend bool operator==(const CosignTip&, const CosignTip&) = default;
};
using Request = std::variant<Hello, SignVote, EnterEpoch, SetTip, CosignTip, Abstain>;

Bytes encode(const Request& request);
// Nothing for whatever encode() does not make.
std::optional<Request> decode_request(BytesView bytes);

// Why a request is not done. A refusal of the guard has a number of its own (kGuard and its place in the enumeration).
enum class Reason : std::uint8_t {
  kMalformed = 64,
  kTooLong = 65,
  kInUse = 66,         // by another connection
  kHelloFirst = 67,    // or said twice
  kOtherChain = 68,    // than the safety file's
  kNoEpoch = 69,       // entered on this connection
  kEarlierEpoch = 70,  // than the safety file's
  kOtherTip = 71,      // of a size or height that the safety file shows with another root
  kNotTheTip = 72,     // so it is not cosigned
};
std::string_view to_string(Reason reason);

// What is done: the record afterwards, and what was asked for.
struct Done {
  std::uint64_t syncs = 0;
  consensus::SafetyRecord record{};
  Bytes result{};  // a signature; of Hello the vote and the cosigner key, public; else nothing
  friend bool operator==(const Done&, const Done&) = default;
};
using Refused = std::variant<Reason, consensus::Refusal>;
using Answer = std::expected<Done, Refused>;

Bytes encode(const Answer& answer);
std::optional<Answer> decode_answer(BytesView bytes);

// The message behind its length, as it goes through the socket.
Bytes framed(BytesView message);

// Cuts a stream into messages. After kTooLong it gives nothing more.
class Deframer {
 public:
  explicit Deframer(std::size_t longest) : longest_(longest) {}
  void add(BytesView bytes) { waiting_ += bytes; }
  // Nothing: more must come first. The error: the length is beyond `longest`.
  std::expected<std::optional<Bytes>, Reason> next();

 private:
  std::size_t longest_;
  Bytes waiting_;
};

}  // namespace quipu::signer
