// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/look_at_stopped.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <map>

#include "node/runtime/care/doctor.h"
#include "node/runtime/data_directory.h"
#include "tests/node/runtime/care/whole_member.h"

namespace quipu::runtime::care_test {

namespace stopped {

namespace fs = std::filesystem;

using Member = WholeMember;
using Listing = std::map<std::string, std::pair<fs::file_time_type, std::string>>;

Listing everything_in(const fs::path& folder) {
  Listing all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::ostringstream content;
    if (entry.is_regular_file()) content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    all[entry.path().string()] = {entry.last_write_time(), content.str()};
  }
  return all;
}

// What it says, all of the doctor having changed nothing.
StoppedNode look(const Member& member) {
  const auto before = everything_in(member.config.directory);
  const auto facts = look_at_node(member.config, {}, {});
  REQUIRE_FALSE(facts.unreachable.empty());
  CHECK_FALSE(facts.sync_ms);
  auto seen = facts.stopped;
  CHECK(everything_in(member.config.directory) == before);
  return seen;
}

void only_fault(const Member& member, const std::string& words) {
  const auto seen = look(member);
  INFO(words);
  REQUIRE(seen.faults.size() == 1);
  INFO(seen.faults[0]);
  CHECK(seen.faults[0].find(words) != std::string::npos);
}

}  // namespace stopped

TEST_CASE("a stopped node that is whole is found to lack nothing and nothing in it is touched") {
  using namespace stopped;
  const Scratch scratch;
  const auto seen = look(Member(scratch.path));
  CHECK(seen.faults.empty());
  CHECK(seen.losses.empty());
  CHECK(seen.held_by.empty());
  CHECK(seen.unnamed_keys.empty());
}

TEST_CASE("a disk is judged by what the node keeps of it") {
  const Scratch scratch;
  WholeMember member(scratch.path);
  member.config.disk_reserve_mib = 0;
  CHECK(look_at_node(member.config, {}, {}).under_reserve.empty());
  member.config.disk_reserve_mib = 1 << 30;
  CHECK(look_at_node(member.config, {}, {}).under_reserve.ends_with("and 1073741824 are kept for votes"));
}

TEST_CASE("a key of a stopped node that is not the genesis file's is named and is no fault by itself") {
  using namespace stopped;
  const Scratch scratch;
  const Member member(scratch.path);
  member.put_key("log", crypto::generate_key());
  const auto seen = look(member);
  CHECK(seen.faults.empty());
  CHECK(seen.unnamed_keys == std::vector<std::string>{member.file("keys/log.key").string()});
}

TEST_CASE("a lost ledger and a lost safety file are told and none is begun") {
  using namespace stopped;
  const Scratch scratch;
  const Member member(scratch.path);
  fs::remove_all(member.file("ledger"));
  fs::remove(member.file("safety/slots"));
  const auto seen = look(member);
  CHECK(seen.faults.empty());
  REQUIRE(seen.losses.size() == 2);
  CHECK(seen.losses[0].starts_with("no ledger in "));
  CHECK(seen.losses[1].starts_with("no safety file "));
  fs::remove(member.file("safety"));
  only_fault(member, "is the disk mounted that should hold");
}

TEST_CASE("a ledger whose salvage a power cut left half in place is not called lost") {
  using namespace stopped;
  const Scratch scratch;
  const Member member(scratch.path);
  fs::rename(member.file("ledger"), member.file("ledger.damaged-1"));
  fs::copy(member.file("ledger.damaged-1"), member.file("ledger.salvage"));
  const auto seen = look(member);
  CHECK(seen.faults.empty());
  CHECK(seen.losses.empty());
  REQUIRE(open_node(member.config));
  CHECK(fs::exists(member.file("ledger/CURRENT")));
}

TEST_CASE("what keeps a stopped node from its start is told") {
  using namespace stopped;
  const Scratch scratch;
  Member member(scratch.path);
  const auto away = [&](const std::string& name, const std::string& words) {
    fs::rename(member.file(name), scratch.path / "away");
    only_fault(member, words);
    fs::rename(scratch.path / "away", member.file(name));
  };
  away("genesis.json", "cannot read");
  away("keys/vote.key", "vote");
  fs::create_directories(member.file("side"));
  away("keys/side.key", "side.key is missing, without which");
  fs::copy_file(member.file("keys/log.key"), member.file("keys/transport.key"), fs::copy_options::overwrite_existing);
  only_fault(member, "transport.key");
  fs::remove(member.file("keys/transport.key"));
  member.config.passphrase_file = "no-such-passphrase";
  only_fault(member, "no-such-passphrase");
}

TEST_CASE("a port that somebody else has is told and one where nobody listens is not taken") {
  using namespace stopped;
  const Scratch scratch;
  Member member(scratch.path);
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor other(io, {boost::asio::ip::address_v4::loopback(), 0});
  member.config.peers_listen = "127.0.0.1:" + std::to_string(other.local_endpoint().port());
  only_fault(member, "cannot listen on " + member.config.peers_listen);
  other.close();
  CHECK(look(member).faults.empty());
  member.config.peers_listen = "127.0.0.1:84x";
  only_fault(member, "is not an IP address and a port");
}

TEST_CASE("of a node whose signer is elsewhere the signer's socket has to be there and not its keys") {
  using namespace stopped;
  const Scratch scratch;
  Member member(scratch.path);
  member.config.signer_socket = "signer.socket";
  for (const char* name : {"keys/vote.key", "keys/cosigner.key"}) fs::remove(member.file(name));
  only_fault(member, "slots is there although [signer] names another process");
  fs::remove(member.file("safety/slots"));
  only_fault(member, "signer.socket is no socket");
  CHECK(look(member).losses.empty());
}

TEST_CASE("an older program is only played on training networks") {
  const Scratch scratch;
  MemberFolder member(scratch.path);
  member.config.newest_protocol_version = 1;
  const auto opened = open_node(member.config);
  REQUIRE_FALSE(opened);
  CHECK(opened.error() ==
        "node.newest_protocol_version is for rehearsals on training networks, and sample-1 is none: take it out");
}

}  // namespace quipu::runtime::care_test
