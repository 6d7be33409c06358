// SPDX-License-Identifier: Apache-2.0
// The way from a command's options to the node it asks. One thread.
#pragma once

#include <expected>
#include <string>

#include "node/cli/commands.h"
#include "node/cli/node_client.h"

namespace quipu::cli {

// Shows the token in the first line of the file, if one is named, and over https believes and shows what the options
// say.
std::expected<NodeClient, std::string> connect(const Global& global);

}  // namespace quipu::cli
