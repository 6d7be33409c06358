// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/courier.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "crypto/sealing.h"
#include "node/fetch/address.h"
#include "node/fetch/http_client.h"
#include "node/webhooks/message.h"
#include "node/webhooks/pace.h"
#include "node/webhooks/position.h"
#include "node/webhooks/signature.h"

namespace quipu::webhooks {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kChangesAtOnce = 64;
constexpr std::uint64_t kMostUnsaved = 64;              // messages taken, so no more than these are posted again
constexpr std::uint64_t kMostBlocksUnsaved = 1'000;     // without a message
constexpr std::chrono::milliseconds kLookAgain{1'000};  // should nobody wake it
constexpr std::size_t kMostAnswer = 1 << 20;
constexpr std::size_t kMostSecretFile = 4'096;

std::expected<std::vector<Secret>, std::string> read_secrets(const fs::path& file) {
  const auto wrong = [&](const std::string& why) { return std::unexpected(file.string() + ": " + why); };
  std::error_code error;
  const auto status = fs::status(file, error);
  if (error || !fs::is_regular_file(status)) return wrong("there is no such file");
  if ((status.permissions() & fs::perms::others_read) != fs::perms::none) {
    return wrong("everybody may read this secret: chmod o-r");
  }
  Bytes text(kMostSecretFile, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (!in.eof()) return wrong("it cannot be read or is too long for a secret");
  auto secrets = parse_secrets(text);
  crypto::wipe(text);
  return secrets ? std::move(secrets) : wrong(secrets.error());
}

std::expected<fetch::HttpClient, std::string> make_client(const Endpoint& endpoint, const fs::path& folder) {
  const auto url = fetch::parse_url(endpoint.url);
  if (!url) return std::unexpected("url must be http://... or https://...");
  const fs::path ca = endpoint.ca.empty() ? fs::path() : folder / endpoint.ca;
  auto client = fetch::HttpClient::make(url->origin, {.ca = ca});
  if (client) client->advise("is the receiver up, and may this node reach it?");
  return client;
}

std::string headers_of(const Message& message, const std::vector<Secret>& secrets, std::int64_t now_s) {
  return "webhook-id: " + message.id + "\r\nwebhook-timestamp: " + std::to_string(now_s) +
         "\r\nwebhook-signature: " + sign(secrets, message.id, now_s, message.body) + "\r\n";
}

std::string chain_of(const ledger::Genesis& genesis) { return crypto::to_hex(genesis.chain.view()); }

bool taken(int status) { return status >= 200 && status < 300; }

// Why a post was not taken, and how long the receiver asks to be left alone.
struct Failure {
  std::string why;
  std::int64_t retry_after_s = 0;
};

}  // namespace

std::expected<void, std::string> check(const Endpoint& endpoint, const fs::path& folder) {
  if (auto form = check_form(endpoint); !form) return form;
  if (auto secrets = read_secrets(folder / endpoint.secret_file); !secrets) return std::unexpected(secrets.error());
  if (auto client = make_client(endpoint, folder); !client) return std::unexpected(client.error());
  return {};
}

struct Courier::State {
  State(const ledger::Genesis& genesis_in, Endpoint endpoint_in, const Whereabouts& where_in,
        CourierCallbacks callbacks_in, fetch::HttpClient client_in, std::optional<Position> position_in)
      : genesis(genesis_in),
        endpoint(std::move(endpoint_in)),
        where(where_in),
        callbacks(std::move(callbacks_in)),
        client(std::move(client_in)),
        target(fetch::parse_url(endpoint.url).value().target),
        position(std::move(position_in)) {
    standing.name = endpoint.name;
    if (position) standing.height = position->height;
  }

  fs::path position_file() const { return where.positions / (endpoint.name + ".position"); }

  // ---- on the courier's thread

  void run() {
    while (!stopping) {
      if (!begin() || !advance()) rest(kLookAgain, true);
    }
    save_if(unsaved_messages + unsaved_blocks > 0);
  }

  // False: nobody knows yet where that is.
  bool begin() {
    if (position) return true;
    const auto newest = where.newest();
    if (!newest) return false;
    position = Position{.chain = chain_of(genesis), .height = *newest};
    save_if(true);
    const std::lock_guard lock(mutex);
    standing.height = position->height;
    return true;
  }

  // One stretch of the ledger. False: there is nothing to read.
  bool advance() {
    const auto reader = callbacks.reader();
    if (position->height >= reader->newest().height.value) return caught_up();
    const consensus::Height height{position->height + 1};
    const auto found =
        messages_in(genesis, reader, endpoint, {.height = height, .after = position->after, .limit = kChangesAtOnce});
    const std::uint64_t time_ms = reader->block(height).value().block_time_ms;
    for (const Message& message : found.messages) {
      if (!deliver(message, time_ms)) return true;
    }
    if (found.more_after) {
      position->after = found.more_after;
    } else {
      next_block();
    }
    save_if(unsaved_blocks >= kMostBlocksUnsaved);
    return true;
  }

  bool caught_up() {
    save_if(unsaved_messages > 0);
    return false;
  }

  void next_block() {
    position->after.reset();
    ++position->height;
    ++unsaved_blocks;
    const std::lock_guard lock(mutex);
    standing.height = position->height;
  }

  // Posts until it is taken. False: it was not before the courier was stopped.
  bool deliver(const Message& message, std::uint64_t block_time_ms) {
    note_waiting(block_time_ms);
    for (std::uint64_t failures = 0; !stopping;) {
      const auto failure = post(message);
      if (!failure) return was_taken(message, failures);
      if (stopping) break;
      was_not_taken(message, *failure, ++failures);
      rest(std::chrono::milliseconds(wait_ms(failures, failure->retry_after_s)), false);
    }
    return false;
  }

  std::optional<Failure> post(const Message& message) {
    const auto secrets = read_secrets(where.folder / endpoint.secret_file);
    if (!secrets) return Failure{secrets.error()};
    const auto headers = headers_of(message, *secrets, callbacks.utc_ms() / 1'000);
    const auto reply = client.post(target, "application/json", message.body, headers, kMostAnswer);
    if (!reply) return Failure{reply.error()};
    if (taken(reply->status)) return std::nullopt;
    return Failure{"HTTP status " + std::to_string(reply->status), reply->retry_after_s};
  }

  bool was_taken(const Message& message, std::uint64_t failures) {
    if (failures > 0) say(message.id + " was taken after " + std::to_string(failures) + " failures", false);
    position->after = message.place;
    save_if(++unsaved_messages >= kMostUnsaved);
    const std::lock_guard lock(mutex);
    standing.waiting_since_ms = 0;
    ++standing.taken;
    return true;
  }

  void was_not_taken(const Message& message, const Failure& failure, std::uint64_t failures) {
    save_if(unsaved_messages > 0);
    const auto wait_s = wait_ms(failures, failure.retry_after_s) / 1'000;
    say(message.id + " was not taken: " + failure.why + "; again in " + std::to_string(wait_s) + " s", true);
    const std::lock_guard lock(mutex);
    ++standing.failed;
  }

  void note_waiting(std::uint64_t block_time_ms) {
    const std::lock_guard lock(mutex);
    standing.waiting_since_ms = block_time_ms;
  }

  // A position that cannot be written costs no message: after a restart some are posted again.
  void save_if(bool due) {
    if (!due) return;
    unsaved_messages = unsaved_blocks = 0;
    if (!write_position(position_file(), *position)) say("cannot write " + position_file().string(), true);
  }

  void say(const std::string& line, bool alarm) { callbacks.log("webhook " + endpoint.name + ": " + line, alarm); }

  void rest(std::chrono::milliseconds time, bool until_woken) {
    std::unique_lock lock(mutex);
    bell.wait_for(lock, time, [&] { return stopping || (until_woken && woken); });
    woken = false;
  }

  const ledger::Genesis& genesis;
  const Endpoint endpoint;
  const Whereabouts where;
  const CourierCallbacks callbacks;
  fetch::HttpClient client;
  const std::string target;
  std::optional<Position> position;  // nothing: it has not begun
  std::uint64_t unsaved_messages = 0;
  std::uint64_t unsaved_blocks = 0;

  mutable std::mutex mutex;  // of what follows
  std::condition_variable bell;
  bool woken = false;
  Standing standing;
  std::atomic<bool> stopping{false};
  std::thread thread;
};

namespace {

// Nothing: where it begins is not known yet.
std::expected<std::optional<Position>, std::string> position_of(const ledger::Genesis& genesis,
                                                                const Endpoint& endpoint, const Whereabouts& where) {
  const fs::path file = where.positions / (endpoint.name + ".position");
  auto found = read_position(file);
  if (!found) return std::unexpected(found.error());
  if (*found && (*found)->chain != chain_of(genesis)) {
    return std::unexpected(file.string() + " is of another chain: delete it to begin anew");
  }
  if (*found) return found;
  std::error_code error;
  fs::create_directories(where.positions, error);
  if (error) return std::unexpected("cannot make " + where.positions.string() + ": " + error.message());
  const auto height = endpoint.since ? endpoint.since : where.newest();
  if (!height) return std::nullopt;
  Position beginning{.chain = chain_of(genesis), .height = *height};
  if (!write_position(file, beginning)) return std::unexpected("cannot write " + file.string());
  return beginning;
}

}  // namespace

std::expected<std::unique_ptr<Courier>, std::string> Courier::open(const ledger::Genesis& genesis, Endpoint endpoint,
                                                                   const Whereabouts& where,
                                                                   CourierCallbacks callbacks) {
  if (auto checked = check(endpoint, where.folder); !checked) return std::unexpected(checked.error());
  auto client = make_client(endpoint, where.folder);
  if (!client) return std::unexpected(client.error());
  auto position = position_of(genesis, endpoint, where);
  if (!position) return std::unexpected(position.error());
  return std::unique_ptr<Courier>(new Courier(std::make_unique<State>(
      genesis, std::move(endpoint), where, std::move(callbacks), std::move(*client), std::move(*position))));
}

Courier::Courier(std::unique_ptr<State> state) : state_(std::move(state)) {}

Courier::~Courier() {
  stop();
  if (state_->thread.joinable()) state_->thread.join();
}

void Courier::start() {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

void Courier::wake() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->woken = true;
  }
  state_->bell.notify_one();
}

void Courier::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->bell.notify_one();
  state_->client.abandon();
}

Standing Courier::standing() const {
  const std::lock_guard lock(state_->mutex);
  return state_->standing;
}

}  // namespace quipu::webhooks
