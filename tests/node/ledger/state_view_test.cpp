// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/state_view.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "crypto/digest.h"

namespace {

using namespace quipu::ledger;
using Pairs = std::vector<std::pair<MapKey, quipu::Bytes>>;

Pairs scanned(const StateView& state, quipu::BytesView prefix, std::size_t most = 1000) {
  Pairs found;
  state.scan(prefix, [&](const MapKey& key, quipu::BytesView value) {
    found.emplace_back(key, value);
    return found.size() < most;
  });
  return found;
}

}  // namespace

TEST_CASE("a map key is type and administration and the hash of the identifier", "[state]") {
  const MapKey key = map_key(RecordType::kCertificate, "BR", "C1");
  const auto tail = quipu::crypto::sha256(std::string("quipu-map-v1\0C1", 15));
  CHECK(key.view() ==
        "\x01"
        "BR" +
            std::string(tail.view()));
  CHECK(key.view().starts_with(map_prefix(RecordType::kCertificate, "BR")));
  CHECK(map_prefix(RecordType::kCertificate) == "\x01");
}

TEST_CASE("a scan of overlays agrees with one plain map", "[state]") {
  std::mt19937 dice(7);
  for (int round = 0; round < 50; ++round) {
    std::map<MapKey, quipu::Bytes> plain;
    auto below = std::make_shared<Overlay>(empty_state());
    Overlay above(below);
    for (int i = 0; i < 60; ++i) {
      const auto type = static_cast<RecordType>(1 + dice() % 3);
      const MapKey key = map_key(type, dice() % 2 ? "BR" : "CL", std::to_string(dice() % 20));
      const quipu::Bytes value = std::to_string(i);
      (i < 30 ? *below : above).put(key, value);
      plain[key] = value;
    }
    for (const auto& prefix :
         {map_prefix(RecordType::kOperator), map_prefix(RecordType::kOperator, "CL"), quipu::Bytes()}) {
      Pairs expected;
      for (const auto& [key, value] : plain) {
        if (key.view().starts_with(prefix)) expected.emplace_back(key, value);
      }
      REQUIRE(scanned(above, prefix) == expected);
      if (expected.size() > 3) expected.resize(3);
      REQUIRE(scanned(above, prefix, 3) == expected);
    }
    for (const auto& [key, value] : plain) REQUIRE(above.get(key) == value);
  }
}

TEST_CASE("what nobody wrote is not there", "[state]") {
  const Overlay overlay(empty_state());
  CHECK_FALSE(overlay.get(map_key(RecordType::kMember, "BR", "")).has_value());
  CHECK(scanned(overlay, "").empty());
}
