// SPDX-License-Identifier: Apache-2.0
// The lines of a history file and what is made of them: events with commitments in place of private data. Reading is
// pure; one thread.
#pragma once

#include <expected>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::ledger::v1 {
class Event;
class IdentityRecord;
}  // namespace quipu::ledger::v1

namespace quipu::cli {

struct HistoryLine {
  std::size_t number = 0;  // in the file, from 1
  std::shared_ptr<const ledger::v1::Event> event;
  std::shared_ptr<const ledger::v1::IdentityRecord> identity;  // without salt; may be none
  std::string private_tin;                                     // normalised; may be empty
  bool approve = false;
  crypto::Digest text;  // SHA-256 of the line as it stands
};

struct BadLine {
  std::size_t number = 0;
  std::string why;
};

struct History {
  std::vector<HistoryLine> lines;  // of the one author, in file order
  std::size_t others = 0;          // lines of other authors
  std::vector<BadLine> bad;        // of any author
};
// {"recorded_on","administration","event","identity"?,"private_tin"?,"approve"?}, nothing else; empty lines are passed
// over.
History read_history(std::string_view file, const std::string& author);

// Of the text of lines [0, end), from that of lines [0, from); of none of them it is zero.
crypto::Digest digest_of_lines(std::span<const HistoryLine> lines, std::size_t from, std::size_t end,
                               crypto::Digest before);

// Where the next submission ends: it begins with lines[from], has at most `most_events` events and fits a leaf, and
// holds no event on a certificate that `waiting` names or that the submission itself leaves waiting for an approval.
// Equal to `from` when an approval must come first.
std::size_t pack_end(std::span<const HistoryLine> lines, std::size_t from, std::size_t most_events,
                     const std::set<std::string>& waiting);

// Private data opened against its commitment; goes to the side file, never to the node.
struct OpenedRecord {
  crypto::Digest commitment;
  std::string subject;  // of the event's author
  std::string kind;     // "identity" or "tin"
  Bytes record;         // canonical IdentityRecord or TinRecord, salt included
};
// The line's event as it is signed: each private record gets 32 fresh random bytes of salt and is committed to.
ledger::v1::Event seal_line(const HistoryLine& line, std::vector<OpenedRecord>& opened);

}  // namespace quipu::cli
