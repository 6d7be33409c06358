// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <map>
#include <thread>

#include "consensus/limits.h"
#include "crypto/sealing.h"
#include "node/http/local_routes.h"
#include "node/http/routes.h"
#include "node/http/server.h"
#include "node/http/thread_priority.h"
#include "node/ledger/contacts.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/sequence_holder.h"
#include "node/runtime/api_tls.h"
#include "node/runtime/care/backup_mark.h"
#include "node/runtime/care/drill.h"
#include "node/runtime/care/scrubber.h"
#include "node/runtime/clock.h"
#include "node/runtime/data_directory.h"
#include "node/runtime/door.h"
#include "node/runtime/driver.h"
#include "node/runtime/finality_times.h"
#include "node/runtime/managed_signing.h"
#include "node/runtime/metrics.h"
#include "node/runtime/outcomes.h"
#include "node/runtime/record_keeper.h"
#include "node/runtime/webhook_couriers.h"

namespace quipu::runtime {

namespace asio = boost::asio;

namespace {

constexpr std::int64_t kStopGrace_ms = 2'000;
constexpr std::chrono::seconds kSequenceWait{2};
constexpr const char* kStopping = "this node is stopping";
constexpr const char* kDiskFull =
    "this node's disk is nearly full, and what is left is kept for its votes: send it to another member's node";
constexpr const char* kDrained = "this node is drained by its operator";
constexpr const char* kNewEpoch = "the members changed just now";
constexpr const char* kRefilling = "this node is filling its ledger again from the other members";

http::SubmitAnswer::Kind kind_of(const replica::Answer& answer) {
  using Kind = http::SubmitAnswer::Kind;
  switch (answer.admission) {
    case replica::Admission::kAccepted:
      return Kind::kAccepted;
    case replica::Admission::kRejected:
      return Kind::kRejected;
    case replica::Admission::kSequence:
      return Kind::kSequence;
    case replica::Admission::kTooLarge:
      return Kind::kTooLarge;
    case replica::Admission::kBusy:
      return Kind::kBusy;
    case replica::Admission::kUnavailable:
      return Kind::kNotAccepting;
  }
  return Kind::kUnavailable;
}

std::size_t worker_count(const NodeConfig& config) {
  if (config.workers > 0) return static_cast<std::size_t>(config.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

// The operator's word goes before the ledger's.
std::string address_of(const NodeConfig& config, const ledger::Contact& member) {
  const auto found = config.peer_addresses.find(member.administration);
  return found != config.peer_addresses.end() ? found->second : member.address;
}

net::MeshConfig mesh_config(const NodeConfig& config, const OpenNode& files) {
  const auto& members = files.host->membership().members;
  net::MeshConfig out;
  out.chain = files.genesis.chain;
  out.epoch = files.host->membership().epoch.value;
  out.protocol_version = static_cast<std::uint16_t>(files.genesis.protocol_version);
  out.self = files.host->self();
  out.listen = config.peers_listen;
  out.first_guest = static_cast<consensus::MemberIndex>(members.size() + 1);
  for (const auto& member : ledger::member_contacts(*files.host->reader()->state(std::nullopt))) {
    const auto index = members.index_of(member.administration).value();
    if (member.administration == config.administration) continue;  // also when it is about to have another key
    out.peers.push_back({index, member.administration, address_of(config, member), member.transport});
  }
  return out;
}

DoorConfig door_config(const NodeConfig& config) {
  return {.tokens = config.resolve(config.http_tokens),
          .access_log = config.http_access_log.empty() ? "" : config.resolve(config.http_access_log),
          .guests = guest_roles(config.http_guests, config.http_listen).value(),
          .requests_per_second = static_cast<std::uint64_t>(config.http_requests_per_second)};
}

constexpr std::array kLevels = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};

// As the setting log.level spells them.
std::string level_name(spdlog::level::level_enum level) {
  if (level == spdlog::level::warn) return "warn";
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

// One object per use: it signs for this node only.
crypto::SecretKey copy_of(const crypto::SecretKey& key) { return *crypto::SecretKey::from_seed(key.seed()); }

}  // namespace

struct Node::State final : public http::Backend, public http::Operations {
  State(NodeConfig config_in, OpenNode files_in, std::unique_ptr<Door> door_in,
        std::unique_ptr<http::TlsIdentity> identity_in)
      : config(std::move(config_in)),
        files(std::move(files_in)),
        door(std::move(door_in)),
        identity(std::move(identity_in)),
        keeper(keeper_config(), std::move(files.side), keeper_callbacks()),
        mesh(make_mesh()),
        driver(io, *files.host, mesh.get(), replica_config(), worker_count(config), driver_callbacks()),
        server(
            http_io, config.http_listen,
            [this](http::Request request, http::Respond respond) { http::route(*this, request, respond, &lane); },
            identity.get()) {}

  replica::Config replica_config() const {
    const auto timing = config.timing == "local" ? consensus::Timing::local() : consensus::Timing::wide_area();
    // Any seed does: it only spreads the members' time-outs.
    const auto seed = static_cast<std::uint64_t>(real_now().steady_us) ^ files.host->self();
    return {.genesis = files.genesis,
            .self = files.host->self(),
            .timing = timing,
            .jitter_seed = seed,
            .newest_protocol_version = newest_protocol_version()};
  }

  std::uint32_t newest_protocol_version() const {
    const auto known = ledger::newest_protocol_version(files.genesis.chain_id);
    const auto played = static_cast<std::uint32_t>(config.newest_protocol_version);
    return played > 0 ? std::min(played, known) : known;
  }

  std::unique_ptr<net::Mesh> make_mesh() {
    membership = std::make_shared<const ledger::Membership>(files.host->membership());
    observes = files.host->self() >= membership->members.size();
    return std::make_unique<net::Mesh>(io, mesh_config(config, files), copy_of(*files.transport_key), mesh_callbacks());
  }

  // In an epoch of its own the mesh has peers, indexes and a HELLO of its own.
  net::Mesh* renew_mesh() {
    mesh->stop();
    for (net::MemberIndex peer = 0; is_member(peer); ++peer) keeper.peer_down(name_of(peer));
    {
      const std::lock_guard lock(peers_mutex);
      mesh = make_mesh();
    }
    if (const auto started = mesh->start(); !started) {
      spdlog::error("{}", started.error());
      stop();
    }
    guests_of = {};
    finality.forget_all();
    turn_away(kNewEpoch);
    return mesh.get();
  }

  // Former members, and candidates as soon as they are proposed.
  void admit_guests() {
    const auto ledger_reader = reader();
    const auto tip = ledger_reader->newest().block;
    if (std::exchange(guests_of, tip) == tip) return;
    std::vector<net::MeshPeer> guests;
    for (const auto& guest : ledger::guest_contacts(*ledger_reader->state(std::nullopt))) {
      guests.push_back({0, guest.administration, "", guest.transport});
    }
    mesh->admit_guests(guests);
  }

  net::MeshCallbacks mesh_callbacks() {
    return {[this](net::MemberIndex from, Bytes frame) { driver.feed(replica::Received{from, std::move(frame)}); },
            [this](net::MemberIndex peer) {
              spdlog::info("peer {} is up", name_of(peer));
              if (is_member(peer)) keeper.peer_up(name_of(peer));
              driver.feed(replica::PeerUp{peer});
            },
            [this](net::MemberIndex peer) {
              spdlog::warn("peer {} is down", name_of(peer));
              if (is_member(peer)) keeper.peer_down(name_of(peer));
              driver.feed(replica::PeerDown{peer});
            },
            [](const std::string& line) { spdlog::debug("{}", line); }};
  }

  std::string name_of(net::MemberIndex peer) const {
    const auto& members = membership->members;
    return peer < members.size() ? members[peer].code : "guest " + std::to_string(peer);
  }

  bool is_member(net::MemberIndex peer) const { return peer < membership->members.size(); }

  // ---- side records
  KeeperConfig keeper_config() const {
    return {config.administration, files.genesis.chain_id, config.resolve(config.side_directory) / "erasures"};
  }

  KeeperCallbacks keeper_callbacks() {
    return {[this] { return reader(); },
            [this](std::string to, consensus::Message message) {
              asio::post(io, [this, to = std::move(to), message = std::move(message)]() mutable {
                if (const auto index = membership->members.index_of(to)) driver.say(*index, message);
                forget(message);
              });
            },
            [](const std::string& line, bool alarm) { alarm ? spdlog::error("{}", line) : spdlog::info("{}", line); }};
  }

  static void forget(consensus::Message& message) {
    auto* response = std::get_if<consensus::RecordResponse>(&message);
    if (response == nullptr) return;
    for (Bytes& record : response->records) crypto::wipe(record);
  }

  // While the ledger is being filled again its state is old, and would have records deleted that are in order.
  bool refilling() const { return reader()->newest().height < files.witnessed; }

  void tell_keeper(const replica::Commit& effect) {
    if (refilling()) return;
    if (std::exchange(keeper_waits, false)) return keeper.look_at_all();
    std::vector<std::shared_ptr<const ledger::ExecutedBlock>> blocks;
    for (const auto& block : effect.blocks) blocks.push_back(block.executed);
    keeper.committed(blocks);
  }

  void hand_to_keeper(replica::AboutRecords& about) {
    if (!is_member(about.from)) return;
    auto* asked = std::get_if<consensus::RecordRequest>(&about.message);
    if (asked != nullptr) return keeper.asked(name_of(about.from), std::move(asked->commitments));
    keeper.came(name_of(about.from), std::move(std::get<consensus::RecordResponse>(about.message).records));
  }

  http::RecordDesk* record_desk() override { return &keeper; }
  http::Doorkeeper* doorkeeper() override { return door.get(); }
  http::SigningDesk* signing_desk() override { return managed.get(); }

  DriverCallbacks driver_callbacks() {
    return {[this](const replica::Answer& answer) { finish(answer); },
            [this](const replica::Outcome& outcome) { note(outcome); },
            [](const std::string& line, bool alarm) { alarm ? spdlog::error("{}", line) : spdlog::info("{}", line); },
            [this] { return renew_mesh(); },
            [this](const replica::Commit& effect) {
              tell_keeper(effect);
              for (const auto& courier : couriers) courier->wake();
            },
            [this](replica::AboutRecords& message) { hand_to_keeper(message); }};
  }

  void note(const replica::Outcome& outcome) {
    const auto now_us = real_now().steady_us;
    outcomes.record(outcome, now_us / 1000);
    finality.changed(outcome, now_us);
  }

  void finish(const replica::Answer& answer) {
    auto found = requests.extract(answer.request);
    if (found.empty()) return finish_again(answer);
    auto& waiting = found.mapped();
    if (answer.admission == replica::Admission::kAccepted) finality.accepted(answer.id, waiting.since_us);
    http::SubmitAnswer out{kind_of(answer), answer.id, answer.rejection, answer.holder, answer.why};
    if (out.kind != http::SubmitAnswer::Kind::kSequence || out.holder) return waiting.done(std::move(out));
    // Not pending here, so final: looked up on the other thread, which consensus does not wait for.
    asio::post(http_io, [this, out = std::move(out), waiting = std::move(waiting)]() mutable {
      out.holder = final_holder(waiting.leaf);
      waiting.done(std::move(out));
    });
  }

  // Of a submission that the last epoch's replica had taken: whoever asks what became of it is told.
  void finish_again(const replica::Answer& answer) {
    if (!answer.rejection) return;
    outcomes.record({answer.id, replica::Phase::kRejected, reader()->newest().height, 0, 0, answer.rejection},
                    real_now().steady_us / 1000);
  }

  std::optional<crypto::Digest> final_holder(const Bytes& leaf) const {
    const auto submission = ledger::decode_submission(leaf, files.genesis.chain_id);
    const auto ledger_reader = reader();
    if (!submission) return std::nullopt;
    const auto key = ledger::signing_key(*ledger_reader->state(std::nullopt), *submission);
    if (!key) return std::nullopt;
    return ledger::sequence_holder(*ledger_reader, submission->administration(), *key, submission->sequence());
  }

  // ---- http::Backend
  const ledger::Genesis& genesis() const override { return files.genesis; }
  std::shared_ptr<const ledger::LedgerReader> reader() const override { return files.host->reader(); }

  http::NodeStatus status() const override {
    const auto replica_status = driver.status();
    http::NodeStatus out;
    out.administration = config.administration;
    out.version = QUIPU_VERSION;
    out.view = replica_status.engine.current.value;
    std::unique_lock lock(peers_mutex);
    const auto voting = membership;
    out.peers = peers;
    const bool without_vote = observes;
    lock.unlock();
    // The members may have changed since the replica's status was taken.
    const auto& members = voting->members;
    out.epoch = voting->epoch.value;
    out.protocol_version = voting->protocol_version;
    out.newest_protocol_version = newest_protocol_version();
    if (replica_status.engine.leader < members.size()) out.leader = members[replica_status.engine.leader].code;
    out.awake = replica_status.engine.awake;
    out.syncing = replica_status.engine.syncing || replica_status.engine.finalized.height < files.witnessed;
    out.halted = replica_status.engine.halted;
    out.draining = drained;
    out.sign_state = without_vote ? "observing" : to_string(replica_status.engine.standing);
    out.pool = replica_status.pool;
    out.members = members.size();
    out.quorum = members.quorum();
    out.nullified_views = replica_status.engine.nullified_views;
    out.evidence = replica_status.engine.evidence;
    out.age_ms = age_of(replica_status);
    if (replica_status.epoch == voting->epoch) add_hearsay(out, replica_status.peers, members);
    return out;
  }

  static void add_hearsay(http::NodeStatus& out, const std::vector<replica::PeerNews>& news,
                          const consensus::MemberSet& members) {
    out.clock_offset_ms = replica::clock_offset_ms(news);
    for (auto& peer : out.peers) {
      const auto index = members.index_of(peer.code);
      if (!index || *index >= news.size()) continue;
      if (const auto& height = news[*index].height) peer.height = height->value;
      peer.clock_offset_ms = news[*index].clock_offset_ms;
      peer.newest_protocol_version = news[*index].newest_protocol_version;
    }
  }

  std::int64_t age_ms() const override { return age_of(driver.status()); }

  std::int64_t age_of(const replica::Status& replica_status) const {
    const auto fresh_ms = replica_status.cosigned_s ? static_cast<std::int64_t>(*replica_status.cosigned_s * 1000)
                                                    : static_cast<std::int64_t>(replica_status.block_time_ms);
    return std::max<std::int64_t>(real_now().utc_ms - fresh_ms, 0);
  }

  void submit(Bytes leaf, std::function<void(http::SubmitAnswer)> done) override {
    const auto id = crypto::leaf_hash(leaf);
    const auto tip = reader();
    if (tip->find(id)) return done({http::SubmitAnswer::Kind::kAccepted, id, {}, {}, {}});
    if (stopping) return done(not_accepting(kStopping));
    if (drained) return done(not_accepting(kDrained));
    if (disk_full) return done(not_accepting(kDiskFull));
    // The database was lost and is being filled again: what it shows so far is long past.
    if (tip->newest().height < files.witnessed) return done(not_accepting(kRefilling));
    asio::post(io, [this, leaf = std::move(leaf), done = std::move(done)]() mutable {
      if (stopping) return done(not_accepting(kStopping));
      const auto request = next_request++;
      requests.emplace(request, Waiting{leaf, std::move(done), real_now().steady_us});
      driver.feed(replica::Submitted{request, std::move(leaf)});
    });
  }

  static http::SubmitAnswer not_accepting(std::string why) {
    return {http::SubmitAnswer::Kind::kNotAccepting, {}, {}, {}, std::move(why)};
  }

  // Whoever still waits for an answer is told to send again: the replica may have taken what it was handed.
  void turn_away(const char* why) {
    for (auto& [request, waiting] : std::exchange(requests, {}))
      waiting.done({http::SubmitAnswer::Kind::kUnavailable, {}, {}, {}, why});
  }

  http::SubmissionState submission(const crypto::Digest& id) const override {
    // In this order: what becomes final between the two looks is found by the second.
    auto known = outcomes.find(id);
    const auto ledger_reader = reader();
    const auto place = ledger_reader->find(id);
    if (!place) return known;
    const auto block = ledger_reader->block(place->height).value();
    return {http::SubmissionPhase::kFinal, place->height.value, place->index, block.block_time_ms, std::nullopt};
  }

  std::uint64_t next_sequence(const std::string& administration, const crypto::PublicKey& key) const override {
    auto answer = std::make_shared<std::promise<std::uint64_t>>();
    auto future = answer->get_future();
    asio::post(io, [this, answer, administration, key] {
      answer->set_value(driver.replica().next_sequence(administration, key));
    });
    if (future.wait_for(kSequenceWait) == std::future_status::ready) return future.get();
    return ledger::next_sequence(*reader()->state(std::nullopt), administration, key);
  }

  // By peer: frames over a limit of the mesh, and what the replica found false.
  std::map<std::string, std::uint64_t> rejects() const {
    const auto replica_status = driver.status();
    std::unique_lock lock(peers_mutex);
    auto counts = peers_over_limits;
    const auto voting = membership;
    lock.unlock();
    auto& of_guests = counts["guest"];
    const auto& found = replica_status.rejects;
    // The members may have changed since the replica's status was taken.
    if (replica_status.epoch != voting->epoch || found.size() != voting->members.size() + 1) return counts;
    for (auto& [code, count] : counts) {
      if (const auto index = voting->members.index_of(code)) count += found[*index];
    }
    of_guests = found.back();
    return counts;
  }

  std::int64_t backup_verified_s() const {
    const auto mark = read_mark(config.directory / kLastMarkFile);
    return mark ? mark->verified_ms / 1'000 : 0;
  }

  std::string metrics() const override {
    auto vitals = vitals_of(*this, files.database->syncs(), door->refused(), disks(), seconds_left(identity.get()));
    vitals.scrub = read_scrub_mark(config.directory / kScrubMarkFile);
    const auto drilled = read_drill_mark(config.directory / kDrillMarkFile);
    const auto utc_ms = real_now().utc_ms;
    return render_metrics(vitals, driver.status(), driver.counters(), finality.until_final(),
                          {.backup_verified_s = backup_verified_s(),
                           .drill_s = drilled ? drilled->ended_ms / 1'000 : 0,
                           .rejects = rejects(),
                           .keys = key_ages(*reader(), config.administration, utc_ms),
                           .webhooks = standings(couriers),
                           .utc_ms = utc_ms});
  }

  // ---- http::Operations
  std::string log_level() const override { return level_name(spdlog::get_level()); }
  bool set_log_level(std::string_view level) override {
    for (const auto known : kLevels) {
      if (level_name(known) != level) continue;
      spdlog::set_level(known);
      spdlog::info("log level {}", level);
      return true;
    }
    return false;
  }
  bool draining() const override { return drained; }
  void set_draining(bool now) override {
    drained = now;
    spdlog::warn(now ? "drained by its operator: no submissions are taken" : "resumed by its operator");
  }

  // ---- life
  std::expected<void, std::string> start() {
    // A network of one has nobody to talk to, before a follower comes.
    if (auto started = mesh->start(); !started) return started;
    if (auto started = server.start(); !started) return started;
    if (auto started = start_admin(); !started) return started;
    keeper.start();
    for (const auto& courier : couriers) courier->start();
    asio::post(io, [this] {
      keeper_waits = refilling();
      if (!keeper_waits) keeper.look_at_all();
      driver.start();
      watch_peers();
    });
    signals.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) stop();
    });
    return {};
  }

