// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/webhook_couriers.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "node/ledger/contacts.h"
#include "node/runtime/clock.h"

namespace quipu::runtime {

namespace {

constexpr const char* kPositions = "webhooks";

std::string named(const webhooks::Endpoint& endpoint, const std::string& error) {
  return "webhook " + endpoint.name + ": " + error;
}

void say(const std::string& line, bool alarm) { alarm ? spdlog::warn("{}", line) : spdlog::info("{}", line); }

// A member that left is no mistake, so this stops nobody.
void warn_of_strangers(const NodeConfig& config, const http::Backend& backend) {
  const auto members = ledger::member_contacts(*backend.reader()->state(std::nullopt));
  for (const auto& endpoint : config.webhooks) {
    const auto found = std::ranges::find(members, endpoint.as, &ledger::Contact::administration);
    if (found != members.end()) continue;
    spdlog::warn("{}",
                 named(endpoint, "as = \"" + endpoint.as + "\" is no member of this network: is the code right?"));
  }
}

}  // namespace

std::expected<Couriers, std::string> open_couriers(const NodeConfig& config, const http::Backend& backend,
                                                   consensus::Height witnessed) {
  const webhooks::Whereabouts where{.folder = config.directory,
                                    .positions = config.resolve(kPositions),
                                    .newest = std::max(backend.reader()->newest().height, witnessed).value};
  warn_of_strangers(config, backend);
  Couriers couriers;
  for (const auto& endpoint : config.webhooks) {
    auto courier =
        webhooks::Courier::open(backend.genesis(), endpoint, where,
                                {[&backend] { return backend.reader(); }, [] { return real_now().utc_ms; }, &say});
    if (!courier) return std::unexpected(named(endpoint, courier.error()));
    couriers.push_back(*std::move(courier));
  }
  return couriers;
}

std::vector<webhooks::Standing> standings(const Couriers& couriers) {
  std::vector<webhooks::Standing> all;
  for (const auto& courier : couriers) all.push_back(courier->standing());
  return all;
}

std::expected<void, std::string> judge_webhooks(const NodeConfig& config) {
  for (const auto& endpoint : config.webhooks) {
    const auto checked = webhooks::check(endpoint, config.directory);
    if (!checked) return std::unexpected(named(endpoint, checked.error()));
  }
  return {};
}

}  // namespace quipu::runtime
