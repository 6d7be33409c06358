// SPDX-License-Identifier: Apache-2.0
// The published checkpoint notes of a mirror and the form each must have: one log line, then exactly a quorum of
// cosignatures in member order. One thread; signatures go to the pool.
#pragma once

#include <optional>
#include <vector>

#include "consensus/members.h"
#include "crypto/note.h"
#include "node/audit/context.h"
#include "node/audit/electorate.h"

namespace quipu::audit {

struct PublishedNote {
  crypto::Note note;
  crypto::Checkpoint checkpoint;
};

// Of the lines' form: who may sign a note is known once the log has been replayed up to its size.
struct NoteLines {
  std::vector<crypto::NoteVerifier> verifiers;  // to be checked, in the order of the note's lines
  std::vector<std::string> cosigners{};         // codes, in the order of their lines
  std::uint64_t first_cosigned_s = 0;
};
std::expected<NoteLines, std::string> lines_of(const crypto::Note& note, const Electorate& electorate);
// Codes of those whose cosignature says an earlier time: "BO, PE".
std::string cosigned_before(const crypto::Note& note, std::uint64_t time_s);
// Hands the signatures to the pool.
void check_signatures(const Context& context, const crypto::Note& note, NoteLines lines, std::string path);

// All of checkpoints/, with `checkpoint` the newest of them. There may be very many, so the notes stay in their files.
// Outlived by the context.
class Published {
 public:
  // Reads each once, for its form. Nothing when a finding forbids to go on.
  static std::optional<Published> read(const Context& context);

  const crypto::Checkpoint& newest() const { return newest_; }
  std::uint64_t newest_height() const { return places_.back().height; }
  std::size_t count() const { return places_.size(); }
  bool has(std::uint64_t height) const;
  // Nothing, and a finding, when the file has changed since.
  std::optional<PublishedNote> at(std::uint64_t height) const;
  // All whose tree has so many leaves.
  std::vector<PublishedNote> of_size(std::uint64_t size) const;

 private:
  struct Place {
    std::uint64_t height, size;
  };
  explicit Published(const Context& context) : context_(&context) {}
  bool take(const std::string& path, std::uint64_t height);

  const Context* context_;
  std::vector<Place> places_;  // ascending by height
  crypto::Checkpoint newest_;
};

}  // namespace quipu::audit
