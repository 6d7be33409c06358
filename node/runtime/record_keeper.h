// SPDX-License-Identifier: Apache-2.0
// The shell around the exchange of side records: a thread of its own, so that neither its disk nor a sweep over many
// subjects keeps consensus waiting. Any thread, but start and stop.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consensus/message.h"
#include "node/http/record_desk.h"
#include "node/ledger/block.h"
#include "node/ledger/ledger_reader.h"
#include "storage/sealed_directory.h"

namespace quipu::runtime {

struct KeeperConfig {
  std::string administration;
  std::string chain_id;
  std::filesystem::path erasures;  // the account
};

struct KeeperCallbacks {
  std::function<std::shared_ptr<const ledger::LedgerReader>()> reader;
  std::function<void(std::string to, consensus::Message message)> send;
  std::function<void(const std::string& line, bool alarm)> log;
};

class RecordKeeper final : public http::RecordDesk {
 public:
  RecordKeeper(KeeperConfig config, std::unique_ptr<storage::SealedDirectory> store, KeeperCallbacks callbacks);
  ~RecordKeeper() override;

  void start();
  // Nothing is sent or written afterwards; who waits for an answer is told that there is none.
  void stop();

  // Of all members, at a start or after blocks that were not told.
  void look_at_all();
  void committed(const std::vector<std::shared_ptr<const ledger::ExecutedBlock>>& blocks);
  void peer_up(std::string peer);
  void peer_down(std::string peer);
  // More than a bounded number that wait are dropped: who asked asks again.
  void asked(std::string from, std::vector<crypto::Digest> commitments);
  void came(std::string from, std::vector<Bytes> records);

  void hand_in(http::HandIn record, std::function<void(http::HandInAnswer)> done) override;
  http::HeldRecords records_of(const std::string& issuer, const std::string& subject) override;
  std::vector<http::ErasureNote> erasures() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::runtime
