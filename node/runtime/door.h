// SPDX-License-Identifier: Apache-2.0
// Who is let in at a node's API: callers by their tokens or certificates, users of this machine on the Unix socket,
// guests as far as the configuration says, each as often as it may ask, and every caller noted. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "node/http/access.h"

namespace quipu::runtime {

struct DoorConfig {
  std::filesystem::path tokens;           // the file; need not be there
  std::filesystem::path access_log;       // empty: none
  http::Roles guests;                     // what a caller without a token may
  std::uint64_t requests_per_second = 0;  // of one token; 0: no limit
};

// "auto" lets guests do everything where only this machine can reach the API, nothing elsewhere; "all", "reader",
// "mirror" and "none" mean what they say. Nothing when it is none of these.
std::optional<http::Roles> guest_roles(std::string_view setting, std::string_view listen);

class Door final : public http::Doorkeeper {
 public:
  // `utc_ms` and `steady_us` are the clocks. A token file that cannot be read is an error here; later it keeps what it
  // knew and says so through `alarm`.
  static std::expected<std::unique_ptr<Door>, std::string> open(DoorConfig config, std::function<std::int64_t()> utc_ms,
                                                                std::function<std::int64_t()> steady_us,
                                                                std::function<void(const std::string&)> alarm);
  ~Door() override;

  std::optional<http::Caller> caller(const http::Request& request) override;
  bool has_room(const http::Caller& caller) override;
  void note(const http::Caller& caller, std::string_view method, std::string_view route, int status) override;
  // Requests that were answered with 401 or 403, by the caller's name. Those beyond kMostNamed names are kOthers'.
  std::map<std::string, std::uint64_t> refused() const;

  static constexpr std::size_t kMostNamed = 200;
  static constexpr const char* kOthers = "others";

 private:
  struct State;
  explicit Door(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// With this machine's clocks, and alarms in its log.
std::expected<std::unique_ptr<Door>, std::string> open_door(DoorConfig config);

}  // namespace quipu::runtime
