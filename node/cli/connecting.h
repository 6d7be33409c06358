// SPDX-License-Identifier: Apache-2.0
// The way from a command's options to the node it asks. One thread.
#pragma once

#include <expected>
#include <string>

#include "node/cli/commands.h"
#include "node/cli/node_client.h"
#include "node/fetch/http_client.h"

namespace quipu::cli {

// What over https is believed, and shown.
fetch::TlsTrust trust_of(const Global& global);
// The first line of the file that the options name; empty without one.
std::expected<std::string, std::string> token_of(const Global& global);
// Shows and believes both.
std::expected<NodeClient, std::string> connect(const Global& global);

}  // namespace quipu::cli
