// SPDX-License-Identifier: Apache-2.0
// Which side records this node holds, fetches, hands out and deletes. Pure and deterministic: one input in, ordered
// effects out; one thread at a time. Nothing is taken on a peer's word: a record is believed when it opens a commitment
// of the state, and given when this node's own state says that the asker may have it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "consensus/token_bucket.h"
#include "consensus/types.h"
#include "node/ledger/state_view.h"
#include "node/side/changes.h"
#include "node/side/entitlement.h"
#include "node/side/wants.h"

namespace quipu::side {

using consensus::Instant;

// ---- inputs. Peers by the code of their administration.
// The state that is final now. It must be no older than one that this node has acted on before: a state that is being
// filled again would have it delete what it does not know yet.
struct Advanced {
  std::shared_ptr<const ledger::StateView> state;
  std::uint64_t height = 0;
  ledger::Date day;  // of the newest block
  Changes changes;   // since the last one
};
struct PeerUp {
  std::string peer;
};
struct PeerDown {
  std::string peer;
};
struct Asked {
  std::string from;
  std::vector<Commitment> commitments;
};
struct Came {
  std::string from;
  std::vector<Bytes> records;
};
// By an officer's program of this administration; answered by Judged.
struct HandedIn {
  std::uint64_t ticket = 0;
  std::string subject;
  RecordKind kind = RecordKind::kIdentity;
  Bytes record;
};
// The disk does not give back what was kept.
struct Lost {
  Commitment commitment;
};
struct Tick {};
using Input = std::variant<Advanced, PeerUp, PeerDown, Asked, Came, HandedIn, Lost, Tick>;

// ---- effects, in order
struct Request {
  std::string to;
  std::vector<Commitment> commitments;
};
// Send what is held of these, as much as fits a frame; also when there is nothing.
struct Answer {
  std::string to;
  std::vector<Commitment> commitments;
};
struct Keep {
  Commitment commitment;
  Owner owner;
  Bytes record;
};
struct Delete {
  Commitment commitment;
  Owner owner;
};
// All that this node held of an erased subject is deleted.
struct Account {
  Subject subject;
  std::string decided_on;
  std::uint64_t leaf = 0;    // of the decision, in the log
  std::uint64_t height = 0;  // of the state by which this node acted
  std::size_t records = 0;   // that it held
};
enum class Verdict : std::uint8_t { kKept, kNoOperator, kNotNamed, kErased, kMalformed, kNotReady };
struct Judged {
  std::uint64_t ticket = 0;
  Verdict verdict = Verdict::kKept;
};
using Effect = std::variant<Request, Answer, Keep, Delete, Account, Judged>;
using Effects = std::vector<Effect>;

class Exchange {
 public:
  // `held`: what is on disk. `accounted`: whose erasure this node has accounted for.
  Exchange(std::string self, std::map<Commitment, Owner> held, std::set<Subject> accounted);

  Effects step(Input input, Instant now);
  std::optional<std::int64_t> next_deadline_us() const;

  std::size_t held() const { return held_.size(); }
  std::size_t wanted() const { return wants_.size(); }

 private:
  void handle(Advanced& input);
  void handle(PeerUp& input) { wants_.peer_up(input.peer, now_.steady_us); }
  void handle(PeerDown& input) { wants_.peer_down(input.peer); }
  void handle(Asked& input);
  void handle(Came& input);
  void handle(HandedIn& input);
  void handle(Lost& input);
  void handle(Tick&) {}
  Verdict judge(HandedIn& input);
  void keep(const Commitment& commitment, const Owner& owner, Bytes record);

  void look_at(const Subject& subject);
  void forget_others(const Subject& subject, const std::vector<Named>& named, std::size_t& deleted);
  void begin_sweep();
  void go_on_sweeping();
  void look_at_clock();
  Today today() const { return {day_, ledger::Date::of(static_cast<std::uint64_t>(now_.utc_ms), 0)}; }

  std::string self_;
  std::map<Commitment, Owner> held_;
  std::map<Subject, std::set<Commitment>> held_of_;
  std::set<Subject> accounted_;
  Wants wants_;
  std::map<std::string, consensus::TokenBucket> askers_;  // of members only

  std::shared_ptr<const ledger::StateView> state_;
  std::uint64_t height_ = 0;
  ledger::Date day_;
  std::optional<Today> swept_for_;
  std::int64_t swept_us_ = 0;
  // One administration and one byte of its subjects' keys each.
  struct Slice {
    std::string administration;
    std::uint8_t first_byte = 0;
  };
  std::vector<Slice> sweep_;
  bool left_out_ = false;  // there was no room for all that is wanted
  Instant now_;
  Effects out_;
};

}  // namespace quipu::side
