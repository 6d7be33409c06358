// SPDX-License-Identifier: Apache-2.0
// A member whose vote key a quipu-signer holds changes it, by the commands that docs/runbooks/rotating-keys.md has.
// Runs after signer_test.cpp, on its network.
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <fstream>

#include "node/cli/json_fields.h"
#include "node/ledger/json.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"
#include "testnet/processes/signers.h"
#include "tests/testnet/processes/signer_trial.h"

namespace quipu::processes::trial {

namespace signer_keys {

using namespace signer_trial;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

// Peru's engineers, and the others who vote for its new key.
class Change {
 public:
  Change(LocalNetwork& network, const std::string& id)
      : network_(network), id_(id), folder_(network.scratch("keys-" + id)) {}

  // The keys that stay, those at the signer among them, and a new vote key.
  void prepare(const fs::path& signer) const {
    for (const std::string purpose : {"governance", "log", "transport", "issuer"}) keep(key("PE", purpose));
    keep(signer / "keys" / "cosigner.key");
    quipu({"key", "new", "--administration", "PE", "--purpose", "vote", "--testnet", "--out", vote_key()}, false);
    quipu({"member", "card", "--keys", folder_, "--address", network_.node("PE").peers, "--name", "Customs of Peru",
           "--keep-officers", "--out", file("card.json")});
  }
  void put_in_force() const {
    quipu({"proposal", "open", id_, "--expires", in_two_months(), "--card", file("card.json"), "--key",
           key("BO", "governance")});
    for (const std::string code : {"BO", "BR", "CL"})
      quipu({"proposal", "vote", "BO/" + id_, "--key", key(code, "governance")});
    quipu({"member", "ready", "BO/" + id_, "--vote-key", vote_key(), "--out", file("ready.json")});
    quipu({"submit", file("ready.json"), "--key", key("BO", "issuer"), "--wait"});
  }
  std::string vote_key() const { return folder_ / "vote.key"; }

 private:
  std::string key(const std::string& code, const std::string& purpose) const {
    return network_.processes().key(network_.node(code), purpose);
  }
  std::string file(const std::string& name) const { return folder_ / name; }
  void keep(const fs::path& key) const { fs::copy_file(key, folder_ / key.filename()); }
  void quipu(Words words, bool asks = true) const {
    words.insert(words.begin(), program("quipu"));
    if (asks) words.insert(words.end(), {"--node", network_.processes().url(network_.node("BO"))});
    require(run(words, file("commands.log")));
  }

  LocalNetwork& network_;
  std::string id_;
  fs::path folder_;
};

std::string sign_state(LocalNetwork& network) {
  const auto status = get(network.node("PE").http, "/v1/node/status");
  if (!status) return "";
  return cli::text_at(ledger::parse_strict_json(status->body).value(), "sign_state");
}

bool comes_to(LocalNetwork& network, const std::string& state) {
  return poll(std::chrono::seconds(20), [&] { return sign_state(network) == state; });
}

void stop_both(LocalNetwork& network) {
  auto& node = network.node("PE");
  REQUIRE(terminate_node(network.processes(), node) == 0);
  require(kill_signer(network.processes(), node));
}

void start_again(LocalNetwork& network) {
  auto& node = network.node("PE");
  require(start_node(network.processes(), node));
  require(wait_ready(network.processes(), node));
  CHECK(comes_to(network, "good"));
}

std::string doctor_says(LocalNetwork& network) {
  const auto log = network.scratch("keys-doctor") / "doctor.log";
  fs::remove(log);
  const auto config = (network.directory("PE") / "quipud.toml").string();
  (void)run({program("quipud").string(), "doctor", "--config", config}, log);
  std::ifstream in(log);
  return {std::istreambuf_iterator<char>(in), {}};
}

void name_socket(LocalNetwork& network, const fs::path& socket) {
  const auto config = network.directory("PE") / "quipud.toml";
  std::ifstream in(config);
  std::string text;
  for (std::string line; std::getline(in, line);)
    text += (line.starts_with("socket = ") ? "socket = \"" + socket.string() + "\"" : line) + "\n";
  std::ofstream(config) << text;
}

// A signer that quipu-testnet does not know of.
void start_signer_in(LocalNetwork& network, const fs::path& folder, const fs::path& log) {
  const auto pid = spawn({program("quipu-signer").string(), "--dir", folder.string()}, log);
  REQUIRE(pid);
  network.node("PE").signer_pid = *pid;
  REQUIRE(poll(std::chrono::seconds(10), [&] { return fs::exists(folder / "socket"); }));
}

}  // namespace signer_keys

TEST_CASE("a member changes its vote key at its signer and others go on meanwhile and it votes with the new one") {
  using namespace signer_keys;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  const auto signer = network.directory("PE") / "signer";
  const Change change(network, "SAME-1");
  change.prepare(signer);
  change.put_in_force();
  CHECK(comes_to(network, "observing"));
  std::string said;
  const bool warned = poll(std::chrono::seconds(20), [&] {  // once its peers of the new epoch are connected
    said = doctor_says(network);
    return said.find("WARN  ready        it follows without a vote") != std::string::npos;
  });
  INFO(said);
  CHECK(warned);
  Clerk clerk(network, "CL", "CL");
  CHECK(clerk.state(clerk.good_leaf()) < 30);

  stop_both(network);
  fs::copy_file(change.vote_key(), signer / "keys" / "vote.key", fs::copy_options::overwrite_existing);
  start_again(network);
  must_vote(network);
  network.wait_agreed();
  CHECK(metric(network.node("PE"), "quipu_votes_signed_total") > 0);
  check_no_evidence(network);
}

TEST_CASE("a node that is started while its signer still has the old vote key says that it has no vote") {
  using namespace signer_keys;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  auto& node = network.node("PE");
  const auto signer = network.directory("PE") / "signer";
  const Change change(network, "LATE-1");
  change.prepare(signer);
  change.put_in_force();
  CHECK(comes_to(network, "observing"));
  require(restart_node(network.processes(), node));
  CHECK(times_logged(network.processes(), node, "; it follows without a vote") == 1);
  CHECK(sign_state(network) == "observing");
  stop_both(network);
  fs::copy_file(change.vote_key(), signer / "keys" / "vote.key", fs::copy_options::overwrite_existing);
  start_again(network);
  must_vote(network);
}

TEST_CASE("another signer takes over with a new vote key and the safety file and the old one can sign nothing more") {
  using namespace signer_keys;
  auto& network = LocalNetwork::with_signer();
  network.wait_agreed();
  const auto old = network.directory("PE") / "signer";
  const auto next = network.scratch("next-signer");
  const auto log = network.scratch("next-signer-log") / "signer.log";
  const Change change(network, "OTHER-1");
  change.prepare(old);
  change.put_in_force();
  CHECK(comes_to(network, "observing"));

  stop_both(network);
  fs::create_directory(next / "keys");
  fs::copy_file(change.vote_key(), next / "keys" / "vote.key");
  fs::rename(old / "keys" / "cosigner.key", next / "keys" / "cosigner.key");
  fs::rename(old / "safety", next / "safety");
  fs::copy_file(old / "genesis.json", next / "genesis.json");
  start_signer_in(network, next, log);
  name_socket(network, next / "socket");
  start_again(network);
  must_vote(network);
  network.wait_agreed();
  check_no_evidence(network);
  CHECK_FALSE(run({program("quipu-signer").string(), "--dir", old.string()}, log));
  CHECK(last_line(log).find("is the disk mounted that should hold it?") != std::string::npos);
}

}  // namespace quipu::processes::trial