  std::expected<void, std::string> start_admin() {
    if (config.http_admin_socket.empty()) return {};
    const auto handle = [this](http::Request request, http::Respond respond) {
      http::route_local(*this, *this, request, respond, &lane);
    };
    admin.emplace(http_io, "unix:" + config.resolve(config.http_admin_socket).string(), handle);
    return admin->start();
  }

  std::vector<DiskSpace> disks() const {
    return disk_space({{"ledger", config.resolve(config.ledger)}, {"safety", config.resolve(config.safety)}});
  }

  // Submissions stop while there is room for votes and blocks yet: a write that fails would end the node.
  void watch_disks() {
    const auto full = below_reserve(disks(), static_cast<std::uint64_t>(config.disk_reserve_mib) << 20);
    if (disk_full.exchange(full.has_value()) == full.has_value()) return;
    if (full) {
      spdlog::error("only {} MiB are free on the disk of the {}: no submissions are taken until there are {}",
                    full->free_bytes >> 20, full->of, config.disk_reserve_mib);
    } else {
      spdlog::info("there is room on the disks again: submissions are taken");
    }
  }

  void watch_peers() {
    std::vector<http::PeerSummary> fresh;
    std::map<std::string, std::uint64_t> over_limits;
    for (const auto& peer : mesh->peers()) {
      if (peer.index > membership->members.size()) continue;  // a guest
      fresh.push_back({peer.code, peer.up, peer.received_bytes, peer.sent_bytes});
      over_limits[peer.code] = peer.refused_frames;
    }
    {
      const std::lock_guard lock(peers_mutex);
      peers = std::move(fresh);
      peers_over_limits = std::move(over_limits);
    }
    admit_guests();
    watch_disks();
    peer_timer.expires_after(std::chrono::milliseconds(250));
    peer_timer.async_wait([this](const boost::system::error_code& error) {
      if (!error && !stopping) watch_peers();
    });
  }

