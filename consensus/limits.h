// SPDX-License-Identifier: Apache-2.0
// Every bound of the product, in one table, with the relations between them proved below. Shells and pure code use
// these names; nobody writes the number a second time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace quipu::limits {

// Log
inline constexpr std::size_t kLeafBytes = 61'440;
inline constexpr std::size_t kSubmissionEvents = 256;
inline constexpr std::size_t kBlockSubmissions = 512;
inline constexpr std::size_t kBlockLeafBytes = 1 << 20;
inline constexpr std::size_t kFirstBlockBytes = 256 << 10;   // what a member proposes before it has seen any carried
inline constexpr std::size_t kLeastBlockBytes = 16 << 10;    // though one submission, however long, always fits
inline constexpr std::size_t kInlineMembers = 16;            // beyond, proposals name their leaves instead of
inline constexpr std::size_t kInlineBlockBytes = 256 << 10;  // carrying them; and when there are more bytes of them
inline constexpr std::size_t kSealBytes = 1'024;             // no seal comes near; room kept for it in a block

// Members and peers
inline constexpr std::size_t kMembers = 255;
inline constexpr std::size_t kGuests = 32;                   // nodes that follow one member without a vote
inline constexpr std::size_t kFrameBytes = 2 << 20;          // consensus
inline constexpr std::size_t kSyncFrameBytes = 4 << 20;      // answers to our own requests
inline constexpr std::size_t kUnaskedFrameBytes = 64 << 10;  // anything but a proposal or an answer asked for
inline constexpr std::size_t kLeafBytesPerFrame = kUnaskedFrameBytes - 2'048;  // submissions that share a frame
// A view takes four frames of a peer (its two votes, two proofs relayed), and a quick disk allows hundreds of views a
// second.
inline constexpr std::size_t kInboundVotesPerSecond = 2'000;
inline constexpr std::size_t kInboundProofsPerSecond = 10;
inline constexpr std::size_t kInboundVoteBytesPerSecond = 4 << 20;
inline constexpr std::size_t kInboundBlockBytesPerSecond = 16 << 20;
inline constexpr std::size_t kInboundSubmissionBytesPerSecond = 4 << 20;
inline constexpr std::size_t kInboundSyncBytesPerSecond = 16 << 20;
inline constexpr std::size_t kInboundPaceBytesPerSecond = 32 << 20;  // no faster is a peer read, whatever it sends
inline constexpr std::size_t kServedBytesPerSecond = 8 << 20;        // answers to one peer's requests
inline constexpr std::size_t kLeastServedBytes = 16 << 10;  // what a request counts for, however short the answer
inline constexpr std::size_t kServingMicrosecondsPerSecond = 100'000;  // of our time, for reading those from the disk
// What peers send in vain; honest ones hardly do, or not at all.
inline constexpr std::size_t kVainChecksPerSecond = 64;  // signature checks; beyond, the peer is kept out for a while
inline constexpr std::size_t kUselessLeavesPerSecond = 1'000;
inline constexpr std::size_t kOffersPerSecond = 20;
inline constexpr std::size_t kCosignaturesPerSecond = 64;
inline constexpr std::size_t kOutboundQueueBytes = 8 << 20;
inline constexpr std::size_t kPendingHandshakes = 64;
inline constexpr std::size_t kPendingHandshakesPerAddress = 4;
inline constexpr std::size_t kHandshakesPerSecond = 100;
inline constexpr std::size_t kHandshakesPerSecondPerAddress = 20;
inline constexpr std::int64_t kHandshakeTimeout_ms = 5'000;
inline constexpr std::int64_t kPingInterval_ms = 5'000;
inline constexpr std::int64_t kPeerSilent_ms = 15'000;
inline constexpr std::int64_t kPeerDownGrace_ms = 2'000;
inline constexpr std::int64_t kReconnectFirst_ms = 100;
inline constexpr std::int64_t kReconnectCap_ms = 10'000;
// A peer that sends too much that is false, or breaks limits again and again, is not let in: doubling while it goes on.
inline constexpr std::int64_t kKeepOutFirst_ms = 10'000;
inline constexpr std::int64_t kKeepOutCap_ms = 300'000;
inline constexpr std::size_t kBrokenLimitsPerMinute = 5;

