// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/processes/kill_campaign.h"

#include <sys/wait.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <iostream>
#include <set>
#include <stdexcept>

#include "node/audit/directory_bundle.h"
#include "node/cli/json_fields.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/mirror.h"
#include "node/ledger/submission.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"

namespace quipu::processes::trial {

namespace {

constexpr unsigned kLongestAbsence_ms = 3'000;
constexpr unsigned kLongestQuiet_ms = 600;  // between two rounds
constexpr unsigned kLongestStart_ms = 300;  // of a node that is killed while it starts
constexpr unsigned kShareOfImport = 4;      // one kill of so many at most
constexpr unsigned kHurried_percent = 25;   // rounds that do not wait for the last one's nodes
constexpr auto kReturnPatience = std::chrono::seconds(60);
constexpr unsigned kMostImportRuns = 50;
constexpr unsigned kLongCampaign = 50;  // kills from which on an import sends one event a submission, so that it lasts
constexpr unsigned kQuickPack = 16;

void require(const std::expected<void, std::string>& done) {
  if (!done) throw std::runtime_error(done.error());
}

void sleep_ms(std::uint64_t time_ms) { std::this_thread::sleep_for(std::chrono::milliseconds(time_ms)); }

double seconds_since(Clock::time_point from) { return std::chrono::duration<double>(Clock::now() - from).count(); }

// The sample programmes on their way in; each import runs again when it ended with that advice.
class Imports {
 public:
  Imports(LocalNetwork& network, unsigned pack) : network_(network), pack_(pack) {
    for (const auto& node : network.processes().nodes) begin(node);
  }
  ~Imports() {
    for (const auto& [pid, node] : running_) wait_for(pid);
  }

  bool running() {
    for (auto import = running_.begin(); import != running_.end();) {
      int status = 0;
      if (waitpid(import->first, &status, WNOHANG) != import->first) {
        ++import;
        continue;
      }
      const auto& node = *import->second;
      import = running_.erase(import);
      if (exit_code(status) == 0) continue;
      std::cout << "  the import of " << node.code << " ended: " << last_line(log_of(node)) << std::endl;
      if (++again_ > kMostImportRuns) throw std::runtime_error("the imports do not come to an end");
      begin(node);
    }
    return !running_.empty();
  }
  unsigned again() const { return again_; }

 private:
  std::filesystem::path log_of(const NodeEntry& node) const {
    return network_.scratch("imports") / (node.code + ".log");
  }
  void begin(const NodeEntry& node) {
    const auto& network = network_.processes();
    const auto pid = spawn(
        {program("quipu").string(), "import", "history", (sample_data() / "history" / (node.code + ".jsonl")).string(),
         "--key", network.key(node, "issuer").string(), "--approver-key", network.key(node, "approver").string(),
         "--progress", (network_.scratch("imports") / (node.code + ".progress")).string(), "--pack",
         std::to_string(pack_), "--window", "8", "--node", network.url(node)},
        log_of(node));
    if (!pid) throw std::runtime_error(pid.error());
    running_.emplace(*pid, &node);
  }

  LocalNetwork& network_;
  unsigned pack_;
  std::map<int, const NodeEntry*> running_;
  unsigned again_ = 0;
};

std::uint64_t largest_log(const Network& network) {
  std::uint64_t size = 0;
  for (const auto& node : network.nodes) {
    if (const auto view = look_at(network, node)) size = std::max(size, view->size);
  }
  return size;
}

std::uint64_t published_size(const NodeEntry& node) {
  const auto note = get(node.http, "/checkpoint");
  if (!note || note->status != 200) return 0;
  return std::strtoull(note->body.c_str() + note->body.find('\n') + 1, nullptr, 10);
}

}  // namespace

// What an exported log holds, and what is in it twice.
struct KillCampaign::Contents {
  std::map<crypto::Digest, std::uint64_t> places;  // of every leaf
  std::set<std::string> tax_numbers;
  std::vector<std::string> twice;

