// SPDX-License-Identifier: Apache-2.0
// Every key keeps its versions as long as a snapshot may ask for them, so that a snapshot costs nothing to take.
#include "storage/memory_database.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <map>
#include <set>

namespace quipu::storage {

namespace {

using Sequence = std::uint64_t;

struct Version {
  Sequence since = 0;
  std::optional<Bytes> value;  // nothing: erased
};
using Versions = std::vector<Version>;  // oldest first
using Table = std::map<Bytes, Versions, std::less<>>;

// Shared by the database and its snapshots.
struct Tables {
  std::array<Table, kFamilies> tables;
  Sequence newest = 0;
  std::multiset<Sequence> snapshots;

  struct Superseded {
    Sequence at = 0;  // nobody who reads at this sequence or later needs the older versions
    Family family{};
    Bytes key;
  };
  std::deque<Superseded> superseded;

  Table& of(Family family) { return tables[static_cast<std::size_t>(family)]; }
  const Table& of(Family family) const { return tables[static_cast<std::size_t>(family)]; }
};

const std::optional<Bytes>* value_at(const Versions& versions, Sequence at) {
  const auto later = std::upper_bound(versions.begin(), versions.end(), at,
                                      [](Sequence wanted, const Version& version) { return wanted < version.since; });
  return later == versions.begin() ? nullptr : &std::prev(later)->value;
}

void forget(Tables& all, const Tables::Superseded& old) {
  Table& table = all.of(old.family);
  const auto entry = table.find(old.key);
  if (entry == table.end()) return;
  Versions& versions = entry->second;
  const auto needed =
      std::find_if(versions.begin(), versions.end(), [&](const Version& v) { return v.since >= old.at; });
  versions.erase(versions.begin(), needed);
  if (versions.size() == 1 && !versions.front().value) table.erase(entry);
}

void forget_superseded(Tables& all) {
  const Sequence oldest = all.snapshots.empty() ? all.newest : *all.snapshots.begin();
  while (!all.superseded.empty() && all.superseded.front().at <= oldest) {
    forget(all, all.superseded.front());
    all.superseded.pop_front();
  }
}

// Applies a batch as one new sequence and returns the batch that undoes it.
Batch apply(Tables& all, const Batch& batch) {
  Batch undo;
  const Sequence now = all.newest + 1;
  for (const Batch::Write& write : batch.writes()) {
    Versions& versions = all.of(write.family)[write.key];
    if (versions.empty() || versions.back().since != now) {
      const auto before = versions.empty() ? std::nullopt : versions.back().value;
      if (before) {
        undo.put(write.family, write.key, *before);
      } else {
        undo.erase(write.family, write.key);
      }
      versions.push_back({now, {}});
    }
    versions.back().value = write.value;
    all.superseded.push_back({now, write.family, write.key});
  }
  all.newest = now;
  forget_superseded(all);
  return undo;
}

class MemorySnapshot final : public Snapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<Tables> all)
      : all_(std::move(all)), at_(all_->newest), held_(all_->snapshots.insert(at_)) {}
  ~MemorySnapshot() override { all_->snapshots.erase(held_); }

  std::optional<Bytes> get(Family family, BytesView key) const override {
    const Table& table = all_->of(family);
    const auto entry = table.find(key);
    if (entry == table.end()) return std::nullopt;
    const auto* value = value_at(entry->second, at_);
    return value ? *value : std::nullopt;
  }

  std::optional<std::pair<Bytes, Bytes>> last_at_or_before(Family family, BytesView key,
                                                           BytesView prefix) const override {
    assert(key.starts_with(prefix));
    const Table& table = all_->of(family);
    for (auto entry = table.upper_bound(key); entry != table.begin();) {
      --entry;
      const auto* value = value_at(entry->second, at_);
      if (!value || !*value) continue;
      if (!entry->first.starts_with(prefix)) return std::nullopt;
      return std::pair(entry->first, **value);
    }
    return std::nullopt;
  }

  void scan(Family family, BytesView from, BytesView prefix, const Each& each) const override {
    const Table& table = all_->of(family);
    for (auto entry = table.lower_bound(std::max(from, prefix)); entry != table.end(); ++entry) {
      if (!entry->first.starts_with(prefix)) return;
      const auto* value = value_at(entry->second, at_);
      if (value && *value && !each(entry->first, **value)) return;
    }
  }

 private:
  std::shared_ptr<Tables> all_;
  Sequence at_;
  std::multiset<Sequence>::iterator held_;
};

}  // namespace

struct MemoryDatabase::State {
  std::shared_ptr<Tables> all = std::make_shared<Tables>();
  std::vector<Batch> undo;  // of the unsynced writes, oldest first
};

MemoryDatabase::MemoryDatabase() : state_(std::make_unique<State>()) {}
MemoryDatabase::~MemoryDatabase() = default;

void MemoryDatabase::write(const Batch& batch, Durability durability) {
  Batch undo = apply(*state_->all, batch);
  if (durability == Durability::kSynced) {
    state_->undo.clear();
  } else {
    state_->undo.push_back(std::move(undo));
  }
}

std::shared_ptr<const Snapshot> MemoryDatabase::snapshot() const {
  return std::make_shared<MemorySnapshot>(state_->all);
}

std::size_t MemoryDatabase::unsynced() const { return state_->undo.size(); }

void MemoryDatabase::crash(std::size_t kept) {
  while (state_->undo.size() > kept) {
    apply(*state_->all, state_->undo.back());
    state_->undo.pop_back();
  }
  state_->undo.clear();  // what survived is on disk now
}

Batch MemoryDatabase::everything() const {
  Batch all;
  const auto now = snapshot();
  for (std::size_t i = 0; i < kFamilies; ++i) {
    now->scan(static_cast<Family>(i), {}, {}, [&](BytesView key, BytesView value) {
      all.put(static_cast<Family>(i), Bytes(key), Bytes(value));
      return true;
    });
  }
  return all;
}

std::unique_ptr<MemoryDatabase> MemoryDatabase::clone() const {
  auto copy = std::make_unique<MemoryDatabase>();
  copy->write(everything(), Durability::kSynced);
  return copy;
}

}  // namespace quipu::storage