// Consensus
inline constexpr std::size_t kSkipProofs = 64;
inline constexpr std::size_t kSkipProofBytes = 64 << 10;
inline constexpr std::size_t kProofRequestViews = 64;
inline constexpr std::size_t kViewWindow = 4'096;
inline constexpr std::uint64_t kFutureViews = 2;
inline constexpr std::size_t kUnfinalizedBlocks = 8;
inline constexpr std::size_t kOpenViews = 64;
inline constexpr std::size_t kSettleRounds = 64;
inline constexpr std::size_t kFetchesPerPeer = 2;
inline constexpr std::size_t kBlocksPerAnswer = 64;
inline constexpr std::uint64_t kHeightsAhead = 4 * kBlocksPerAnswer;  // of the tip: how far catching up fetches
inline constexpr std::size_t kHeldBlockBytes =
    16 << 20;  // once it holds that much, it fetches the lowest missing run alone
inline constexpr std::uint64_t kHeightsVerified = kBlocksPerAnswer + kUnfinalizedBlocks;  // above the tip at a time
inline constexpr std::size_t kEvidenceKept = 1'024;

// Submissions
inline constexpr std::size_t kPoolSubmissions = 65'536;
inline constexpr std::size_t kPoolBytes = 256 << 20;
inline constexpr std::size_t kPoolSubmissionsPerMember = 16'384;
inline constexpr std::size_t kPoolGapsPerKey = 4'096;
inline constexpr std::size_t kRecentFinals = 16'384;
inline constexpr std::size_t kTerminalAnswers = 100'000;
inline constexpr std::int64_t kTerminalAnswer_ms = 24LL * 3'600'000;
inline constexpr std::int64_t kGapPatience_ms = 10LL * 60'000;
inline constexpr std::int64_t kIssuedBefore_ms = 24LL * 3'600'000;  // block time - 24 h <= issued-at
inline constexpr std::int64_t kIssuedAfter_ms = 60'000;             // issued-at <= block time + 60 s

// Block time that a voter accepts beside its own clock
inline constexpr std::int64_t kBlockTimeBehind_ms = 60'000;
inline constexpr std::int64_t kBlockTimeAhead_ms = 10'000;

// HTTP
inline constexpr std::size_t kHttpHeaderBytes = 8 << 10;
inline constexpr std::size_t kHttpBodyBytes = 256 << 10;
inline constexpr std::size_t kHttpBatchBytes = 1 << 20;
inline constexpr std::size_t kHttpConnections = 256;
inline constexpr std::int64_t kHttpRequestTimeout_ms = 10'000;
inline constexpr std::size_t kBatchQuestions = 3'000;
inline constexpr std::size_t kJsonDepth = 16;

// Reads
inline constexpr std::int64_t kStale_ms = 180'000;

// Side records
inline constexpr std::size_t kRecordBytes = kLeafBytes;
inline constexpr std::size_t kRecordsPerRequest = 64;

// Cosigning
inline constexpr std::uint64_t kCosignEveryHeights = 16;
inline constexpr std::int64_t kCosignQuiet_ms = 100;
inline constexpr std::int64_t kCosignIdle_ms = 60'000;

static_assert(kLeafBytes <= 65'535, "an entry bundle frames a leaf with a u16");
static_assert(kLeafBytes <= kLeafBytesPerFrame, "one submission always fits a frame");
static_assert(kRecordBytes <= kLeafBytesPerFrame, "one side record always fits a frame");
static_assert(kLeastBlockBytes <= kFirstBlockBytes && kFirstBlockBytes <= kBlockLeafBytes);
static_assert(kLeafBytes <= kBlockLeafBytes, "one submission always fits a block");
static_assert(kBlockLeafBytes + kSkipProofBytes + kUnaskedFrameBytes <= kFrameBytes, "a full proposal fits a frame");
static_assert(kFrameBytes <= kSyncFrameBytes);
static_assert(kFrameBytes <= kInboundBlockBytesPerSecond, "every proposal can be admitted");
static_assert(kSyncFrameBytes <= kInboundSyncBytesPerSecond && kSyncFrameBytes <= kInboundBlockBytesPerSecond);
static_assert(kPoolSubmissionsPerMember <= kPoolSubmissions);

}  // namespace quipu::limits
