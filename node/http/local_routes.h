// SPDX-License-Identifier: Apache-2.0
// What an operator does to a running node, on its Unix socket alone: these routes are not in the table that TCP is
// answered from. Any thread.
//
//   GET  /admin                            {"draining":false,"log_level":"info"}
//   POST /admin/drain, /admin/resume       the same
//   POST /admin/log-level?level=debug      the same
#pragma once

#include <string>
#include <string_view>

#include "node/http/backend.h"
#include "node/http/server.h"
#include "node/http/slow_lane.h"

namespace quipu::http {

// node/runtime implements it.
class Operations {
 public:
  virtual ~Operations() = default;
  virtual std::string log_level() const = 0;
  virtual bool set_log_level(std::string_view level) = 0;  // false: there is no such level
  // While it drains, a node takes no submissions and says that it is not ready; it votes on.
  virtual bool draining() const = 0;
  virtual void set_draining(bool draining) = 0;
};

// Answers exactly once; all that is none of the above as `route` does. `request.local_user` is who asks.
void route_local(Backend& backend, Operations& operations, const Request& request, const Respond& respond,
                 SlowLane* lane = nullptr);

}  // namespace quipu::http