  void stop() {
    if (stopping.exchange(true)) return;
    spdlog::info("stopping");
    server.stop(kStopGrace_ms);
    if (admin) admin->stop(kStopGrace_ms);
    for (const auto& courier : couriers) courier->stop();
    asio::post(io, [this] {
      mesh->stop();
      driver.stop();
      turn_away(kStopping);
      peer_timer.cancel();
      io_guard.reset();
    });
    // Without a signal, too: one that is waited for would keep the HTTP thread for ever.
    asio::post(http_io, [this] { signals.cancel(); });
    http_guard.reset();
  }

  NodeConfig config;
  OpenNode files;
  std::unique_ptr<Door> door;
  std::unique_ptr<http::TlsIdentity> identity;  // null: HTTP in clear
  mutable asio::io_context io{1};
  asio::io_context http_io{1};
  asio::executor_work_guard<asio::io_context::executor_type> io_guard = asio::make_work_guard(io);
  asio::executor_work_guard<asio::io_context::executor_type> http_guard = asio::make_work_guard(http_io);
  asio::signal_set signals{http_io, SIGTERM, SIGINT};
  asio::steady_timer peer_timer{io};
  std::atomic<bool> stopping{false};
  std::atomic<bool> drained{false};
  std::atomic<bool> disk_full{false};
  mutable std::mutex peers_mutex;
  std::shared_ptr<const ledger::Membership> membership;
  bool observes = false;         // not a member among these, or not with these keys
  consensus::BlockId guests_of;  // the tip whose state named them
  std::vector<http::PeerSummary> peers;
  std::map<std::string, std::uint64_t> peers_over_limits;  // frames, by code
  Outcomes outcomes;
  FinalityTimes finality;  // io thread
  struct Waiting {
    Bytes leaf;
    std::function<void(http::SubmitAnswer)> done;
    std::int64_t since_us = 0;
  };
  std::map<std::uint64_t, Waiting> requests;  // io thread only
  std::uint64_t next_request = 1;
  std::unique_ptr<ManagedSigning> managed;  // made before start(), and not changed then
  bool keeper_waits = false;                // for the ledger to be whole again
  RecordKeeper keeper;
  std::unique_ptr<net::Mesh> mesh;
  Driver driver;
  http::SlowLane lane;  // reads what stands above
  http::Server server;
  std::optional<http::Server> admin;  // the operator's, on a Unix socket
  Couriers couriers;                  // made before start(), and not changed then
};

