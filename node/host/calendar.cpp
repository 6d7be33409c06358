// SPDX-License-Identifier: Apache-2.0
#include "node/host/calendar.h"

#include <algorithm>
#include <cassert>

#include "node/ledger/state.pb.h"
#include "storage/disk_fault.h"
#include "storage/record_codec.h"

namespace quipu::host {

namespace {

using consensus::Height;
using ledger::CalendarEntry;
using ledger::MapKey;
using storage::Family;

constexpr std::size_t kWritesAtOnce = 20'000;
constexpr std::size_t kHeightBytes = 8;

// ---- keys: kind u8 || issuer 2 B || day 10 B || rest of the certificate's map key 32 B; the height follows

constexpr std::size_t kIssuerAt = 1;
constexpr std::size_t kDayAt = 3;
constexpr std::size_t kDayBytes = 10;
constexpr std::size_t kTailAt = kDayAt + kDayBytes;
constexpr std::size_t kMapKeyHead = 3;  // type and issuer
// An entry without a day stands before all that have one.
const Bytes kNoDay(kDayBytes, '0');

const Bytes& day_in_key(const std::string& day) {
  assert(day.empty() || day.size() == kDayBytes);
  return day.empty() ? kNoDay : day;
}

Bytes entry_key(const CalendarEntry& entry, const MapKey& certificate) {
  Bytes key(1, static_cast<char>(entry.kind));
  key.append(certificate.view().substr(1, 2)).append(day_in_key(entry.day));
  return key.append(certificate.view().substr(kMapKeyHead));
}

MapKey certificate_of(BytesView entry_key) {
  Bytes key(1, static_cast<char>(ledger::RecordType::kCertificate));
  key.append(entry_key.substr(kIssuerAt, 2)).append(entry_key.substr(kTailAt));
  return storage::must_have(MapKey::from(key), "key in the calendar");
}

// ---- values: empty, it is no more; else a plus sign || until

Bytes entry_value(const CalendarEntry& entry) { return "+" + entry.until; }

bool matters(BytesView value, const std::string& on) {
  if (value.empty()) return false;
  const BytesView until = value.substr(1);
  return on.empty() || until.empty() || on <= until;
}

// -------------------------------------------------------------- changes

std::map<Bytes, Bytes> entries_of(const MapKey& key, BytesView record) {
  ledger::v1::CertificateRecord certificate;
  [[maybe_unused]] const bool parsed = certificate.ParseFromArray(record.data(), static_cast<int>(record.size()));
  assert(parsed);  // only rules write records
  std::map<Bytes, Bytes> entries;
  for (const CalendarEntry& entry : ledger::calendar_entries(certificate)) {
    entries.emplace(entry_key(entry, key), entry_value(entry));
  }
  return entries;
}

// Hands on what is new or says something else, and what is no more.
template <class Put>
void compare(const std::map<Bytes, Bytes>& before, const std::map<Bytes, Bytes>& after, const Put& put) {
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    if (old == before.end() || old->second != value) put(key, value);
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) put(key, Bytes());
  }
}

bool is_certificate(BytesView map_key) {
  return static_cast<std::uint8_t>(map_key[0]) == static_cast<std::uint8_t>(ledger::RecordType::kCertificate);
}

// ------------------------------------------------------------- building

// Many unsynced writes; the mark at their end makes all of them durable.
class Filling {
 public:
  explicit Filling(storage::Database& database) : database_(database) {}
  void put(Family family, Bytes key, Bytes value) {
    batch_.put(family, std::move(key), std::move(value));
    write_some();
  }
  void erase(Family family, Bytes key) {
    batch_.erase(family, std::move(key));
    write_some();
  }
  void finish(storage::Durability durability) {
    if (!batch_.empty()) database_.write(std::exchange(batch_, {}), durability);
  }

 private:
  void write_some() {
    if (batch_.writes().size() >= kWritesAtOnce) finish(storage::Durability::kUnsynced);
  }
  storage::Database& database_;
  storage::Batch batch_;
};

// The mark goes first: what is left half erased or half built is none.
void erase_calendar(storage::Database& database) {
  Filling filling(database);
  filling.erase(Family::kMeta, Bytes(storage::kCalendarKey));
  database.snapshot()->scan(Family::kCalendar, "", "", [&](BytesView key, BytesView) {
    filling.erase(Family::kCalendar, Bytes(key));
    return true;
  });
  filling.finish(storage::Durability::kSynced);
}

