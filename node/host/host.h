// SPDX-License-Identifier: Apache-2.0
// The durable half of a node: carries out a replica's disk and signing effects against any Database and SlotDevice, and
// restores a replica from them. quipud and the simulator run this same code; it knows no sockets, clocks or threads.
// One thread, but reader(), which any thread may call.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "crypto/keys.h"
#include "node/ledger/ledger_reader.h"
#include "node/replica/replica.h"
#include "storage/block_store.h"
#include "storage/signing.h"

namespace quipu::host {

struct HostKeys {
  crypto::SecretKey vote;
  crypto::SecretKey cosigner;
  crypto::SecretKey log;
};

class Host {
 public:
  // A new member: block 0 into the database, the first safety record. Fails if either holds something. Without slots
  // the safety file stays as it is: an empty database is put beside what this member has signed, to be refilled by its
  // peers.
  static std::expected<void, std::string> initialise(const ledger::Genesis& genesis, storage::Database& database,
                                                     std::unique_ptr<storage::SlotDevice> slots);
  // Refuses another chain's data. In the place of a lost safety file a new one is begun, under which the member
  // abstains until a quorum of others has told how far they are. What the disk holds says which epoch it is; after a
  // handover the safety file begins the next one. `administration` votes in it when it is a member and these are its
  // keys; else the node observes, which in epoch 0 is an error unless it `may_observe`.
  static std::expected<std::unique_ptr<Host>, std::string> open(const ledger::Genesis& genesis,
                                                                const std::string& administration,
                                                                storage::Database& database,
                                                                std::unique_ptr<storage::SlotDevice> slots,
                                                                HostKeys keys, bool may_observe);
  // The same with whoever signs for this member.
  static std::expected<std::unique_ptr<Host>, std::string> open(const ledger::Genesis& genesis,
                                                                const std::string& administration,
                                                                storage::Database& database,
                                                                std::unique_ptr<storage::Signing> signing,
                                                                crypto::SecretKey log, bool may_observe);
  ~Host();

  replica::Restored restore() const;
  // After EpochEnded: what is on disk now says whose epoch it is; then restore() again.
  void enter_epoch();
  // Who votes on the next block.
  const ledger::Membership& membership() const;
  // Index among them; their number when this node observes.
  consensus::MemberIndex self() const;

  // Each returns when it is durable. The caller feeds the answer back to the replica.
  replica::Persisted perform(const replica::Persist& effect);
  replica::Input perform(const replica::Sign& effect);  // Signed or Refused
  replica::Committed perform(const replica::Commit& effect);
  std::optional<replica::Cosigned> perform(
      const replica::Cosign& effect);  // nothing: not our tip, or the disk disagrees
  void perform(const replica::PublishCheckpoint& effect);
  void perform(const replica::ReportEvidence& effect);
  void perform(const replica::Abstain& effect);
  // The answer to a peer's request, bounded to one sync frame; nothing when we have none of it.
  std::optional<consensus::BlockResponse> perform(const replica::Serve& effect) const;
  // Frames in the words of that epoch, to be sent as they are.
  std::vector<Bytes> perform(const replica::ServeEarlier& effect) const;

  std::shared_ptr<const ledger::LedgerReader> reader() const;
  std::optional<storage::LeafPlace> place_of(const crypto::Digest& leaf_hash) const;
  const consensus::SafetyRecord& safety_record() const;
  std::uint64_t slot_syncs() const;

 private:
  struct State;
  explicit Host(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::host
