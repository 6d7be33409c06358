// SPDX-License-Identifier: Apache-2.0
// A member's or a follower's webhooks: a courier for each receiver of its configuration. One thread, but for the
// couriers themselves.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "node/http/backend.h"
#include "node/webhooks/courier.h"

namespace quipu::runtime {

using Couriers = std::vector<std::unique_ptr<webhooks::Courier>>;

using Endpoints = std::vector<webhooks::Endpoint>;

// Where a data directory has the positions of its receivers.
inline constexpr const char* kPositionsFolder = "webhooks";

// `backend` outlives them, and what `where` asks.
std::expected<Couriers, std::string> open_couriers(const Endpoints& endpoints, const webhooks::Whereabouts& where,
                                                   const http::Backend& backend);
std::vector<webhooks::Standing> standings(const Couriers& couriers);
// Whether open_couriers() could read what each needs. The error names the receiver.
std::expected<void, std::string> judge_webhooks(const Endpoints& endpoints, const std::filesystem::path& folder);

}  // namespace quipu::runtime
