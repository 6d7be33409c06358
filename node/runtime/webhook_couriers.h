// SPDX-License-Identifier: Apache-2.0
// A node's webhooks: a courier for each receiver of its configuration. One thread, but for the couriers themselves.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "node/http/backend.h"
#include "node/runtime/config.h"
#include "node/webhooks/courier.h"

namespace quipu::runtime {

using Couriers = std::vector<std::unique_ptr<webhooks::Courier>>;

// `backend` outlives them. `witnessed`: how far the ledger was once, should it be filled again now.
std::expected<Couriers, std::string> open_couriers(const NodeConfig& config, const http::Backend& backend,
                                                   consensus::Height witnessed);
std::vector<webhooks::Standing> standings(const Couriers& couriers);
// Whether open_couriers() could read what each needs. The error names the receiver.
std::expected<void, std::string> judge_webhooks(const NodeConfig& config);

}  // namespace quipu::runtime
