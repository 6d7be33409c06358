// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/door.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "consensus/token_bucket.h"
#include "node/http/server.h"
#include "node/ledger/date.h"
#include "node/runtime/access_log.h"
#include "node/runtime/clock.h"
#include "node/runtime/tokens.h"

namespace quipu::runtime {

namespace {

using http::Caller;
using http::kGuest;
using http::Role;
using http::Roles;

constexpr std::int64_t kLookAgain_us = 1'000'000;
// Of callers without a token noted a second: whoever knocks without end must not fill the disk.
constexpr std::uint64_t kStrangersNoted = 20;
constexpr int kRefused = 401;    // shows nothing, or nothing that is this node's
constexpr int kForbidden = 403;  // is known, and may not do this
constexpr std::string_view kBearer = "Bearer ";
constexpr Roles kOnTheSocket = {Role::kOperator, Role::kMirror};

bool is_loopback(std::string_view listen) {
  const auto host = listen.substr(0, listen.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// What tells whether the token file is another one than the one read.
struct FileMark {
  std::filesystem::file_time_type written{};
  std::uintmax_t bytes = 0;
  friend bool operator==(const FileMark&, const FileMark&) = default;
};

FileMark mark_of(const std::filesystem::path& file) {
  std::error_code error;
  FileMark mark;
  mark.written = std::filesystem::last_write_time(file, error);
  if (error) return {};
  mark.bytes = std::filesystem::file_size(file, error);
  return mark;
}

}  // namespace

std::optional<Roles> guest_roles(std::string_view setting, std::string_view listen) {
  if (setting == "auto") return is_loopback(listen) ? Roles::all() : Roles();
  if (setting == "all") return Roles::all();
  if (setting == "reader") return Roles{Role::kReader, Role::kMirror};
  if (setting == "mirror") return Roles{Role::kMirror};
  if (setting == "none") return Roles();
  return std::nullopt;
}

struct Door::State {
  DoorConfig config;
  std::function<std::int64_t()> utc_ms;
  std::function<std::int64_t()> steady_us;
  std::function<void(const std::string&)> alarm;

  std::mutex mutex;
  std::map<std::string, std::uint64_t> refused = {{std::string(kGuest), 0}, {std::string(http::kStranger), 0}};
  std::map<crypto::Digest, Token> tokens;                 // by the token's digest
  std::map<crypto::Digest, Token> certificates;           // by the key's; apart, since keys are no secrets
  std::map<std::string, consensus::TokenBucket> budgets;  // by the id of a token that is there
  consensus::TokenBucket strangers{kStrangersNoted};
  FileMark mark;
  std::int64_t looked_us = 0;
  std::optional<AccessLog> log;

  std::expected<void, std::string> read() {
    mark = mark_of(config.tokens);
    const auto read = read_tokens(config.tokens);
    if (!read) return std::unexpected(read.error());
    tokens.clear();
    certificates.clear();
    for (const auto& token : *read) (token.is_certificate() ? certificates : tokens).emplace(token.digest, token);
    std::erase_if(budgets, [&](const auto& budget) {
      return std::ranges::none_of(*read, [&](const Token& token) { return token.id == budget.first; });
    });
    return {};
  }

  void look_again() {
    if (steady_us() - looked_us < kLookAgain_us) return;
    looked_us = steady_us();
    if (mark_of(config.tokens) == mark) return;
    if (const auto again = read(); !again) alarm(again.error() + ": the tokens stay as they were");
  }

  // Found by its digest: how long that takes says nothing about the token.
  std::optional<Caller> holder_of(const crypto::Digest& digest, const std::map<crypto::Digest, Token>& among) const {
    const auto found = among.find(digest);
    if (found == among.end()) return std::nullopt;
    const auto last_day = ledger::Date::parse(found->second.expires);
    if (ledger::Date::of(static_cast<std::uint64_t>(utc_ms()), 0) > *last_day) return std::nullopt;
    return Caller{found->second.id, found->second.roles};
  }

  void count_refusal(const std::string& name) {
    const std::lock_guard lock(mutex);
    const bool has_place = refused.contains(name) || refused.size() < kMostNamed;
    ++refused[has_place ? name : kOthers];
  }
};

std::expected<std::unique_ptr<Door>, std::string> Door::open(DoorConfig config, std::function<std::int64_t()> utc_ms,
                                                             std::function<std::int64_t()> steady_us,
                                                             std::function<void(const std::string&)> alarm) {
  auto state = std::make_unique<State>();
  state->config = std::move(config);
  state->utc_ms = std::move(utc_ms);
  state->steady_us = std::move(steady_us);
  state->alarm = std::move(alarm);
  if (auto read = state->read(); !read) return std::unexpected(read.error());
  if (!state->config.access_log.empty()) {
    auto log = AccessLog::open(state->config.access_log);
    if (!log) return std::unexpected(log.error());
    state->log.emplace(*std::move(log));
  }
  return std::unique_ptr<Door>(new Door(std::move(state)));
}

Door::Door(std::unique_ptr<State> state) : state_(std::move(state)) {}
Door::~Door() = default;

std::optional<Caller> Door::caller(const http::Request& request) {
  const std::string_view shown = request.authorization;
  if (request.local_user) return Caller{fmt::format("uid-{}", *request.local_user), kOnTheSocket};
  if (shown.empty() && !request.certificate_key) return Caller{std::string(kGuest), state_->config.guests};
  if (!shown.empty() && !shown.starts_with(kBearer)) return std::nullopt;
  const std::lock_guard lock(state_->mutex);
  state_->look_again();
  if (shown.empty()) return state_->holder_of(*request.certificate_key, state_->certificates);
  return state_->holder_of(crypto::sha256(shown.substr(kBearer.size())), state_->tokens);
}

bool Door::has_room(const Caller& caller) {
  const auto most = state_->config.requests_per_second;
  if (most == 0 || caller.name == kGuest) return true;
  const std::lock_guard lock(state_->mutex);
  return state_->budgets.try_emplace(caller.name, most).first->second.take(1, state_->steady_us());
}

std::expected<std::unique_ptr<Door>, std::string> open_door(DoorConfig config) {
  return Door::open(
      std::move(config), [] { return real_now().utc_ms; }, [] { return real_now().steady_us; },
      [](const std::string& line) { spdlog::error("{}", line); });
}

// What guests merely look up on their own machine is not noted: it is most of the traffic, and nobody's.
void Door::note(const Caller& caller, std::string_view method, std::string_view route, int status) {
  if (status == kRefused || status == kForbidden) state_->count_refusal(caller.name);
  if (caller.name == kGuest && method == "GET" && status != kRefused) return;
  const std::lock_guard lock(state_->mutex);
  if (!state_->log) return;
  if (!http::has_token(caller) && !state_->strangers.take(1, state_->steady_us())) return;
  const auto time_ms = static_cast<std::uint64_t>(state_->utc_ms());
  if (!state_->log->append(time_ms, caller.name, method, route, status)) state_->alarm("the access log is not written");
}

std::map<std::string, std::uint64_t> Door::refused() const {
  const std::lock_guard lock(state_->mutex);
  return state_->refused;
}

}  // namespace quipu::runtime
