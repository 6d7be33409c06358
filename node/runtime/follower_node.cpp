// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/follower_node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fstream>
#include <thread>

#include "node/follow/follower.h"
#include "node/http/routes.h"
#include "node/http/server.h"
#include "node/ledger/rules/apply.h"
#include "node/runtime/api_tls.h"
#include "node/runtime/clock.h"
#include "node/runtime/config.h"
#include "node/runtime/data_directory.h"
#include "node/runtime/door.h"
#include "node/runtime/metrics.h"
#include "node/runtime/webhook_couriers.h"

namespace quipu::runtime {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kStopGrace_ms = 2'000;

std::string state_of(const follow::SourceView& view) {
  using Kind = follow::Fault::Kind;
  if (!view.asked) return "";
  if (!view.fault) return "good";
  switch (view.fault->kind) {
    case Kind::kAway:
      return "away";
    case Kind::kBehind:
      return "behind";
    case Kind::kLies:
      return "lies";
    case Kind::kForked:
      return "forked";
    case Kind::kNewer:
      return "newer";
  }
  return "";
}

// The one given, kept in the directory from then on: another one may never take its place.
std::expected<ledger::Genesis, std::string> genesis_for(const FollowPlan& plan) {
  const auto kept = plan.directory / "genesis.json";
  if (plan.genesis.empty() && !fs::exists(kept)) return std::unexpected("--follow needs --genesis FILE the first time");
  auto genesis = read_genesis(plan.genesis.empty() ? kept : plan.genesis);
  if (!genesis || fs::exists(kept)) return genesis;
  std::ofstream out(kept, std::ios::binary);
  out << genesis->file;
  out.flush();
  if (!out) return std::unexpected("cannot write " + kept.string() + ": check the folder's permissions");
  return genesis;
}

std::expected<std::vector<std::unique_ptr<follow::Source>>, std::string> sources_of(const FollowPlan& plan) {
  std::vector<std::unique_ptr<follow::Source>> sources;
  std::string token;
  if (!plan.token_file.empty()) {
    std::ifstream in(plan.token_file);
    if (!std::getline(in, token)) return std::unexpected("cannot read " + plan.token_file.string());
  }
  for (const auto& url : plan.sources) {
    auto source = follow::http_source(url, token, {.ca = plan.ca});
    if (!source) return std::unexpected(source.error());
    sources.push_back(*std::move(source));
  }
  if (sources.empty()) return std::unexpected("--follow names no source");
  return sources;
}

}  // namespace

struct FollowerNode::State final : public http::Backend {
  State(FollowPlan plan_in, std::unique_ptr<storage::RocksDatabase> database_in,
        std::unique_ptr<follow::Pursuit> pursuit_in, std::vector<std::unique_ptr<follow::Source>> sources,
        std::unique_ptr<Door> door_in, std::unique_ptr<http::TlsIdentity> identity_in)
      : plan(std::move(plan_in)),
        door(std::move(door_in)),
        identity(std::move(identity_in)),
        database(std::move(database_in)),
        pursuit(std::move(pursuit_in)),
        follower(
            *pursuit, std::move(sources),
            [](const std::string& line, bool alarm) { alarm ? spdlog::error(line) : spdlog::info(line); },
            [this] { wake_couriers(); }),
        server(
            io, plan.http_listen,
            [this](http::Request request, http::Respond respond) { http::route(*this, request, respond, &lane); },
            identity.get()) {}

  const ledger::Genesis& genesis() const override { return pursuit->genesis(); }
  std::shared_ptr<const ledger::LedgerReader> reader() const override { return pursuit->reader(); }

  http::Doorkeeper* doorkeeper() override { return door.get(); }

  http::NodeStatus status() const override {
    http::NodeStatus out;
    const auto membership = pursuit->membership();
    out.version = QUIPU_VERSION;
    out.epoch = membership->epoch.value;
    out.protocol_version = membership->protocol_version;
    out.newest_protocol_version = ledger::newest_protocol_version(genesis().chain_id);
    out.members = membership->members.size();
    out.quorum = membership->members.quorum();
    out.syncing = !follower.caught_up();
    out.halted = follower.forked();
    out.age_ms = age_ms();
    for (const auto& view : follower.views())
      out.sources.push_back({view.name, state_of(view), view.fault ? view.fault->why : ""});
    return out;
  }

  std::int64_t age_ms() const override {
    const auto newest = static_cast<std::int64_t>(reader()->newest().block_time_ms);
    const auto fresh = static_cast<std::int64_t>(pursuit->cosigned_s() * 1000);
    return std::max<std::int64_t>(real_now().utc_ms - std::max(newest, fresh), 0);
  }

  void submit(Bytes leaf, std::function<void(http::SubmitAnswer)> done) override {
    using Kind = http::SubmitAnswer::Kind;
    const auto id = crypto::leaf_hash(leaf);
    if (reader()->find(id)) return done({Kind::kAccepted, id, {}, {}, {}});
    std::string where;
    for (const auto& url : plan.sources) where += (where.empty() ? "" : " or ") + url;
    done({Kind::kReadOnly, id, {}, {}, "it follows " + where});
  }

