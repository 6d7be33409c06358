// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/importing.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <map>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"

namespace quipu::processes {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr auto kAgreePatience = std::chrono::seconds(120);

fs::path log_of(const Network& network, const NodeEntry& node) { return network.node_directory(node) / "import.log"; }

std::expected<int, std::string> begin(const Network& network, const NodeEntry& node, const fs::path& history,
                                      const std::string& progress) {
  return spawn(
      {program("quipu").string(), "import", "history", history.string(), "--key", network.key(node, "issuer").string(),
       "--approver-key", network.key(node, "approver").string(), "--progress",
       (network.node_directory(node) / progress).string(), "--node", network.url(node), "--output", "json"},
      log_of(network, node));
}

// The last line of its log is the import's answer.
void add_answer(const fs::path& log, Imported& total) {
  boost::system::error_code error;
  const auto answer = json::parse(last_line(log), error);
  if (error || !answer.is_object()) return;
  const auto number = [&](const char* name) {
    const auto* value = answer.as_object().if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
  };
  total.events += number("events");
  total.approvals += number("approvals");
  total.submissions += number("submissions");
  total.before += number("done_before");
}

using HistoryOf = fs::path (*)(const fs::path& histories, const NodeEntry& node);

// One import a member, all at once; members without such a file are passed over.
std::expected<void, std::string> import_all(const Network& network, const fs::path& histories, HistoryOf history_of,
                                            const std::string& progress, Imported& total) {
  std::map<int, const NodeEntry*> imports;
  for (const auto& node : network.nodes) {
    const auto history = history_of(histories, node);
    if (!fs::exists(history)) continue;
    const auto pid = begin(network, node, history, progress);
    if (!pid) return std::unexpected(pid.error());
    imports.emplace(*pid, &node);
  }
  std::string failed;
  for (const auto& [pid, node] : imports) {
    if (wait_for(pid) != 0) {
      failed += (failed.empty() ? "" : "; ") + node->code + ": " + last_line(log_of(network, *node));
    } else {
      add_answer(log_of(network, *node), total);
    }
  }
  if (!failed.empty()) return std::unexpected("an import failed: " + failed);
  return {};
}

// Whether the data has histories of administrations that are no members here: then cross statements may be about them.
bool others_missing(const Network& network, const fs::path& histories) {
  for (const auto& entry : fs::directory_iterator(histories)) {
    const auto code = entry.path().stem().string();
    const bool member = std::ranges::find(network.nodes, code, &NodeEntry::code) != network.nodes.end();
    if (entry.path().extension() == ".jsonl" && code.size() == 2 && !member) return true;
  }
  return false;
}

}  // namespace

std::expected<Imported, std::string> import_histories(const Network& network, const fs::path& data) {
  const auto histories = data / "history";
  if (!fs::is_directory(histories)) return std::unexpected(histories.string() + " is not there: nothing to import");
  const auto from = std::chrono::steady_clock::now();
  Imported total;
  const auto own = [](const fs::path& folder, const NodeEntry& node) { return folder / (node.code + ".jsonl"); };
  if (const auto done = import_all(network, histories, own, "import.progress", total); !done) {
    return std::unexpected(done.error());
  }
  // Every node must know the records that the cross statements are about.
  const auto agreed = [&] { return all_agree(network); };
  if (!poll(kAgreePatience, agreed)) return std::unexpected("the nodes did not reach the same size");
  const auto cross = [](const fs::path& folder, const NodeEntry&) { return folder / "cross.jsonl"; };
  total.cross_left_out = fs::exists(histories / "cross.jsonl") && others_missing(network, histories);
  if (!total.cross_left_out) {
    if (const auto done = import_all(network, histories, cross, "cross.progress", total); !done) {
      return std::unexpected(done.error());
    }
  }
  if (!poll(kAgreePatience, agreed)) return std::unexpected("the nodes did not reach the same size");
  total.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  return total;
}

}  // namespace quipu::processes
