// SPDX-License-Identifier: Apache-2.0
// What the tables hold of each block, made from the ledger alone: one block after the other, so many at once as one
// transaction is to write. Pure; one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "node/ledger/genesis.h"
#include "node/ledger/ledger_reader.h"
#include "node/postgres/two_clocks.h"

namespace quipu::postgres {

// COPY lines by table. They are carried out in this order: `closed`, `replaced`, `added`.
struct Batch {
  ledger::BlockSummary last;              // after it the tables hold all up to this block
  std::map<std::string, Bytes> closed;    // keys, and since when they are not so any more
  std::map<std::string, Bytes> replaced;  // keys of rows that go
  std::set<std::string> emptied;          // of which every row goes
  std::map<std::string, Bytes> added;
};

class Derivation {
 public:
  Derivation(std::string chain_id, std::shared_ptr<const ledger::LedgerReader> reader)
      : chain_id_(std::move(chain_id)), reader_(std::move(reader)) {}

  // The block after the last one added, which the reader has.
  void add(const ledger::BlockSummary& block);
  // Since the last take(): how much there is to write.
  std::size_t events() const { return events_; }
  Batch take();

 private:
  using Name = std::pair<std::string, std::string>;  // issuer, and number or subject
  struct Touched {
    std::set<Name> certificates, operators;
    bool registers = false;  // arrangements, members, who recognises whom
  };
  struct Moment;
  Touched add_submissions(const ledger::BlockSummary& block, const Moment& moment);
  void add_certificates(const ledger::BlockSummary& block, const Moment& moment, const std::set<Name>& names);
  void add_recognition(const ledger::BlockSummary& block, const Moment& moment);
  void replace_operators(Batch& batch, const ledger::StateView& state) const;
  void replace_certificates(Batch& batch, const ledger::StateView& state) const;
  static void replace_registers(Batch& batch, const ledger::StateView& state);

  std::string chain_id_;
  std::shared_ptr<const ledger::LedgerReader> reader_;
  Batch batch_;
  Touched touched_;  // in the whole batch
  std::size_t events_ = 0;
  TwoClocks certificate_periods_{2};
  TwoClocks recognition_periods_{3};
};

}  // namespace quipu::postgres
