// SPDX-License-Identifier: Apache-2.0
#include "node/http/record_scan.h"

#include <algorithm>
#include <cassert>

namespace quipu::http {

using ledger::MapKey;

// The rest of the records whose keys share one more byte with `after`, then those of each byte that follows.
void scan_after(const ledger::StateView& state, ledger::RecordType type, std::string_view administration,
                const std::optional<MapKey>& after, const ledger::StateView::Each& each) {
  const Bytes prefix = ledger::map_prefix(type, administration);
  if (!after) return state.scan(prefix, each);
  assert(after->view().starts_with(prefix));
  bool more = true;
  for (unsigned byte = after->bytes[prefix.size()]; more && byte <= 0xff; ++byte) {
    state.scan(prefix + static_cast<char>(byte), [&](const MapKey& key, BytesView value) {
      if (key <= *after) return true;
      return more = each(key, value);
    });
  }
}

std::optional<std::vector<MapKey>> in_calendar(const AskedState& asked,
                                               std::initializer_list<ledger::CalendarRange> ranges) {
  std::vector<MapKey> keys;
  for (const ledger::CalendarRange& range : ranges) {
    const auto add = [&](const MapKey& key) { keys.push_back(key); };
    if (!asked.reader->calendar(range, asked.block.height, add)) return std::nullopt;
  }
  std::ranges::sort(keys);
  const auto twice = std::ranges::unique(keys);
  keys.erase(twice.begin(), twice.end());
  return keys;
}

std::string name_of(const MapKey& key) { return crypto::to_hex(key.view()); }

std::optional<MapKey> parse_key(std::string_view name, ledger::RecordType type) {
  const auto raw = crypto::from_hex(name);
  const auto key = raw ? MapKey::from(*raw) : std::nullopt;
  return key && key->bytes[0] == static_cast<std::uint8_t>(type) ? key : std::nullopt;
}

}  // namespace quipu::http
