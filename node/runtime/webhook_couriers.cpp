// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/webhook_couriers.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "node/ledger/contacts.h"
#include "node/runtime/clock.h"

namespace quipu::runtime {

namespace {

std::string named(const webhooks::Endpoint& endpoint, const std::string& error) {
  return "webhook " + endpoint.name + ": " + error;
}

void say(const std::string& line, bool alarm) { alarm ? spdlog::warn("{}", line) : spdlog::info("{}", line); }

// A member that left is no mistake, nor one that a ledger still being filled does not have yet, so this stops nobody.
void warn_of_strangers(const Endpoints& endpoints, const http::Backend& backend) {
  const auto reader = backend.reader();
  const auto members = ledger::member_contacts(*reader->state(std::nullopt));
  const auto height = std::to_string(reader->newest().height.value);
  for (const auto& endpoint : endpoints) {
    const auto found = std::ranges::find(members, endpoint.as, &ledger::Contact::administration);
    if (found != members.end()) continue;
    spdlog::warn("{}", named(endpoint, "as = \"" + endpoint.as + "\" is no member of this network at height " + height +
                                           ": is the code right?"));
  }
}

}  // namespace

std::expected<Couriers, std::string> open_couriers(const Endpoints& endpoints, const webhooks::Whereabouts& where,
                                                   const http::Backend& backend) {
  warn_of_strangers(endpoints, backend);
  Couriers couriers;
  for (const auto& endpoint : endpoints) {
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

std::expected<void, std::string> judge_webhooks(const Endpoints& endpoints, const std::filesystem::path& folder) {
  for (const auto& endpoint : endpoints) {
    const auto checked = webhooks::check(endpoint, folder);
    if (!checked) return std::unexpected(named(endpoint, checked.error()));
  }
  return {};
}

}  // namespace quipu::runtime
