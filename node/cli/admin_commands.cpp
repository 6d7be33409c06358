// SPDX-License-Identifier: Apache-2.0
// What an operator does to a running node, on its Unix socket.
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/terminal.h"

namespace quipu::cli {

namespace {

Done act(const Global& global, const std::string& target) {
  if (!global.node.starts_with("unix:"))
    return std::unexpected("only the node's own Unix socket does this: --node unix:PATH (http.admin_socket)");
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = node->post_json(target, {});
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

}  // namespace

Done node_admin(const Global& global, const std::string& what) { return act(global, "/admin/" + what); }

Done node_log_level(const Global& global, const std::string& level) {
  return act(global, "/admin/log-level?level=" + url_encoded(level));
}

}  // namespace quipu::cli
