// SPDX-License-Identifier: Apache-2.0
// Drafts on their way to a signature: who stands behind each, how many must, how often one caller may ask, and who has
// withdrawn one. Bounded. Pure; one thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/http/draft.h"

namespace quipu::http {

inline constexpr std::size_t kWaitingDrafts = 256;
inline constexpr std::size_t kWaitingDraftsOfOne = 64;           // begun by one caller
inline constexpr std::uint64_t kDraftLife_ms = 86'400'000;       // then it must be asked for again
inline constexpr std::uint64_t kDraftRateWindow_ms = 3'600'000;  // an hour

struct WaitingDraft {
  Draft draft;
  std::vector<std::string> callers;  // in the order in which they came, each once
  std::uint64_t since_ms = 0;
};

// Kept for a draft's life, so that a program that asks again does not undo it.
struct WithdrawnDraft {
  std::string name;
  std::string by;  // the caller
  std::uint64_t since_ms = 0;
};

enum class Confirmation : std::uint8_t {
  kWaiting,   // for further callers
  kComplete,  // to be signed
  kTooOften,  // this caller has asked for its share of the hour
  kFull,      // too many drafts wait
  kWithdrawn,
};

class DraftQueue {
 public:
  // So many different callers must ask for a draft; each may ask for `per_hour` in an hour.
  DraftQueue(std::size_t confirmations, std::size_t per_hour) : confirmations_(confirmations), per_hour_(per_hour) {}

  // The caller asks for the draft. Asking again counts once, and costs nothing.
  Confirmation confirm(const Draft& draft, const std::string& caller, std::uint64_t now_ms);
  // Nothing when it does not wait.
  std::vector<std::string> callers_of(const crypto::Digest& draft) const;
  std::vector<WaitingDraft> waiting(std::uint64_t now_ms);  // the oldest first
  void remove(const crypto::Digest& draft) { drafts_.erase(draft); }
  // Nothing when it does not wait. Withdrawing again changes nothing and tells of the first time.
  std::optional<WithdrawnDraft> withdraw(const crypto::Digest& draft, const std::string& caller, std::uint64_t now_ms);
  // Empty when nobody has.
  std::string withdrawer_of(const crypto::Digest& draft) const;

 private:
  void drop_old(std::uint64_t now_ms);
  bool has_room_for(const std::string& caller) const;
  bool takes_share(const std::string& caller, std::uint64_t now_ms);

  std::size_t confirmations_;
  std::size_t per_hour_;
  std::map<crypto::Digest, WaitingDraft> drafts_;
  std::map<crypto::Digest, WithdrawnDraft> withdrawn_;  // none that has not cost its first caller a share of an hour
  std::map<std::string, std::deque<std::uint64_t>> asked_ms_;  // by caller, within the hour
};

}  // namespace quipu::http
