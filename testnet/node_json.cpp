// SPDX-License-Identifier: Apache-2.0
#include "testnet/node_json.h"

namespace quipu::testnet {

boost::json::object node_json(const processes::Network& network, const processes::NodeEntry& node) {
  boost::json::object entry{{"administration", node.code},
                            {"url", network.url(node)},
                            {"pid", node.pid},
                            {"running", is_running(node)},
                            {"paused", is_paused(node)}};
  if (const auto view = look_at(network, node)) {
    entry["height"] = view->height;
    entry["size"] = view->size;
    entry["root"] = view->root;
    entry["view"] = view->view;
    entry["leader"] = view->leader;
    entry["peers_up"] = view->peers_up;
    entry["pool"] = view->pool;
    entry["ready"] = view->ready;
  }
  return entry;
}

}  // namespace quipu::testnet
