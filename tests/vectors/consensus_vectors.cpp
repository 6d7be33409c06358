// SPDX-License-Identifier: Apache-2.0
// Quorum proofs, handovers, evidence, fork proofs.
#include "crypto/signature.h"
#include "node/audit/compare.h"
#include "node/audit/evidence_check.h"
#include "node/audit/fork_proof.h"
#include "tests/node/audit/mutations/specimens.h"
#include "tests/node/audit/sample_fork.h"
#include "tests/vectors/vectors.h"

namespace quipu::vectors {
namespace {

using audit::Electorate;
using audit::mutations::specimens;
using consensus::QuorumProof;
using consensus::VoteKind;

json::object genesis_context() { return {{"genesis", sample::genesis_file()}}; }

ledger::Genesis genesis_in(const json::object& context) { return *ledger::parse_genesis(text_at(context, "genesis")); }

const sample::Chain& chain() { return specimens().exports.front().chain; }

json::array codes_of(const Electorate& electorate, const std::vector<consensus::MemberIndex>& members) {
  json::array out;
  for (const auto member : members) out.push_back(json::value(electorate.members[member].code));
  return out;
}

const char* name_of(VoteKind kind) {
  return kind == VoteKind::kNotarize ? "NOTARIZE" : kind == VoteKind::kNullify ? "NULLIFY" : "FINALIZE";
}

// By members 0, 1, 2 of four.
QuorumProof sample_proof(VoteKind kind) {
  if (kind == VoteKind::kNullify) return chain().proof(kind, {{5}, {}, {}, {}});
  return chain().proof(kind, {{6}, {4}, {3}, crypto::sha256("block")});
}

std::vector<Vector> bad_quorum_proofs() {
  const QuorumProof honest = sample_proof(VoteKind::kFinalize);
  const auto with = [&](auto change) {
    QuorumProof proof = honest;
    change(proof);
    return bytes_input(encode(proof, 4));
  };
  Bytes fifth = encode(honest, 4);
  fifth[57] = static_cast<char>(fifth[57] | 0x10);  // kind and subject stand before the bitmap
  return {bad("with a vote too few", with([](auto& p) { p.signers.pop_back(), p.signatures.pop_back(); }), "no quorum"),
          bad("with a turned bit in a signature", with([](auto& p) { p.signatures[1].bytes[5] ^= 1; }), "signature"),
          bad("with a vote claimed for another", with([](auto& p) { p.signers[2] = 3; }), "signature"),
          bad("about another block", with([](auto& p) { p.subject.block = crypto::sha256("other"); }), "signature"),
          bad("of another view", with([](auto& p) { p.subject.view.value = 7; }), "signature"),
          bad("of another kind", with([](auto& p) { p.kind = VoteKind::kNotarize; }), "signature"),
          bad("with a signer who is no member", bytes_input(fifth), "form"),
          bad("with a byte behind it", bytes_input(encode(honest, 4) + "x"), "form"),
          bad("cut short", bytes_input(encode(honest, 4).substr(0, 200)), "form")};
}

Bytes handover(std::uint64_t epoch) { return specimens().exports[1].files.at(ledger::handover_path({epoch})); }

std::vector<Vector> bad_handovers() {
  const Bytes file = handover(1);
  const auto with = [&](auto change) {
    auto parts = *ledger::decode_handover(file, 4);
    change(parts);
    return bytes_input(ledger::encode_handover(parts, 4));
  };
  return {bad("of the next epoch", bytes_input(handover(2)), "form or epoch: it follows on another"),
          bad("with a vote too few", with([](auto& h) {
                h.finalization.signers.pop_back();
                h.finalization.signatures.pop_back();
              }),
              "no quorum"),
          bad("with another tree", with([](auto& h) { h.header.tree_root = crypto::sha256("other"); }),
              "the finalization is of another block"),
          bad("with a member left out",
              with([](auto& h) { h.next_members = ledger::encode_members(sample::genesis().members); }),
              "the members are not those whose hash the header names"),
          bad("with a byte behind it", bytes_input(file + "x"), "form"),
          bad("cut short", bytes_input(file.substr(0, 300)), "form")};
}

Bytes evidence(const consensus::Vote& a, const consensus::Vote& b) {
  return ledger::encode_evidence({a, b}, chain().scope());
}

ledger::Genesis& founders() {
  static ledger::Genesis one = sample::genesis();
  return one;
}

audit::ForkProof sample_fork_proof() {
  const sample::Forked forked;
  const sample::MemoryBundle one(forked.first.files()), two(forked.second.files());
  return audit::compare({.name = "one", .bundle = &one}, {.name = "two", .bundle = &two}, founders())->proof;
}

}  // namespace

Collection make_quorum_proofs() {
  Collection out{.about =
                     "A quorum proof of epoch 0, and the genesis file that names chain and members; it gives what was "
                     "voted on and by whom.",
                 .section = "section 5",
                 .context = genesis_context()};
  for (const auto kind : {VoteKind::kNotarize, VoteKind::kNullify, VoteKind::kFinalize}) {
    out.vectors.push_back(
        good(std::string("three of four ") + name_of(kind), bytes_input(encode(sample_proof(kind), 4))));
  }
  for (auto& vector : bad_quorum_proofs()) out.vectors.push_back(std::move(vector));
  return out;
}

std::optional<json::object> judge_quorum_proof(const json::object& context, const json::object& input) {
  const auto electorate = audit::first_electorate(genesis_in(context));
  const auto proof = consensus::decode_quorum_proof(bytes_at(input, "bytes"), electorate.members.size());
  if (!proof || !consensus::verify(*proof, electorate.scope, electorate.members, &crypto::verify)) return std::nullopt;
  const auto& subject = proof->subject;
  return json::object{{"kind", name_of(proof->kind)},
                      {"view", subject.view.value},
                      {"parent_view", subject.parent_view.value},
                      {"height", subject.height.value},
                      {"block", crypto::to_hex(subject.block.view())},
                      {"signed_bytes", crypto::to_hex(consensus::vote_bytes(electorate.scope, proof->kind, subject))},
                      {"signers", codes_of(electorate, proof->signers)}};
}

Collection make_handovers() {
  Collection out{
      .about =
          "The handover file that opens epoch 1, and the genesis file; it gives the block that ended epoch 0, "
          "which is the new epoch's anchor, and the members that vote from then on.",
      .section = "section 8",
      .context = genesis_context()};
  out.vectors = {good("a fifth member enters", bytes_input(handover(1)))};
  for (auto& vector : bad_handovers()) out.vectors.push_back(std::move(vector));
  return out;
}

std::optional<json::object> judge_handover(const json::object& context, const json::object& input) {
  const auto before = audit::first_electorate(genesis_in(context));
  const auto file = ledger::decode_handover(bytes_at(input, "bytes"), before.members.size());
  const auto after = file ? audit::electorate_after(before, *file) : std::unexpected(std::string());
  if (!after) return std::nullopt;
  std::vector<consensus::MemberIndex> everybody;
  for (consensus::MemberIndex i = 0; i < after->members.size(); ++i) everybody.push_back(i);
  return json::object{{"height", file->header.height.value},
                      {"anchor", crypto::to_hex(after->scope.anchor.view())},
                      {"membership_hash", crypto::to_hex(after->members.hash().view())},
                      {"voters", codes_of(*after, everybody)}};
}

Collection make_evidence() {
  Collection out{
      .about =
          "An evidence file of epoch 0, and the genesis file; it gives who voted twice, in which view, and the "
          "file's name.",
      .section = "section 8",
      .context = genesis_context()};
  const consensus::Subject a{{7}, {6}, {3}, crypto::sha256("a")}, b{{7}, {6}, {3}, crypto::sha256("b")},
      next{{8}, {7}, {3}, crypto::sha256("b")}, view{{7}, {}, {}, {}};
  const auto vote = [&](VoteKind kind, const consensus::Subject& subject) { return chain().vote_of(3, kind, subject); };
  const Bytes twice = evidence(vote(VoteKind::kNotarize, a), vote(VoteKind::kNotarize, b));
  auto forged = chain().vote_of(2, VoteKind::kNotarize, b);
  forged.signer = 3;
  Bytes turned = twice;
  turned.back() ^= 1;
  out.vectors = {
      good("two blocks notarized in one view", bytes_input(twice)),
      good("two blocks finalized in one view",
           bytes_input(evidence(vote(VoteKind::kFinalize, a), vote(VoteKind::kFinalize, b)))),
      good("nullified and finalized in one view",
           bytes_input(evidence(vote(VoteKind::kNullify, view), vote(VoteKind::kFinalize, b)))),
      bad("votes of two views", bytes_input(evidence(vote(VoteKind::kNotarize, a), vote(VoteKind::kNotarize, next))),
          "no contradiction"),
      bad("nullified and notarized in one view, which is allowed",
          bytes_input(evidence(vote(VoteKind::kNotarize, a), vote(VoteKind::kNullify, view))), "no contradiction"),
      bad("another's vote", bytes_input(evidence(vote(VoteKind::kNotarize, a), forged)), "signature"),
      bad("a turned bit in a signature", bytes_input(turned), "signature"),
      bad("cut short", bytes_input(twice.substr(0, 100)), "form")};
  return out;
}

std::optional<json::object> judge_evidence(const json::object& context, const json::object& input) {
  const auto electorate = audit::first_electorate(genesis_in(context));
  const Bytes bytes = bytes_at(input, "bytes");
  const auto file = ledger::decode_evidence(bytes);
  if (!file || file->epoch != electorate.scope.epoch || file->anchor != electorate.scope.anchor) return std::nullopt;
  if (!audit::proves_guilt(file->pair, electorate)) return std::nullopt;
  return json::object{{"member", electorate.members[file->pair.first.signer].code},
                      {"view", file->pair.first.subject.view.value},
                      {"path", ledger::evidence_path(bytes)}};
}

Collection make_fork_proofs() {
  Collection out{.about = "A fork proof, and the genesis file; it gives who is guilty, and the file's name.",
                 .section = "section 14",
                 .context = genesis_context()};
  const auto proof = sample_fork_proof();
  const Bytes file = encode(proof, 4);
  auto innocent = proof;
  innocent.votes[0].second = innocent.votes[0].first;
  auto unsigned_vote = proof;
  unsigned_vote.votes[0].first.signature.bytes[3] ^= 1;
  auto other_chain = proof;
  other_chain.scope.chain.bytes[0] ^= 1;
  out.vectors = {good("two histories that three members signed", bytes_input(file)),
                 bad("with one vote instead of two", bytes_input(encode(innocent, 4)), "no contradiction"),
                 bad("with a vote that does not verify", bytes_input(encode(unsigned_vote, 4)), "signature"),
                 bad("of another chain", bytes_input(encode(other_chain, 4)), "another chain"),
                 bad("with a byte behind it", bytes_input(file + "x"), "form"),
                 bad("cut short", bytes_input(file.substr(0, 600)), "form")};
  return out;
}

std::optional<json::object> judge_fork_proof(const json::object& context, const json::object& input) {
  const auto genesis = genesis_in(context);
  const Bytes bytes = bytes_at(input, "bytes");
  const auto proof = audit::decode_fork_proof(bytes, genesis.members.size());
  const auto electorate = proof ? audit::electorate_of(*proof, genesis) : std::unexpected(std::string());
  if (!electorate) return std::nullopt;
  const auto convicted = audit::check(*proof, *electorate);
  if (!convicted) return std::nullopt;
  return json::object{{"guilty", codes_of(*electorate, convicted->all())}, {"name", audit::fork_file_name(bytes)}};
}

}  // namespace quipu::vectors
