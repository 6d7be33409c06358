// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/cast.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <tuple>

#include "crypto/digest.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::testnet {

namespace {

constexpr std::array<const char*, kCastMembers> kCodes = {
    "BO", "BR", "CL", "CO", "CR", "DO", "EC", "GT", "MX", "PE", "PY", "US", "UY", "VA", "VC", "VE",
    "VG", "VI", "VN", "VU", "WF", "WS", "XA", "XB", "XC", "YE", "YT", "ZA", "ZM", "ZW", "ZZ"};

Bytes public_bytes(const std::string& code, const std::string& purpose) {
  return Bytes(secret_key(code, purpose).public_key().view());
}

[[noreturn]] void impossible(const std::string& why) {
  std::fprintf(stderr, "simulator: its own genesis is refused: %s\n", why.c_str());
  std::abort();
}

}  // namespace

crypto::SecretKey secret_key(const std::string& code, const std::string& purpose) {
  const crypto::Digest seed = crypto::sha256({"quipu simulator key/", code, "/", purpose});
  return *crypto::SecretKey::from_seed(seed.view());
}

ledger::v1::Member member_card(const std::string& code, bool desk) {
  ledger::v1::Member card;
  card.set_administration(code);
  card.set_name("Aduana " + code);
  card.set_governance_key(public_bytes(code, "governance"));
  card.set_vote_key(public_bytes(code, "vote"));
  card.set_transport_key(public_bytes(code, "transport"));
  card.set_cosigner_key(public_bytes(code, "cosigner"));
  card.set_log_key(public_bytes(code, "log"));
  for (unsigned key = 0; key < kIssuerKeys; ++key)
    card.add_issuer_keys(public_bytes(code, "issuer" + std::to_string(key)));
  if (desk) card.add_issuer_keys(public_bytes(code, "desk"));
  card.set_address(code + ".example.org:7470");
  auto* programme = card.add_programme();
  programme->set_scheme(ledger::v1::SECURITY);
  programme->set_label("OEA");
  card.set_term_years(3);
  return card;
}

namespace {

std::shared_ptr<const Cast> make_cast(const std::vector<std::string>& codes, std::size_t members, bool training) {
  std::vector<ledger::v1::Member> cards;
  for (std::size_t i = 0; i < members; ++i) cards.push_back(member_card(codes[i], codes.size() > members));
  const std::uint64_t created_ms = kStartUtc_ms - 3'600'000;
  const auto file = ledger::make_genesis_file((training ? "test-sim-" : "quipu-sim-") + std::to_string(members),
                                              created_ms, cards, "");
  if (!file) impossible(file.error());
  auto genesis = ledger::parse_genesis(*file);
  if (!genesis) impossible(genesis.error());
  auto cast = std::make_shared<Cast>(Cast{*std::move(genesis), {}, {}, {}});
  for (const auto& code : codes) {
    cast->codes.push_back(code);
    cast->vote.push_back(std::make_shared<crypto::SecretKey>(secret_key(code, "vote")));
    for (unsigned key = 0; key < kIssuerKeys; ++key)
      cast->issuer.push_back(std::make_shared<crypto::SecretKey>(secret_key(code, "issuer" + std::to_string(key))));
  }
  return cast;
}

}  // namespace

std::size_t Cast::place_of(const std::string& code) const {
  const auto found = std::ranges::find(codes, code);
  assert(found != codes.end());
  return static_cast<std::size_t>(found - codes.begin());
}

std::shared_ptr<const Cast> cast_of(std::size_t members, std::size_t candidates, bool training) {
  assert(members >= 1 && members + candidates <= kCastMembers);
  return cast_of(std::vector<std::string>(kCodes.begin(), kCodes.begin() + members + candidates), members, training);
}

std::shared_ptr<const Cast> cast_of(const std::vector<std::string>& codes, std::size_t members, bool training) {
  assert(members >= 1 && members <= codes.size() && std::is_sorted(codes.begin(), codes.begin() + members));
  thread_local std::map<std::tuple<std::vector<std::string>, std::size_t, bool>, std::shared_ptr<const Cast>> casts;
  auto& cast = casts[{codes, members, training}];
  if (!cast) cast = make_cast(codes, members, training);
  return cast;
}

host::HostKeys host_keys(const Cast& cast, std::size_t member) {
  const std::string& code = cast.code(member);
  return {secret_key(code, "vote"), secret_key(code, "cosigner"), secret_key(code, "log")};
}

}  // namespace quipu::testnet