// Versions of one certificate follow each other, the oldest first.
void fill_calendar(const storage::Snapshot& snapshot, Filling& filling) {
  Bytes certificate;
  std::map<Bytes, Bytes> before;
  const Bytes prefix = ledger::map_prefix(ledger::RecordType::kCertificate);
  snapshot.scan(Family::kHistory, prefix, prefix, [&](BytesView history_key, BytesView record) {
    const BytesView map_key = history_key.substr(0, history_key.size() - kHeightBytes);
    const BytesView height = history_key.substr(map_key.size());
    if (certificate != map_key) before.clear();
    certificate = map_key;
    auto after = entries_of(storage::must_have(MapKey::from(map_key), "key of a certificate"), record);
    compare(before, after,
            [&](const Bytes& key, const Bytes& value) { filling.put(Family::kCalendar, key + Bytes(height), value); });
    before = std::move(after);
    return true;
  });
}

// -------------------------------------------------------------- reading

// Of one issuer.
void scan_issuer(const storage::Snapshot& snapshot, const Bytes& prefix, const ledger::CalendarRange& range,
                 Height known_at, const ledger::LedgerReader::EachCertificate& each) {
  const Bytes from = prefix + day_in_key(range.first);
  const Bytes last = prefix + day_in_key(range.last);
  storage::scan_versions(snapshot, Family::kCalendar, from, prefix, known_at, [&](BytesView key, BytesView value) {
    if (key.substr(0, last.size()) > last) return false;
    if (matters(value, range.on)) each(certificate_of(key));
    return true;
  });
}

// The first issuer behind `after` that has entries of this kind.
std::optional<Bytes> next_issuer(const storage::Snapshot& snapshot, char kind, const Bytes& after) {
  std::optional<Bytes> found;
  const Bytes from = Bytes(1, kind) + after + Bytes(after.empty() ? 0 : 1 + kDayBytes, '\xff');
  snapshot.scan(Family::kCalendar, from, Bytes(1, kind), [&](BytesView key, BytesView) {
    found = Bytes(key.substr(kIssuerAt, 2));
    return false;
  });
  return found;
}

}  // namespace

storage::CalendarChanges CalendarWriter::changes_by(const std::vector<std::pair<MapKey, Bytes>>& records) {
  storage::CalendarChanges out{.version = ledger::kCalendarVersion, .changes = {}};
  for (const auto& [key, record] : records) {
    if (!is_certificate(key.view())) continue;
    const auto known = since_.find(key);
    const auto old = known != since_.end() ? std::optional(known->second) : before_->get(key);
    compare(old ? entries_of(key, *old) : std::map<Bytes, Bytes>(), entries_of(key, record),
            [&](const Bytes& entry, const Bytes& value) { out.changes.push_back({entry, value}); });
    since_.insert_or_assign(key, record);
  }
  return out;
}

bool has_calendar(const storage::LogReader& log) {
  const auto mark = log.calendar_mark();
  const auto tip = log.tip();
  return mark && tip && *mark == storage::CalendarMark{ledger::kCalendarVersion, tip->height};
}

void build_calendar(storage::Database& database) {
  const storage::LogReader log(database.snapshot());
  if (has_calendar(log)) return;
  erase_calendar(database);
  Filling filling(database);
  fill_calendar(log.snapshot(), filling);
  const storage::CalendarMark mark{ledger::kCalendarVersion, log.tip().value().height};
  filling.put(Family::kMeta, Bytes(storage::kCalendarKey), storage::encode(mark));
  filling.finish(storage::Durability::kSynced);
}

void scan_calendar(const storage::Snapshot& snapshot, const ledger::CalendarRange& range, Height known_at,
                   const ledger::LedgerReader::EachCertificate& each) {
  const char kind = static_cast<char>(range.kind);
  if (!range.issuer.empty()) return scan_issuer(snapshot, Bytes(1, kind) + range.issuer, range, known_at, each);
  for (auto issuer = next_issuer(snapshot, kind, ""); issuer; issuer = next_issuer(snapshot, kind, *issuer)) {
    scan_issuer(snapshot, Bytes(1, kind) + *issuer, range, known_at, each);
  }
}

}  // namespace quipu::host
