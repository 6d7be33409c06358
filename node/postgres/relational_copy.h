// SPDX-License-Identifier: Apache-2.0
// Follows a mirror into a ledger of its own, where every block is replayed and its votes checked, and from there into
// the tables of a PostgreSQL database. No row is made from what a source says. One thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/ledger/genesis.h"
#include "node/postgres/connection.h"

namespace quipu::follow {
class Source;
}

namespace quipu::postgres {

struct CopyPlan {
  std::string database;                // postgres://...
  std::string source;                  // http://HOST:PORT, or a folder that holds a mirror
  std::string genesis;                 // file; empty: the ledger's own, or at first the source's
  std::filesystem::path ledger;        // folder; empty: one of this user's for the database's chain
  std::size_t events_at_once = 5'000;  // about as many are written in one transaction, whole blocks
};

// How far it is, of how much: leaves of the log read, then blocks written.
struct Watcher {
  std::function<void(std::size_t leaf, std::size_t size)> reading;
  std::function<void(std::size_t height, std::size_t newest)> writing;
  std::function<void(const std::string& line)> note;
};

struct Fault {
  bool final = false;  // to go on would help nothing: the source lies, or the histories differ
  std::string why;     // one line, with what to do
};

struct Progressed {
  bool news = false;  // rows were written
  std::int64_t height = -1;
  std::uint64_t size = 0;
  std::uint64_t events = 0;  // written this time
};

class RelationalCopy {
 public:
  static std::expected<std::unique_ptr<RelationalCopy>, Fault> open(CopyPlan plan, Watcher watcher);
  ~RelationalCopy();

  // Up to the source's newest checkpoint, or until `stop` is set; what was written by then stays. After a fault that is
  // not final it may be called again: it connects anew.
  std::expected<Progressed, Fault> update(const std::atomic<bool>& stop);

 private:
  struct State;
  explicit RelationalCopy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::postgres
