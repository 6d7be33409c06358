// SPDX-License-Identifier: Apache-2.0
// The facts that examine() judges, from the node, its files and its disk.
#include <fmt/format.h>
#include <sys/timex.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <chrono>
#include <ctime>
#include <fstream>
#include <limits>
#include <optional>

#include "node/fetch/http_client.h"
#include "node/ledger/json.h"
#include "node/runtime/api_tls.h"
#include "node/runtime/care/backup.h"
#include "node/runtime/care/doctor.h"
#include "node/runtime/clock.h"
#include "node/runtime/data_directory.h"
#include "node/runtime/metrics.h"
#include "node/signer/member_keys.h"
#include "node/signer/remote_signing.h"
#include "storage/directory_sync.h"

namespace quipu::runtime {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kSyncs = 5;
constexpr std::chrono::seconds kSignerPatience{5};
constexpr std::size_t kProbeBytes = 4'096;
constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;

std::string text_at(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t number_at(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

void read_peers(const json::object& status, NodeAnswers& answers) {
  const auto* peers = status.if_contains("peers");
  if (peers == nullptr || !peers->is_array()) return;
  for (const auto& each : peers->get_array()) {
    if (!each.is_object()) continue;
    const auto& peer = each.get_object();
    const auto code = text_at(peer, "administration");
    const auto* up = peer.if_contains("up");
    if (up == nullptr || !up->is_bool()) continue;
    if (!up->get_bool()) {
      answers.peers_down.push_back(code);
    } else if (peer.contains("height")) {
      answers.peer_heights.emplace(code, number_at(peer, "height"));
    }
  }
}

std::optional<std::int64_t> clock_offset_ms(const json::object& status) {
  const auto* value = status.if_contains("clock_offset_ms");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<std::int64_t>();
}

// "2026-11-27T09:12:03.123Z", to the second; 0 when it is none.
std::int64_t time_of(const std::string& text) {
  std::tm time{};
  if (strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return 0;
  return std::int64_t{timegm(&time)} * 1'000;
}

// Nothing: it does not tell us.
std::expected<std::optional<NodeAnswers>, std::string> answers_of(fetch::HttpClient& client) {
  const auto ready = client.get("/readyz");
  if (!ready) return std::unexpected(ready.error());
  const auto status = client.get("/v1/node/status");
  if (!status) return std::unexpected(status.error());
  if (status->status == kUnauthorized || status->status == kForbidden) return std::nullopt;
  const auto parsed = ledger::parse_strict_json(status->body);
  if (status->status != kOk || !parsed || !parsed->is_object())
    return std::unexpected(fmt::format("HTTP status {} for its status", status->status));
  const auto& said = parsed->get_object();
  const auto* halted = said.if_contains("halted");
  const std::string reason(ready->body.substr(0, ready->body.find('\n')));
  NodeAnswers answers{.version = text_at(said, "version"),
                      .unready = ready->status == kOk ? std::string() : reason,
                      .halted = halted != nullptr && halted->is_bool() && halted->get_bool(),
                      .sign_state = text_at(said, "sign_state"),
                      .height = number_at(said, "height"),
                      .block_time_ms = time_of(text_at(said, "block_time")),
                      .members = number_at(said, "members"),
                      .quorum = number_at(said, "quorum"),
                      .evidence = number_at(said, "evidence"),
                      .clock_offset_ms = clock_offset_ms(said)};
  read_peers(said, answers);
  return answers;
}

std::expected<std::optional<NodeAnswers>, std::string> ask(const std::string& url, const fs::path& token_file,
                                                           const fs::path& ca) {
  const auto token = signer::read_passphrase(token_file);
  if (!token) return std::unexpected(token.error());
  auto client = fetch::HttpClient::make(url, {.ca = ca});
  if (!client) return std::unexpected(client.error());
  if (!token->empty()) client->show(*token);
  return answers_of(*client);
}

std::optional<SignerSeen> look_at_signer(const NodeConfig& config) {
  if (config.signs_itself()) return std::nullopt;
  SignerSeen seen{.socket = config.resolve(config.signer_socket).string()};
  const auto genesis = read_genesis(config.resolve(config.genesis));
  if (!genesis) {
    seen.fault = genesis.error();
    return seen;
  }
  const auto found = signer::look_for_signer(seen.socket, genesis->chain, kSignerPatience);
  if (!found) seen.fault = found.error();
  seen.in_use = found && *found == signer::Presence::kInUse;
  return seen;
}

bool readable_by_others(const fs::path& file) {
  std::error_code error;
  const auto permissions = fs::status(file, error).permissions();
  return !error && (permissions & kOthers) != fs::perms::none;
}

// Whatever opens a key or is one.
std::vector<std::string> open_secrets(const NodeConfig& config) {
  std::vector<fs::path> secrets;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(config.resolve(config.keys), error)) {
    if (entry.path().extension() == ".key") secrets.push_back(entry.path());
  }
  for (const auto& file : {config.passphrase_file, config.http_certificate_key, config.managed_issuer_key,
                           config.managed_passphrase_file}) {
    if (!file.empty()) secrets.push_back(config.resolve(file));
  }
  std::vector<std::string> found;
  for (const auto& secret : secrets) {
    if (readable_by_others(secret)) found.push_back(secret.string());
  }
  std::ranges::sort(found);
  return found;
}

// Only asks.
bool clock_is_kept() {
  timex ask{};
  return ::adjtimex(&ask) != TIME_ERROR;
}

double free_share(const fs::path& place) {
  std::error_code error;
  const auto space = fs::space(place, error);
  return error || space.capacity == 0 ? 0 : static_cast<double>(space.available) / static_cast<double>(space.capacity);
}

// The node refuses submissions by the same measure.
std::string under_reserve(const NodeConfig& config) {
  const auto disks = disk_space({{"ledger", config.resolve(config.ledger)}, {"safety", config.resolve(config.safety)}});
  const auto full = below_reserve(disks, static_cast<std::uint64_t>(config.disk_reserve_mib) << 20);
  if (!full) return {};
  return fmt::format("only {} MiB are free on the disk of the {} and {} are kept for votes", full->free_bytes >> 20,
                     full->of, config.disk_reserve_mib);
}

// Beside the ledger, in a file that is gone afterwards. Infinite when it cannot be written.
double median_sync_ms(const fs::path& folder) {
  const fs::path probe = folder / "doctor.probe";
  std::vector<double> took_ms;
  bool good = true;
  for (int i = 0; i < kSyncs && good; ++i) {
    std::ofstream out(probe, std::ios::binary | std::ios::app);
    out << std::string(kProbeBytes, '\0');
    out.close();  // which writes it, and finds the disk full
    const auto start = std::chrono::steady_clock::now();
    good = out && storage::sync_file(probe);
    took_ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::error_code error;
  fs::remove(probe, error);
  std::ranges::sort(took_ms);
  return good ? took_ms[took_ms.size() / 2] : std::numeric_limits<double>::infinity();
}

void look_at_certificate(const NodeConfig& config, NodeFacts& facts) {
  if (config.http_certificate.empty()) return;
  const auto identity = http::TlsIdentity::open(tls_files(config), [](const std::string&, bool) {});
  if (!identity) return void(facts.certificate_fault = identity.error());
  facts.certificate_expires_s = (*identity)->expires_s();
}

}  // namespace

NodeFacts look_at_node(const NodeConfig& config, const fs::path& token_file, const fs::path& ca) {
  NodeFacts facts{.url = own_url(config), .installed_version = QUIPU_VERSION};
  if (const auto asked = ask(facts.url, token_file, ca); !asked) {
    facts.unreachable = asked.error();
    facts.stopped = look_at_stopped(config);
  } else if (*asked) {
    facts.answers = **asked;
    facts.answers.may_follow = config.role == "follower";
  } else {
    facts.locked_out = "tells its state to nobody without a token that opens it";
  }
  facts.signer = look_at_signer(config);
  const auto ledger_folder = fs::absolute(config.resolve(config.ledger)).parent_path();
  facts.open_keys = open_secrets(config);
  facts.free_share = free_share(ledger_folder);
  facts.under_reserve = under_reserve(config);
  if (facts.unreachable.empty()) facts.sync_ms = median_sync_ms(ledger_folder);
  if (const auto mark = read_mark(config.directory / kLastMarkFile)) facts.backup_verified_ms = mark->verified_ms;
  facts.scrub = read_scrub_mark(config.directory / kScrubMarkFile);
  look_at_certificate(config, facts);
  facts.now_ms = real_now().utc_ms;
  facts.clock_kept = clock_is_kept();
  return facts;
}

}  // namespace quipu::runtime
