// SPDX-License-Identifier: Apache-2.0
#include "node/cli/connecting.h"

#include "node/cli/files.h"

namespace quipu::cli {

fetch::TlsTrust trust_of(const Global& global) {
  return {.ca = global.ca, .certificate = global.client_certificate, .key = global.client_key};
}

std::expected<std::string, std::string> token_of(const Global& global) {
  if (global.token_file.empty()) return std::string();
  const auto file = read_file(global.token_file);
  if (!file) return std::unexpected(file.error());
  return file->substr(0, file->find('\n'));
}

std::expected<NodeClient, std::string> connect(const Global& global) {
  auto http = HttpClient::make(global.node, trust_of(global));
  if (!http) return std::unexpected(http.error());
  const auto token = token_of(global);
  if (!token) return std::unexpected(token.error());
  if (!token->empty()) http->show(*token);
  return NodeClient(std::move(*http));
}

}  // namespace quipu::cli