Node::Node(std::unique_ptr<State> state) : state_(std::move(state)) {}
Node::~Node() = default;

std::expected<std::unique_ptr<Node>, std::string> Node::open(const NodeConfig& config) {
  auto files = open_node(config);
  if (!files) return std::unexpected(files.error());
  if (!files->notice.empty()) spdlog::warn("{}", files->notice);
  auto door = open_door(door_config(config));
  if (!door) return std::unexpected(door.error());
  auto identity = open_identity(tls_files(config));
  if (!identity) return std::unexpected(identity.error());
  auto state = std::make_unique<State>(config, std::move(*files), std::move(*door), std::move(*identity));
  auto managed = open_managed_signing(config);
  if (!managed) return std::unexpected(managed.error());
  state->managed = *std::move(managed);
  // How far the ledger was once counts, should it be filled again now.
  const auto newest = std::max(state->reader()->newest().height, state->files.witnessed).value;
  auto couriers = open_couriers(config.webhooks,
                                {.folder = config.directory,
                                 .positions = config.resolve(kPositionsFolder),
                                 .newest = [newest] { return newest; }},
                                *state);
  if (!couriers) return std::unexpected(couriers.error());
  state->couriers = *std::move(couriers);
  return std::unique_ptr<Node>(new Node(std::move(state)));
}

std::expected<void, std::string> Node::run() {
  if (auto started = state_->start(); !started) return started;
  const auto tip = state_->reader()->newest();
  spdlog::info("node of {} on {} at height {}, API {}://{}, peers {}{}", state_->config.administration,
               state_->files.genesis.chain_id, tip.height.value, scheme(state_->identity.get()),
               state_->config.http_listen, state_->config.peers_listen,
               state_->observes ? "; it follows without a vote" : "");
  std::thread http_thread([this] {
    http::stand_back(http::kAnswersNiceness);
    state_->http_io.run();
  });
  const Scrubber scrubber(state_->files.genesis.chain, *state_->files.database, state_->config.directory);
  state_->io.run();
  http_thread.join();
  state_->keeper.stop();  // until here it answers those who hand records in
  state_->couriers.clear();
  spdlog::info("stopped");
  return {};
}

}  // namespace quipu::runtime
