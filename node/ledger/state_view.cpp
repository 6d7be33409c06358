// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/state_view.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>

#include "crypto/digest.h"

namespace quipu::ledger {
namespace {

class EmptyState final : public StateView {
 public:
  std::optional<Bytes> get(const MapKey&) const override { return std::nullopt; }
  void scan(BytesView, const Each&) const override {}
};

// The smallest key that starts with `prefix`.
MapKey first_key(BytesView prefix) {
  assert(prefix.size() <= MapKey::kSize);
  MapKey key;
  std::copy(prefix.begin(), prefix.end(), key.bytes.begin());
  return key;
}

using namespace std::string_view_literals;

crypto::Digest tail_of(std::string_view identifier) { return crypto::sha256({"quipu-map-v1\0"sv, identifier}); }

// Rules look the same few records up again and again, and the hash is most of a look-up that memory answers. A pure
// function of the identifier, remembered per thread; a later identifier takes an earlier one's place.
class RememberedTails {
 public:
  const crypto::Digest& of(std::string_view identifier) {
    auto& place = places_[std::hash<std::string_view>{}(identifier) % places_.size()];
    if (!place.filled || place.identifier != identifier) place = {true, Bytes(identifier), tail_of(identifier)};
    return place.tail;
  }

 private:
  struct Place {
    bool filled = false;
    Bytes identifier;
    crypto::Digest tail;
  };
  std::array<Place, 256> places_;
};

}  // namespace

MapKey map_key(RecordType type, std::string_view administration, std::string_view identifier) {
  thread_local RememberedTails tails;
  assert(administration.size() == 2);
  const crypto::Digest& tail = tails.of(identifier);
  MapKey key;
  key.bytes[0] = static_cast<std::uint8_t>(type);
  std::copy(administration.begin(), administration.end(), key.bytes.begin() + 1);
  std::copy(tail.bytes.begin(), tail.bytes.end(), key.bytes.begin() + 3);
  return key;
}

Bytes map_prefix(RecordType type, std::string_view administration) {
  assert(administration.empty() || administration.size() == 2);
  return Bytes(1, static_cast<char>(type)).append(administration);
}

std::optional<Bytes> Overlay::get(const MapKey& key) const {
  const auto own = changes_.find(key);
  return own != changes_.end() ? std::optional(own->second) : below_->get(key);
}

void Overlay::scan(BytesView prefix, const Each& each) const {
  auto own = changes_.lower_bound(first_key(prefix));
  bool more = true;
  const auto own_before = [&](const MapKey* limit) {  // hands out our own keys below `limit`
    while (more && own != changes_.end() && own->first.view().starts_with(prefix) && (!limit || own->first < *limit)) {
      more = each(own->first, own->second);
      ++own;
    }
  };
  below_->scan(prefix, [&](const MapKey& key, BytesView value) {
    own_before(&key);
    if (!more) return false;
    if (own != changes_.end() && own->first == key) {
      value = own->second;
      ++own;
    }
    return more = each(key, value);
  });
  own_before(nullptr);
}

std::shared_ptr<const StateView> empty_state() {
  static const auto empty = std::make_shared<const EmptyState>();
  return empty;
}

}  // namespace quipu::ledger
