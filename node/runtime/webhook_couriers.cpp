// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/webhook_couriers.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "node/runtime/clock.h"

namespace quipu::runtime {

namespace {

constexpr const char* kPositions = "webhooks";

std::string named(const webhooks::Endpoint& endpoint, const std::string& error) {
  return "webhook " + endpoint.name + ": " + error;
}

void say(const std::string& line, bool alarm) { alarm ? spdlog::warn("{}", line) : spdlog::info("{}", line); }

}  // namespace

std::expected<Couriers, std::string> open_couriers(const NodeConfig& config, const http::Backend& backend,
                                                   consensus::Height witnessed) {
  const webhooks::Whereabouts where{.folder = config.directory,
                                    .positions = config.resolve(kPositions),
                                    .newest = std::max(backend.reader()->newest().height, witnessed).value};
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
