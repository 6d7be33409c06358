// SPDX-License-Identifier: Apache-2.0
#include "node/cli/connecting.h"

#include "node/cli/files.h"

namespace quipu::cli {

std::expected<NodeClient, std::string> connect(const Global& global) {
  auto http = HttpClient::make(global.node,
                               {.ca = global.ca, .certificate = global.client_certificate, .key = global.client_key});
  if (!http) return std::unexpected(http.error());
  if (!global.token_file.empty()) {
    const auto token = read_file(global.token_file);
    if (!token) return std::unexpected(token.error());
    http->show(token->substr(0, token->find('\n')));
  }
  return NodeClient(std::move(*http));
}

}  // namespace quipu::cli