  void add(BytesView leaf, std::uint64_t index, const std::string& chain_id) {
    const auto id = crypto::leaf_hash(leaf);
    if (!places.emplace(id, index).second) twice.push_back("leaf " + crypto::to_hex(id.view()));
    const auto submission = ledger::decode_submission(leaf, chain_id);
    if (!submission) return;  // the genesis and the seals
    for (const auto& event : submission->payload->events()) {
      const auto& tin = event.operator_registered().tin();
      if (!tin.empty() && !tax_numbers.insert(tin).second) twice.push_back("operator " + tin);
    }
  }
};

KillCampaign::Contents KillCampaign::contents_of(const std::filesystem::path& directory, std::uint64_t size,
                                                 const std::string& chain_id) {
  const auto bundle = audit::open_directory(directory).value();
  Contents contents;
  std::uint64_t index = 0;
  for (const auto& tile : ledger::tiles_of(size)) {
    if (tile.level) continue;
    const auto entries = ledger::decode_entries(bundle->read(tile.path()).value(), tile.width).value();
    for (const auto& leaf : entries) contents.add(leaf, index++, chain_id);
  }
  return contents;
}

KillCampaign::KillCampaign(LocalNetwork& network, const CampaignPlan& plan)
    : network_(network), plan_(plan), random_(plan.seed) {}

CampaignReport KillCampaign::run() {
  kill_while_importing();
  kill_while_loaded();
  check_all();
  return report_;
}

void KillCampaign::kill_while_importing() {
  Imports imports(network_, plan_.kills >= kLongCampaign ? 1 : kQuickPack);
  while (imports.running() && report_.kills < plan_.kills / kShareOfImport) round();
  report_.kills_during_import = report_.kills;
  if (!poll(std::chrono::minutes(5), [&] { return !imports.running(); })) broken("the imports do not come to an end");
  report_.imports_again = imports.again();
  std::cout << "  imported after " << seconds_since(begun_) << " s and " << report_.kills << " kills" << std::endl;
}

void KillCampaign::kill_while_loaded() {
  Load load(network_.processes(), {}, plan_.per_second);
  pause(kLongestQuiet_ms);
  while (report_.kills < plan_.kills) round();
  const auto report = load.finish();
  acknowledged_ = load.stop();
  if (!report) return broken("the load could not begin: " + report.error());
  if (!report->all_final()) broken("the load: " + report->trouble);
  report_.acknowledged = acknowledged_.size();
  report_.sent = report->counts.sent;
  report_.retries = report->counts.retries;
}

void KillCampaign::round() {
  check_all_alive();
  const auto round = choose(plan_.kills - report_.kills);
  ++report_.rounds[round.kind];
  kill(round.victims);
  std::string codes;
  for (const auto* victim : round.victims) codes += " " + victim->code;
  std::cout << "  " << static_cast<int>(seconds_since(begun_)) << " s: " << round.kind << codes << std::endl;
  bring_back(round.victims);
  if (round.kind == "starting") kill_while_starting(*round.victims.front());
  if (!chance(kHurried_percent)) wait_back(round.victims);
  pause(kLongestQuiet_ms);
}

KillCampaign::Round KillCampaign::choose(unsigned left) {
  auto& nodes = network_.processes().nodes;
  std::vector<NodeEntry*> order;
  for (auto& node : nodes) order.push_back(&node);
  std::ranges::shuffle(order, random_);
  const auto dice = random_() % 100;
  const auto first = [&](std::size_t count) {
    return std::vector(order.begin(), order.begin() + static_cast<long>(count));
  };
  if (dice < 10 && left >= nodes.size()) return {"all", first(nodes.size())};
  if (dice < 25 && left >= 2) return {"two", first(2)};
  if (dice < 40 && left >= 2) return {"starting", first(1)};
  const auto view = look_at(network_.processes(), *order.front());
  if (dice < 65 && view) return {"leader", {*find_node(network_.processes(), view->leader)}};
  return {"one", first(1)};
}

void KillCampaign::kill(const std::vector<NodeEntry*>& victims) {
  size_before_ = std::max(size_before_, largest_log(network_.processes()));
  require(kill_nodes(network_.processes(), victims));
  report_.kills += static_cast<unsigned>(victims.size());
}

// Each after its own time.
void KillCampaign::bring_back(const std::vector<NodeEntry*>& victims) {
  std::multimap<std::uint64_t, NodeEntry*> returns;
  for (auto* victim : victims) returns.emplace(random_() % kLongestAbsence_ms, victim);
  std::uint64_t now_ms = 0;
  for (const auto& [when_ms, victim] : returns) {
    sleep_ms(when_ms - now_ms);
    now_ms = when_ms;
    require(start_node(network_.processes(), *victim));
  }
}

void KillCampaign::kill_while_starting(NodeEntry& victim) {
  sleep_ms(random_() % kLongestStart_ms);
  kill({&victim});
  require(start_node(network_.processes(), victim));
}

void KillCampaign::wait_back(const std::vector<NodeEntry*>& victims) {
  const auto from = Clock::now();
  for (const auto* victim : victims) {
    const bool back = poll(kReturnPatience, [&] {
      const auto view = look_at(network_.processes(), *victim);
      return view && view->ready && view->size >= size_before_;
    });
    if (!back) broken(victim->code + " was killed and is not back within a minute");
  }
  report_.slowest_return_s = std::max(report_.slowest_return_s, seconds_since(from));
}

void KillCampaign::check_all_alive() {
  for (const auto& node : network_.processes().nodes) {
    if (!is_running(node)) throw std::runtime_error("the node of " + node.code + " ended by itself");
  }
}

void KillCampaign::check_all() {
  check_all_alive();
  const auto agreed = network_.wait_agreed();
  report_.log_size = agreed.size;
  for (auto& line : broken_promises(network_.processes(), acknowledged_)) broken(std::move(line));
  check_nodes();
  for (const auto& node : network_.processes().nodes) check_export(node);
}

void KillCampaign::check_nodes() {
  for (const auto& node : network_.processes().nodes) {
    const auto status = get(node.http, "/v1/node/status");
    const auto body = status ? ledger::parse_strict_json(status->body) : std::unexpected(std::string());
    if (!body || cli::number_at(*body, "evidence") != 0) broken(node.code + " has evidence of contradicting votes");
    if (!body || body->at("halted").as_bool()) broken(node.code + " has halted");
    const auto list = get(node.http, "/evidence");
    if (!list || list->status != 200 || list->body.find("\"path\"") != std::string::npos) {
      broken(node.code + " lists evidence: " + (list ? list->body : "no answer"));
    }
  }
}

void KillCampaign::check_export(const NodeEntry& node) {
  const auto& network = network_.processes();
  const auto scratch = network_.scratch("export-" + node.code);
  if (!poll(kReturnPatience, [&] { return published_size(node) == report_.log_size; })) {
    return broken(node.code + " does not publish its log");
  }
  require(processes::run(
      {program("quipu").string(), "export", "--out", (scratch / "mirror").string(), "--node", network.url(node)},
      scratch / "export.log"));
  const auto audited = processes::run({program("quipu-audit").string(), "verify", (scratch / "mirror").string(),
                                       "--genesis", (network.directory / "genesis.json").string()},
                                      scratch / "audit.log");
  if (!audited) return broken("the audit of " + node.code + "'s export: " + audited.error());
  if (!last_line(scratch / "audit.log").starts_with("VERIFIED")) broken(node.code + "'s export is not VERIFIED");
  check_contents(contents_of(scratch / "mirror", report_.log_size, network.chain_id), node.code);
}

void KillCampaign::check_contents(const Contents& contents, const std::string& code) {
  for (const auto& what : contents.twice) broken("twice in the log of " + code + ": " + what);
  for (const auto& promised : acknowledged_) {
    const auto place = contents.places.find(promised.id);
    if (place == contents.places.end() || place->second != promised.index) {
      broken("acknowledged but not at its place in the log of " + code + ": " + crypto::to_hex(promised.id.view()));
    }
  }
}

void KillCampaign::pause(unsigned most_ms) { sleep_ms(random_() % most_ms); }

}  // namespace quipu::processes::trial
