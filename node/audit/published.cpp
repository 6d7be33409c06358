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

std::string cosigned_before(const crypto::Note& note, std::uint64_t time_s) {
  std::string codes;
  for (const auto& line : note.lines) {
    const auto cosigned_s = crypto::cosignature_time_s(line);
    if (!cosigned_s || *cosigned_s >= time_s) continue;
    codes += (codes.empty() ? "" : ", ") + line.name.substr(line.name.rfind('/') + 1);
  }
  return codes;
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

std::optional<Published> Published::read(const Context& context) {
  Published out(context);
  for (const auto& path : context.bundle.paths()) {
    const auto height = ledger::numbered_path("checkpoints", path);
    if (height && !out.take(path, *height)) return std::nullopt;
  }
  std::ranges::sort(out.places_, {}, &Place::height);
  if (out.places_.empty() && !context.bundle.has("checkpoint")) {
    context.report.add({.severity = Severity::kUncheckable, .check = Check::kNotes, .what = "no published checkpoint"});
    return std::nullopt;
  }
  const auto current = context.read(Check::kNotes, "checkpoint");
  if (!current) return std::nullopt;
  const auto newest =
      out.places_.empty() ? std::nullopt : context.read(Check::kNotes, ledger::checkpoint_path({out.newest_height()}));
  const auto parsed = newest ? parse_published(*newest, context.genesis.origin) : std::unexpected(std::string());
  if (!parsed || *current != *newest) {
    context.broken({.check = Check::kNotes, .what = "not the newest of checkpoints/", .file = "checkpoint"});
    return std::nullopt;
  }
  out.newest_ = parsed->checkpoint;
  context.report.passed(Check::kNotes);
  return out;
}

bool Published::take(const std::string& path, std::uint64_t height) {
  const auto bytes = context_->read(Check::kNotes, path);
  if (!bytes) return false;
  const auto parsed = parse_published(*bytes, context_->genesis.origin);
  if (!parsed) {
    context_->broken({.check = Check::kNotes, .what = parsed.error(), .file = path});
    return false;
  }
  places_.push_back({.height = height, .size = parsed->checkpoint.size});
  return true;
}

bool Published::has(std::uint64_t height) const {
  const auto at = std::ranges::lower_bound(places_, height, {}, &Place::height);
  return at != places_.end() && at->height == height;
}

std::optional<PublishedNote> Published::at(std::uint64_t height) const {
  const std::string path = ledger::checkpoint_path({height});
  const auto bytes = context_->read(Check::kNotes, path);
  if (!bytes) return std::nullopt;
  auto parsed = parse_published(*bytes, context_->genesis.origin);
  if (parsed) return *std::move(parsed);
  context_->broken({.check = Check::kNotes, .what = parsed.error(), .file = path});
  return std::nullopt;
}

std::vector<PublishedNote> Published::of_size(std::uint64_t size) const {
  std::vector<PublishedNote> out;
  for (const Place& place : places_) {
    if (place.size != size) continue;
    if (auto note = at(place.height)) out.push_back(*std::move(note));
  }
  return out;
}

}  // namespace quipu::audit
