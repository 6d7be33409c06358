// SPDX-License-Identifier: Apache-2.0
// Several exchanges that talk to each other at once, over one ledger that each of them may see late.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/side/exchange.h"
#include "tests/node/ledger/world.h"

namespace quipu::side::testing {

// A canonical record of this name, and the same with another salt for another `salt`.
Bytes identity_record(const std::string& name, char salt = 's');
Bytes tin_record(const std::string& tin, char salt = 's');

ledger::v1::Event registered(const std::string& subject, const Bytes& identity);
ledger::v1::Event amended(const std::string& subject, const Bytes& identity);

struct Member {
  std::unique_ptr<Exchange> exchange;
  std::map<Commitment, Bytes> disk;
  std::map<Commitment, Owner> owners;
  std::vector<Account> accounts;
  std::vector<Verdict> verdicts;
  std::size_t requests = 0;  // that it has sent
  std::size_t longest_request = 0;
  bool up = false;

  bool holds(const Bytes& record) const {
    for (const auto& [commitment, bytes] : disk) {
      if (bytes == record) return true;
    }
    return false;
  }
};

class Network {
 public:
  Network(ledger::testing::World& world, const std::vector<std::string>& members);

  Member& operator[](const std::string& code) { return members_.at(code); }
  // A new process on what the disk holds; the links come up again.
  void start(const std::string& code);
  void stop(const std::string& code);
  // The member sees the ledger as it is now.
  void show(const std::string& code, Changes changes = {.subjects = {}, .all = true});
  void show_all();
  // This subject alone is known to have changed.
  void show_changed(const Subject& subject);
  Verdict hand_in(const std::string& code, const std::string& subject, RecordKind kind, const Bytes& record);
  void asks(const std::string& from, const std::string& to, std::vector<Commitment> commitments);
  void step(const std::string& code, Input input);
  // Virtual time goes on, with every deadline at its time.
  void pass(std::int64_t seconds);

  // What a member sends instead of its answer; nothing: silence.
  std::function<std::optional<std::vector<Bytes>>(const std::string& from, const std::string& to,
                                                  std::vector<Bytes> records)>
      tamper;
  std::vector<std::pair<std::string, std::vector<Bytes>>> answers;  // who answered what

 private:
  void perform(const std::string& code, Effects effects);
  void tick(const std::string& code);

  ledger::testing::World& world_;
  std::map<std::string, Member> members_;
  Instant now_;
};

}  // namespace quipu::side::testing
