// SPDX-License-Identifier: Apache-2.0
#include "node/host/shared_records.h"

#include <catch2/catch.hpp>
#include <map>
#include <thread>
#include <vector>

namespace {

using namespace quipu::ledger;
using quipu::host::SharedRecords;

// Counts how often it is asked for each key.
class Counted final : public StateView {
 public:
  std::optional<quipu::Bytes> get(const MapKey& key) const override {
    const std::lock_guard lock(mutex_);
    ++asked_[key];
    const auto found = records.find(key);
    return found == records.end() ? std::nullopt : std::optional(found->second);
  }
  void scan(quipu::BytesView, const Each& each) const override {
    for (const auto& [key, value] : records) {
      if (!each(key, value)) return;
    }
  }
  int asked(const MapKey& key) const { return asked_[key]; }

  std::map<MapKey, quipu::Bytes> records;

 private:
  mutable std::mutex mutex_;
  mutable std::map<MapKey, int> asked_;
};

const MapKey kProgramme = map_key(RecordType::kProgramme, "BR", "");
const MapKey kCovers = map_key(RecordType::kTin, "BR", "*");
const MapKey kTin = map_key(RecordType::kTin, "BR", "BR1");
const MapKey kFirm = map_key(RecordType::kOperator, "BR", "1");

}  // namespace

TEST_CASE("what every look-up reads is read once, what is of one firm each time", "[state]") {
  const auto below = std::make_shared<Counted>();
  below->records = {{kProgramme, "list"}, {kCovers, "8 10"}, {kTin, "1"}, {kFirm, "Acme"}};
  const SharedRecords shared(below);
  for (int i = 0; i < 3; ++i) {
    for (const auto& [key, value] : below->records) CHECK(shared.get(key) == value);
  }
  CHECK(below->asked(kProgramme) == 1);
  CHECK(below->asked(kCovers) == 1);
  CHECK(below->asked(kTin) == 3);
  CHECK(below->asked(kFirm) == 3);
}

TEST_CASE("that a record is not there is remembered too", "[state]") {
  const auto below = std::make_shared<Counted>();
  const SharedRecords shared(below);
  CHECK_FALSE(shared.get(kProgramme));
  CHECK_FALSE(shared.get(kProgramme));
  CHECK(below->asked(kProgramme) == 1);
}

TEST_CASE("a scan sees what is below", "[state]") {
  const auto below = std::make_shared<Counted>();
  below->records = {{kProgramme, "list"}, {kFirm, "Acme"}};
  const SharedRecords shared(below);
  std::map<MapKey, quipu::Bytes> seen;
  shared.scan("", [&](const MapKey& key, quipu::BytesView value) { return seen.emplace(key, value).second; });
  CHECK(seen == below->records);
}

TEST_CASE("threads that ask at once are told the same", "[state]") {
  const auto below = std::make_shared<Counted>();
  std::vector<MapKey> keys;
  for (int i = 0; i < 200; ++i) {
    keys.push_back(map_key(RecordType::kRegister, "--", std::to_string(i)));
    below->records.emplace(keys.back(), std::to_string(i));
  }
  const SharedRecords shared(below);
  std::atomic<int> wrong = 0;
  const auto ask = [&] {
    for (int round = 0; round < 20; ++round) {
      for (const auto& key : keys) wrong += shared.get(key) != below->records.at(key);
    }
  };
  std::thread other(ask);
  ask();
  other.join();
  CHECK(wrong == 0);
}
