// SPDX-License-Identifier: Apache-2.0
#include "node/audit/published.h"

#include <algorithm>

#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::MemberIndex;
using crypto::NoteKeyType;
using crypto::NoteLine;
using crypto::NoteVerifier;

NoteVerifier log_verifier(const Electorate& electorate, MemberIndex member) {
  return {electorate.origin, NoteKeyType::kEd25519, electorate.members[member].log};
}

NoteVerifier cosigner_verifier(const Electorate& electorate, MemberIndex member) {
  return {electorate.origin + "/" + electorate.members[member].code, NoteKeyType::kCosignature,
          electorate.members[member].cosigner};
}

template <class Verifier>
std::optional<MemberIndex> member_of(const NoteLine& line, const Electorate& electorate, Verifier verifier_of) {
  for (MemberIndex i = 0; i < electorate.members.size(); ++i) {
    const auto verifier = verifier_of(electorate, i);
    if (verifier.name == line.name && verifier.id() == line.id) return i;
  }
  return std::nullopt;
}

std::expected<void, std::string> take_cosignatures(NoteLines& out, const crypto::Note& note,
                                                   const Electorate& electorate) {
  std::optional<MemberIndex> last;
  for (std::size_t i = 1; i < note.lines.size(); ++i) {
    const auto member = member_of(note.lines[i], electorate, cosigner_verifier);
    const auto time_s = crypto::cosignature_time_s(note.lines[i]);
    if (!member || !time_s) return std::unexpected("line " + std::to_string(i) + " is no member's cosignature");
    if (last && *member <= *last) return std::unexpected("the cosignatures are not in the order of members");
    last = *member;
    out.verifiers.push_back(cosigner_verifier(electorate, *member));
    out.cosigners.push_back(electorate.members[*member].code);
    out.first_cosigned_s = i == 1 ? *time_s : std::min(out.first_cosigned_s, *time_s);
  }
  return {};
}

std::expected<PublishedNote, std::string> parse_published(BytesView bytes, const std::string& origin) {
  auto note = crypto::Note::parse(bytes);
  const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
  if (!checkpoint || note->format() != bytes) return std::unexpected("not a checkpoint note in form");
  if (checkpoint->origin != origin) return std::unexpected("the origin is another log's");
  return PublishedNote{*std::move(note), *checkpoint};
}

}  // namespace

std::expected<NoteLines, std::string> lines_of(const crypto::Note& note, const Electorate& electorate) {
  if (note.lines.size() != 1 + electorate.members.quorum()) {
    return std::unexpected("not one log line and a quorum of cosignatures");
  }
  NoteLines out;
  const auto log = member_of(note.lines.front(), electorate, log_verifier);
  if (!log) return std::unexpected("the first line is not by a log key of a member");
  out.verifiers.push_back(log_verifier(electorate, *log));
  if (auto taken = take_cosignatures(out, note, electorate); !taken) return std::unexpected(taken.error());
  return out;
}

void check_signatures(const Context& context, const crypto::Note& note, NoteLines lines, std::string path) {
  Finding wrong{
      .check = Check::kNotes, .what = "a signature of the checkpoint does not verify", .file = std::move(path)};
  context.pool.submit(std::move(wrong), 1, [note, lines = std::move(lines)] {
    bool good = true;
    for (std::size_t i = 0; i < note.lines.size(); ++i) {
      good = crypto::verify_line(note.text, note.lines[i], lines.verifiers[i]) && good;
    }
    return good;
  });
}

std::optional<std::map<std::uint64_t, PublishedNote>> read_published(const Context& context) {
  std::map<std::uint64_t, PublishedNote> notes;
  Bytes newest;
  for (const auto& path : context.bundle.paths()) {
    const auto height = ledger::numbered_path("checkpoints", path);
    if (!height) continue;
    const auto bytes = context.read(Check::kNotes, path);
    if (!bytes) return std::nullopt;
    auto parsed = parse_published(*bytes, context.genesis.origin);
    if (!parsed) return context.broken({.check = Check::kNotes, .what = parsed.error(), .file = path}), std::nullopt;
    const bool is_newest = notes.empty() || *height > notes.rbegin()->first;
    notes.emplace(*height, *std::move(parsed));
    if (is_newest) newest = *bytes;
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
