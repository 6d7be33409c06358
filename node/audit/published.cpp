// SPDX-License-Identifier: Apache-2.0
#include "node/audit/published.h"

#include <algorithm>

#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::MemberIndex;
using crypto::NoteKeyType;
using crypto::NoteLine;

template <class Verifier>
std::optional<MemberIndex> member_of(const NoteLine& line, const ledger::Genesis& genesis, Verifier verifier_of) {
  for (MemberIndex i = 0; i < genesis.members.size(); ++i) {
    const auto verifier = verifier_of(genesis, i);
    if (verifier.name == line.name && verifier.id() == line.id) return i;
  }
  return std::nullopt;
}

std::expected<void, std::string> take_cosignatures(ParsedNote& out, const ledger::Genesis& genesis) {
  auto& cosigners = out.published.cosigners;
  for (std::size_t i = 1; i < out.note.lines.size(); ++i) {
    const NoteLine& line = out.note.lines[i];
    const auto member = member_of(line, genesis, cosigner_verifier);
    const auto time_s = crypto::cosignature_time_s(line);
    if (!member || !time_s) return std::unexpected("line " + std::to_string(i) + " is no member's cosignature");
    if (!cosigners.empty() && *member <= cosigners.back()) {
      return std::unexpected("the cosignatures are not in the order of members");
    }
    cosigners.push_back(*member);
    out.verifiers.push_back(cosigner_verifier(genesis, *member));
    out.published.first_cosigned_s = i == 1 ? *time_s : std::min(out.published.first_cosigned_s, *time_s);
  }
  return {};
}

void check_signatures(const Context& context, ParsedNote parsed, std::string path) {
  Finding wrong{
      .check = Check::kNotes, .what = "a signature of the checkpoint does not verify", .file = std::move(path)};
  context.pool.submit(std::move(wrong), 1, [parsed = std::move(parsed)] {
    bool good = true;
    for (std::size_t i = 0; i < parsed.note.lines.size(); ++i) {
      good = crypto::verify_line(parsed.note.text, parsed.note.lines[i], parsed.verifiers[i]) && good;
    }
    return good;
  });
}

}  // namespace

crypto::NoteVerifier log_verifier(const ledger::Genesis& genesis, MemberIndex member) {
  return {genesis.origin, NoteKeyType::kEd25519, genesis.members[member].log};
}

crypto::NoteVerifier cosigner_verifier(const ledger::Genesis& genesis, MemberIndex member) {
  return {genesis.origin + "/" + genesis.members[member].code, NoteKeyType::kCosignature,
          genesis.members[member].cosigner};
}

std::expected<ParsedNote, std::string> parse_published(BytesView bytes, const ledger::Genesis& genesis) {
  auto note = crypto::Note::parse(bytes);
  const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
  if (!checkpoint || note->format() != bytes) return std::unexpected("not a checkpoint note in form");
  if (checkpoint->origin != genesis.origin) return std::unexpected("the origin is another log's");
  if (note->lines.size() != 1 + genesis.members.quorum()) {
    return std::unexpected("not one log line and a quorum of cosignatures");
  }
  ParsedNote out{*std::move(note), {}, {*checkpoint, {}, 0}};
  const auto log = member_of(out.note.lines.front(), genesis, log_verifier);
  if (!log) return std::unexpected("the first line is not by a log key of a member");
  out.verifiers.push_back(log_verifier(genesis, *log));
  if (auto taken = take_cosignatures(out, genesis); !taken) return std::unexpected(taken.error());
  return out;
}

std::optional<std::map<std::uint64_t, PublishedNote>> read_published(const Context& context) {
  std::map<std::uint64_t, PublishedNote> notes;
  Bytes newest;
  for (const auto& path : context.bundle.paths()) {
    const auto height = ledger::numbered_path("checkpoints", path);
    if (!height) continue;
    const auto bytes = context.read(Check::kNotes, path);
    if (!bytes) return std::nullopt;
    auto parsed = parse_published(*bytes, context.genesis);
    if (!parsed) return context.broken({.check = Check::kNotes, .what = parsed.error(), .file = path}), std::nullopt;
    const bool is_newest = notes.empty() || *height > notes.rbegin()->first;
    notes.emplace(*height, parsed->published);
    if (is_newest) newest = *bytes;
    check_signatures(context, *std::move(parsed), path);
  }
  if (notes.empty() && !context.bundle.has("checkpoint")) {
    context.report.add({.severity = Severity::kUncheckable, .check = Check::kNotes, .what = "no published checkpoint"});
    return std::nullopt;
  }
  const auto current = context.read(Check::kNotes, "checkpoint");
  if (!current) return std::nullopt;
  if (*current != newest) {
    context.broken({.check = Check::kNotes, .what = "not the newest of checkpoints/", .file = "checkpoint"});
    return std::nullopt;
  }
  context.report.passed(Check::kNotes);
  return notes;
}

}  // namespace quipu::audit