  http::SubmissionState submission(const crypto::Digest& id) const override {
    const auto ledger_reader = reader();
    const auto place = ledger_reader->find(id);
    if (!place) return {};
    const auto block = ledger_reader->block(place->height).value();
    return {http::SubmissionPhase::kFinal, place->height.value, place->index, block.block_time_ms, std::nullopt};
  }

  std::uint64_t next_sequence(const std::string& administration, const crypto::PublicKey& key) const override {
    return ledger::next_sequence(*reader()->state(std::nullopt), administration, key);
  }
  std::string metrics() const override {
    auto vitals = vitals_of(*this, database->syncs(), door->refused(),
                            disk_space({{"ledger", plan.directory / "ledger"}}), seconds_left(identity.get()));
    vitals.scrub = read_scrub_mark(plan.directory / kScrubMarkFile);
    return render_metrics(vitals, standings(couriers), real_now().utc_ms);
  }

  // The history that fills an empty ledger is news to nobody, so whoever is told from now on waits for its end.
  std::expected<void, std::string> appoint_couriers() {
    const auto newest = [this]() -> std::optional<std::uint64_t> {
      if (!follower.caught_up()) return std::nullopt;
      return reader()->newest().height.value;
    };
    auto opened = open_couriers(
        plan.config.webhooks,
        {.folder = plan.config.directory, .positions = plan.directory / kPositionsFolder, .newest = newest}, *this);
    if (!opened) return std::unexpected(opened.error());
    couriers = *std::move(opened);
    return {};
  }

  void wake_couriers() {
    for (const auto& courier : couriers) courier->wake();
  }

  void stop() {
    if (stopping.exchange(true)) return;
    spdlog::info("stopping");
    server.stop(kStopGrace_ms);
    for (const auto& courier : couriers) courier->stop();
    guard.reset();
  }

  FollowPlan plan;
  std::unique_ptr<Door> door;
  std::unique_ptr<http::TlsIdentity> identity;  // null: HTTP in clear
  std::unique_ptr<storage::RocksDatabase> database;
  std::unique_ptr<follow::Pursuit> pursuit;
  follow::Follower follower;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(io);
  asio::signal_set signals{io, SIGTERM, SIGINT};
  std::atomic<bool> stopping{false};
  http::SlowLane lane;  // reads what stands above
  http::Server server;
  Couriers couriers;  // made before run(), and not changed then
};

FollowerNode::FollowerNode(std::unique_ptr<State> state) : state_(std::move(state)) {}
FollowerNode::~FollowerNode() = default;

std::expected<std::unique_ptr<FollowerNode>, std::string> FollowerNode::open(const FollowPlan& plan) {
  if (plan.directory.empty()) return std::unexpected("--follow needs --dir DIR for the ledger it fills");
  std::error_code error;
  fs::create_directories(plan.directory, error);
  if (error) return std::unexpected("cannot make " + plan.directory.string() + ": " + error.message());
  if (fs::exists(plan.directory / "quipud.toml"))
    return std::unexpected(plan.directory.string() +
                           " is a member's, since it has a quipud.toml: give a follower a directory of its own");
  auto sources = sources_of(plan);
  if (!sources) return std::unexpected(sources.error());
  const auto guests = guest_roles(plan.guests, plan.http_listen);
  if (!guests) return std::unexpected("--guests " + plan.guests + ": auto, all, reader, mirror or none");
  auto door = open_door({.tokens = plan.directory / "tokens",
                         .access_log = plan.directory / "access.log",
                         .guests = *guests,
                         .requests_per_second = static_cast<std::uint64_t>(NodeConfig().http_requests_per_second)});
  if (!door) return std::unexpected(door.error());
  auto identity = open_identity(plan.tls);
  if (!identity) return std::unexpected(identity.error());
  auto genesis = genesis_for(plan);
  if (!genesis) return std::unexpected(genesis.error());
  auto database = storage::RocksDatabase::open(plan.directory / "ledger");
  if (!database) {
    return std::unexpected("cannot open " + (plan.directory / "ledger").string() + ": " + database.error().detail +
                           ": stop the process that uses it, or move it away and it is filled again");
  }
  auto pursuit = follow::Pursuit::open(std::move(*genesis), **database);
  if (!pursuit) return std::unexpected(pursuit.error());
  auto state = std::make_unique<State>(plan, std::move(*database), std::move(*pursuit), std::move(*sources),
                                       std::move(*door), std::move(*identity));
  if (auto appointed = state->appoint_couriers(); !appointed) return std::unexpected(appointed.error());
  return std::unique_ptr<FollowerNode>(new FollowerNode(std::move(state)));
}

std::expected<void, std::string> FollowerNode::run() {
  if (auto started = state_->server.start(); !started) return started;
  state_->signals.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) state_->stop();
  });
  spdlog::info("follower on {} at height {}, API {}://{}", state_->genesis().chain_id,
               state_->reader()->newest().height.value, scheme(state_->identity.get()), state_->plan.http_listen);
  std::thread following([this] { state_->follower.run(state_->stopping); });
  for (const auto& courier : state_->couriers) courier->start();
  const Scrubber scrubber(state_->genesis().chain, *state_->database, state_->plan.directory);
  state_->io.run();
  following.join();
  state_->couriers.clear();
  spdlog::info("stopped");
  return {};
}

}  // namespace quipu::runtime
