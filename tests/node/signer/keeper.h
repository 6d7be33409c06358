// SPDX-License-Identifier: Apache-2.0
// A member's keys and slots that outlive the process that signs with them, as a disk does. One thread.
#pragma once

#include <array>
#include <memory>
#include <random>

#include "node/ledger/first_record.h"
#include "storage/signing.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::signer::testing {

class Keeper {
 public:
  Keeper() {
    const auto first = storage::SafetyFile::initialise(std::make_unique<Slots>(slots_), ledger::first_record(genesis));
    assert(first);
  }
  std::unique_ptr<storage::Signing> open(const std::string& who = "BO") {
    return storage::sign_here(std::make_unique<Slots>(slots_), ledger::first_record(genesis), genesis.origin,
                              sample::key(who, "vote"), sample::key(who, "cosigner"))
        .value();
  }
  std::array<Bytes, 2>& slots() { return slots_; }

  ledger::Genesis genesis = sample::genesis();
  consensus::Scope scope = genesis.scope();
  consensus::Tip start = ledger::first_record(genesis).tip;

 private:
  class Slots final : public storage::SlotDevice {
   public:
    explicit Slots(std::array<Bytes, 2>& slots) : slots_(slots) {}
    std::array<Bytes, 2> read() const override { return slots_; }
    void write_synced(unsigned slot, BytesView content) override { slots_[slot] = Bytes(content); }

   private:
    std::array<Bytes, 2>& slots_;
  };
  std::array<Bytes, 2> slots_{Bytes(storage::kSafetySlotBytes, '\0'), Bytes(storage::kSafetySlotBytes, '\0')};
};

inline crypto::Digest digest(std::string_view word) { return crypto::sha256(word); }

inline consensus::Subject block_in(std::uint64_t view, std::string_view word) {
  return {{view}, {view - 1}, {view}, digest(word)};
}

inline consensus::Tip tip_at(std::uint64_t view, std::string_view word) {
  return {{view}, {view}, digest(word), 10 * view, digest(std::string(word) + " root")};
}

}  // namespace quipu::signer::testing
