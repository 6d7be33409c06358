// SPDX-License-Identifier: Apache-2.0
// How the database's keys and our own records are spelled: big-endian, fixed widths, u32 before anything of variable
// length. Pure functions. Decoders refuse short input and trailing bytes; their input was written by us.
#pragma once

#include <optional>
#include <vector>

#include "consensus/engine.h"
#include "storage/block_store.h"

namespace quipu::storage {

// ---- keys
Bytes number_key(std::uint64_t number);  // kLeaves, kBlocks, kLinks, kNotes
std::optional<std::uint64_t> number_of(BytesView key);
Bytes node_key(unsigned level, std::uint64_t index);             // kNodes
Bytes history_key(BytesView map_key, consensus::Height height);  // kHistory, kCalendar
Bytes pending_block_key(const consensus::BlockId& id);           // kPending: 'B' || id
Bytes pending_proof_key(const consensus::QuorumProof& proof);    // kPending: 'P' || view || kind
Bytes pending_vote_key(const consensus::Vote& vote);             // kPending: 'V' || signer || kind
Bytes evidence_key(const EvidenceRecord& evidence);              // kMeta: once per epoch, signer, view and kinds
inline constexpr BytesView kPendingBlocks = "B";
inline constexpr BytesView kPendingProofs = "P";
inline constexpr BytesView kPendingVotes = "V";
inline constexpr BytesView kEvidencePrefix = "evidence/";
inline constexpr BytesView kTipKey = "tip";
inline constexpr BytesView kFinalizationKey = "finalization";
inline constexpr BytesView kChainKey = "chain";
inline constexpr BytesView kCalendarKey = "calendar";

// ---- records
Bytes encode(const consensus::Tip& tip);
std::optional<consensus::Tip> decode_tip(BytesView bytes);
// header || id || u64 first index || u64 block time || proposer
Bytes encode(const BlockRecord& record);
std::optional<BlockRecord> decode_block_record(BytesView bytes);
// header || u32 count || (u32 length || leaf)*
Bytes encode(const consensus::Block& block);
std::optional<consensus::Block> decode_block(BytesView bytes);
// The height alone, without copying the leaves.
std::optional<consensus::Height> block_height(BytesView bytes);
// u32 version || u64 height
Bytes encode(const CalendarMark& mark);
std::optional<CalendarMark> decode_calendar_mark(BytesView bytes);
Bytes encode(const LeafPlace& place);
std::optional<LeafPlace> decode_leaf_place(BytesView bytes);
Bytes encode(const consensus::Vote& vote);
std::optional<consensus::Vote> decode_vote(BytesView bytes);
Bytes encode(const EvidenceRecord& evidence);
std::optional<EvidenceRecord> decode_evidence(BytesView bytes);
// u32 count || (u32 length || link proof)*
Bytes encode(const std::vector<consensus::LinkProof>& links);
std::optional<std::vector<consensus::LinkProof>> decode_links(BytesView bytes);

// With a bitmap wide enough for any number of members, as that changes from epoch to epoch.
Bytes encode(const consensus::QuorumProof& proof);
std::optional<consensus::QuorumProof> decode_quorum_proof(BytesView bytes);

// ---- parts, shared with the safety record
void write(crypto::ByteWriter& out, const consensus::Subject& subject);
consensus::Subject read_subject(crypto::ByteReader& in);
void write(crypto::ByteWriter& out, const consensus::Tip& tip);
consensus::Tip read_tip(crypto::ByteReader& in);

}  // namespace quipu::storage
