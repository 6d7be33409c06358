// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/stage/machines.h"

#include "testnet/processes/children.h"
#include "testnet/processes/control.h"
#include "testnet/processes/proxy_process.h"

namespace quipu::processes::stage {

namespace fs = std::filesystem;

// The scenario's own nodes: their codes were checked when it was read.
NodeEntry& Machines::node(const std::string& code) { return **find_node(network_, code); }

Done Machines::kill(const std::vector<std::string>& codes) {
  std::vector<NodeEntry*> nodes;
  for (const auto& code : codes) {
    nodes.push_back(&node(code));
    killed_.insert(code);
    paused_.erase(code);
  }
  return kill_nodes(network_, nodes);
}

Done Machines::start(const std::vector<std::string>& codes) {
  for (const auto& code : codes) {
    killed_.erase(code);
    if (is_running(node(code))) continue;
    if (const Done started = start_node(network_, node(code)); !started) return started;
  }
  return {};
}

Done Machines::pause(const std::string& code) {
  paused_.insert(code);
  return pause_node(node(code));
}

void Machines::resume(const std::string& code) {
  if (paused_.erase(code) > 0) static_cast<void>(resume_node(node(code)));
}

Done Machines::lose_ledger(const std::string& code) {
  if (is_running(node(code))) return std::unexpected("kill " + code + " first");
  std::error_code error;
  fs::remove_all(network_.node_directory(node(code)) / "ledger", error);
  if (error) return std::unexpected("cannot remove the ledger of " + code + ": " + error.message());
  return {};
}

namespace {

// What of a node's directory is its disk: the rest is its founding.
constexpr const char* kDisk[] = {"ledger", "safety"};

Done replace_disk(const fs::path& to, const fs::path& from) {
  for (const char* part : kDisk) {
    std::error_code error;
    fs::remove_all(to / part, error);
    if (!error) fs::create_directories(to, error);
    if (!error) fs::copy(from / part, to / part, fs::copy_options::recursive, error);
    if (error) return std::unexpected("cannot copy " + (from / part).string() + ": " + error.message());
  }
  return {};
}

}  // namespace

Done Machines::keep_image(const std::string& code) {
  if (is_running(node(code))) return std::unexpected("kill " + code + " first");
  const fs::path disk = network_.node_directory(node(code));
  return replace_disk(disk / "image", disk);
}

Done Machines::put_back_image(const std::string& code) {
  if (is_running(node(code))) return std::unexpected("kill " + code + " first");
  const fs::path disk = network_.node_directory(node(code));
  if (!fs::exists(disk / "image")) return std::unexpected("keep an image of " + code + " first");
  return replace_disk(disk, disk / "image");
}

Done Machines::bring_all_back() {
  for (const auto& code : std::set(paused_)) resume(code);
  return start({killed_.begin(), killed_.end()});
}

Done Machines::set(const std::string& from, const std::string& to, const LinkFaults& faults) {
  return set_link(network_, from, to, faults);
}

Done Machines::reset_links(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  for (const auto& one : from)
    for (const auto& other : to) {
      if (one == other) continue;
      if (const Done done = reset_link(network_, one, other); !done) return done;
    }
  return {};
}

Done Machines::heal_links() {
  faults_.clear();
  return set_all_links(network_, {});
}

std::vector<const NodeEntry*> Machines::working() const {
  std::vector<const NodeEntry*> nodes;
  for (const auto& each : network_.nodes)
    if (!killed_.contains(each.code) && !paused_.contains(each.code)) nodes.push_back(&each);
  return nodes;
}

std::string Machines::fallen() const {
  for (const auto* each : working())
    if (!is_running(*each))
      return "the node of " + each->code +
             " ended by itself: " + last_line(network_.node_directory(*each) / "quipud.log");
  return {};
}

}  // namespace quipu::processes::stage
