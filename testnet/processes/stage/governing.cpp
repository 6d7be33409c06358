// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/stage/governing.h"

#include <algorithm>
#include <chrono>

#include "node/ledger/date.h"
#include "testnet/processes/children.h"

namespace quipu::processes::stage {

namespace {

constexpr int kTries = 5;

std::string in_two_months() {
  using namespace std::chrono;
  const auto now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return ledger::Date::of(static_cast<std::uint64_t>(now_ms), 0).plus(60).text();
}

}  // namespace

std::expected<void, std::string> Governing::admit(const std::string& code, const Words& voters) {
  const std::string name = "IN-" + std::to_string(++proposals_);
  const auto card = file(code + ".member.json");
  const auto keys = network_.node_directory(node(code)) / "keys";
  const Done carded = command(
      {"member", "card", "--keys", keys, "--address", node(code).peers, "--name", "Customs of " + code, "--out", card},
      false);
  if (!carded) return carded;
  if (const Done decided = decide(name, {"--card", card}, voters); !decided) return decided;
  const auto ready = file(name + ".ready.json");
  const Done made = command({"member", "ready", desk_ + "/" + name, "--vote-key", key(code, "vote"), "--out", ready});
  if (!made) return made;
  return command({"submit", ready, "--key", key(desk_, "issuer"), "--wait"});
}

std::expected<void, std::string> Governing::dismiss(const std::string& code, const Words& voters) {
  return decide("OUT-" + std::to_string(++proposals_), {"--remove", code}, voters);
}

std::expected<void, std::string> Governing::decide(const std::string& name, const Words& change, const Words& voters) {
  Words open{"proposal", "open", name, "--expires", in_two_months(), "--key", key(desk_, "governance")};
  open.insert(open.end(), change.begin(), change.end());
  if (const Done opened = command(open); !opened) return opened;
  for (const auto& voter : voters) {
    const Done voted = command({"proposal", "vote", desk_ + "/" + name, "--key", key(voter, "governance")});
    if (!voted) return voted;
  }
  return {};
}

// Again when it fails, for nodes may be away; that it was carried out before is fine then.
std::expected<void, std::string> Governing::command(Words words, bool to_a_node) {
  words.insert(words.begin(), program("quipu"));
  if (to_a_node) words.insert(words.end(), {"--node", network_.url(node(desk_))});
  const auto log = network_.directory / "commands.log";
  for (int i = 0; i < kTries; ++i) {
    const auto code = play_(words);
    if (!code) return std::unexpected(code.error());
    const auto said = last_line(log);
    const bool before =
        i > 0 && (said.find("PROPOSAL_TAKEN") != std::string::npos || said.find("ALREADY_VOTED") != std::string::npos);
    if (*code == 0 || before) return {};
  }
  return std::unexpected("`" + words[1] + " " + words[2] + "` failed: " + last_line(log));
}

const NodeEntry& Governing::node(const std::string& code) const {
  return *std::ranges::find(network_.nodes, code, &NodeEntry::code);
}

std::string Governing::key(const std::string& code, const std::string& purpose) const {
  return network_.key(node(code), purpose);
}

}  // namespace quipu::processes::stage
