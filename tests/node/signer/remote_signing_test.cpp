// SPDX-License-Identifier: Apache-2.0
// Both ends of a real socket: what the node sees when the signer goes, comes back, or is another one.
#include "node/signer/remote_signing.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <thread>

#include "node/signer/protocol.h"
#include "node/signer/server.h"
#include "tests/node/signer/keeper.h"

namespace quipu::signer::testing {

namespace fs = std::filesystem;

namespace remote_test {

using consensus::VoteKind;

// A signer that serves from a thread until it goes.
class Running {
 public:
  Running(const fs::path& socket, Keeper& keeper, const std::string& who = "BO",
          std::vector<uid_t> users = {::geteuid()})
      : signing_(keeper.open(who)) {
    REQUIRE(::pipe(stop_) == 0);
    auto listener = listen_at(socket, std::nullopt);
    REQUIRE(listener);
    thread_ = std::thread([this, users, listener = std::make_shared<Socket>(std::move(*listener))] {
      serve({std::move(*listener), *signing_, users, [](const std::string&) {}}, stop_[0]);
    });
  }
  ~Running() {
    ::close(stop_[1]);
    thread_.join();
    ::close(stop_[0]);
  }

 private:
  std::unique_ptr<storage::Signing> signing_;
  int stop_[2] = {-1, -1};
  std::thread thread_;
};

class Bench {
 public:
  Bench() {
    std::string name = (fs::temp_directory_path() / "quipu-signer-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~Bench() { fs::remove_all(folder_); }

  fs::path socket() const { return folder_ / "socket"; }
  std::expected<std::unique_ptr<storage::Signing>, std::string> connect(std::chrono::milliseconds patience) const {
    RemotePlace place;
    place.socket = socket();
    place.chain = keeper.genesis.chain;
    place.patience = patience;
    place.end_process = [](const std::string& why) { throw std::runtime_error(why); };
    return sign_there(std::move(place));
  }
  std::unique_ptr<storage::Signing> node(std::chrono::milliseconds patience = std::chrono::seconds(5)) const {
    auto signing = connect(patience);
    INFO((signing ? "" : signing.error()));
    REQUIRE(signing);
    (*signing)->enter_epoch(keeper.scope, keeper.start, {0});
    return std::move(*signing);
  }

  Keeper keeper;

 private:
  fs::path folder_;
};

consensus::Slot notarize(std::uint64_t view) { return {{0}, {view}, VoteKind::kNotarize}; }

// What a stranger hears who sends these bytes; nothing when the door is closed unheard.
std::optional<Answer> heard(const fs::path& socket, BytesView sent) {
  const auto stranger = connect_to(socket);
  REQUIRE(stranger);
  stranger->set_patience(std::chrono::seconds(5));
  stranger->send(sent);
  const auto bytes = stranger->receive();
  if (!bytes) return std::nullopt;
  return decode_answer(bytes->substr(4));
}

}  // namespace remote_test

TEST_CASE("a node signs over the socket as it would at home") {
  using namespace remote_test;
  Bench bench;
  const Running running(bench.socket(), bench.keeper);
  const auto node = bench.node();
  Keeper twin_keeper;
  const auto twin = twin_keeper.open();
  twin->enter_epoch(twin_keeper.scope, twin_keeper.start, {0});
  for (std::uint64_t view = 1; view < 20; ++view) {
    const auto block = block_in(view, view % 3 == 0 ? "an odd one" : "a block");
    CHECK(node->sign(notarize(view), block) == twin->sign(notarize(view), block));
    CHECK(node->sign(notarize(view), block_in(view, "another")) ==
          twin->sign(notarize(view), block_in(view, "another")));
    if (view % 4 == 0) {
      const auto tip = tip_at(view, "a block");
      node->set_tip(tip);
      twin->set_tip(tip);
      CHECK(node->cosign(tip.tree_size, tip.tree_root, view) == twin->cosign(tip.tree_size, tip.tree_root, view));
      CHECK_FALSE(node->cosign(tip.tree_size + 1, tip.tree_root, view));
    }
    CHECK(node->record() == twin->record());
    CHECK(node->syncs() == twin->syncs());
  }
  CHECK(node->vote_key() == twin->vote_key());
  CHECK(node->cosigner_key() == twin->cosigner_key());
}

TEST_CASE("the socket is the signer's own user's and whoever is another is turned away unheard") {
  using namespace remote_test;
  Bench bench;
  const Running running(bench.socket(), bench.keeper, "BO", {::geteuid() + 1});
  struct stat info{};
  REQUIRE(::stat(bench.socket().c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  CHECK_FALSE(heard(bench.socket(), framed(encode(Request(Hello{bench.keeper.genesis.chain})))));
  CHECK_FALSE(bench.connect(std::chrono::milliseconds(1)));
}

TEST_CASE("a second node is told that the signer is in use and the first one goes on") {
  using namespace remote_test;
  Bench bench;
  const Running running(bench.socket(), bench.keeper);
  auto node = bench.node();
  const auto second = bench.connect(std::chrono::milliseconds(1));
  REQUIRE_FALSE(second);
  CHECK(second.error().find("in use by another node") != std::string::npos);
  CHECK(node->sign(notarize(1), block_in(1, "a block")));
  node.reset();
  CHECK(bench.node()->sign(notarize(1), block_in(1, "a block")));
}

TEST_CASE("garbage and endless and truncated requests end their connection and nothing else") {
  using namespace remote_test;
  Bench bench;
  const Running running(bench.socket(), bench.keeper);
  const auto refused = [](const std::optional<Answer>& answer, Reason reason) {
    return answer && !*answer && answer->error() == Refused(reason);
  };
  CHECK(refused(heard(bench.socket(), framed("garbage")), Reason::kMalformed));
  CHECK(refused(heard(bench.socket(), framed("")), Reason::kMalformed));
  CHECK(refused(heard(bench.socket(), Bytes(1 << 20, '\xff')), Reason::kTooLong));
  CHECK(refused(heard(bench.socket(), framed(encode(Request(Hello{})))), Reason::kOtherChain));
  CHECK(refused(heard(bench.socket(), framed(encode(Request(SetTip{})))), Reason::kHelloFirst));
  // Half a message and then nothing: after two seconds the door is shut and the node may come.
  const auto silent = connect_to(bench.socket());
  REQUIRE(silent);
  silent->send(BytesView("\0\0\0", 3));
  const auto from = std::chrono::steady_clock::now();
  CHECK_FALSE(silent->receive());
  CHECK(std::chrono::steady_clock::now() - from > std::chrono::seconds(1));
  CHECK(bench.node()->sign(notarize(1), block_in(1, "a block")));
}

TEST_CASE("when the signer is started again the node goes on and what was signed stays signed") {
  using namespace remote_test;
  Bench bench;
  std::optional<Running> running(std::in_place, bench.socket(), bench.keeper);
  const auto node = bench.node();
  const auto first = node->sign(notarize(1), block_in(1, "a block"));
  REQUIRE(first);
  for (std::uint64_t view = 2; view < 6; ++view) {
    running.reset();
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(150));
      running.emplace(bench.socket(), bench.keeper);
    });
    CHECK(node->sign(notarize(view), block_in(view, "a block")));
    later.join();
    CHECK(node->sign(notarize(1), block_in(1, "a block")) == first);
    CHECK_FALSE(node->sign(notarize(view), block_in(view, "another")));
  }
}

TEST_CASE("a signer that stays away or comes back as another ends the node and says why") {
  using namespace remote_test;
  Bench bench;
  std::optional<Running> running(std::in_place, bench.socket(), bench.keeper);
  const auto node = bench.node(std::chrono::milliseconds(300));
  const auto old_slots = bench.keeper.slots();
  REQUIRE(node->sign(notarize(1), block_in(1, "a block")));
  REQUIRE(node->sign(notarize(2), block_in(2, "a block")));
  running.reset();
  SECTION("it stays away") {
    CHECK_THROWS_WITH(node->sign(notarize(3), block_in(3, "a block")), Catch::Contains("does not come back"));
  }
  SECTION("with an older safety file") {
    bench.keeper.slots() = old_slots;
    running.emplace(bench.socket(), bench.keeper);
    CHECK_THROWS_WITH(node->sign(notarize(3), block_in(3, "a block")), Catch::Contains("older than before"));
  }
  SECTION("with other keys") {
    running.emplace(bench.socket(), bench.keeper, "BR");
    CHECK_THROWS_WITH(node->sign(notarize(3), block_in(3, "a block")), Catch::Contains("other keys"));
  }
}

TEST_CASE("who only looks for a signer learns whether it waits or serves and nothing is signed or kept out") {
  using namespace remote_test;
  Bench bench;
  const auto look = [&](const consensus::ChainId& chain) {
    return look_for_signer(bench.socket(), chain, std::chrono::seconds(5));
  };
  const auto& chain = bench.keeper.genesis.chain;
  CHECK(look(chain).error().find("cannot connect to") != std::string::npos);
  const Running running(bench.socket(), bench.keeper);
  const auto before = bench.keeper.slots();
  CHECK(look(chain) == Presence::kWaits);
  CHECK(look({}).error().find(bench.socket().string()) != std::string::npos);
  CHECK(bench.keeper.slots() == before);
  const auto node = bench.node();
  const auto entered = bench.keeper.slots();
  CHECK(look(chain) == Presence::kInUse);
  CHECK(bench.keeper.slots() == entered);
  CHECK(node->sign(notarize(1), block_in(1, "a block")));
}

TEST_CASE("a signer that hangs is not waited for longer than one has patience however often one looks") {
  using namespace remote_test;
  Bench bench;
  const auto hanging = listen_at(bench.socket(), std::nullopt);
  REQUIRE(hanging);
  const auto from = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {  // more than may wait at its door
    CHECK_FALSE(look_for_signer(bench.socket(), bench.keeper.genesis.chain, std::chrono::milliseconds(20)));
  }
  CHECK(std::chrono::steady_clock::now() - from < std::chrono::seconds(10));
}

TEST_CASE("without a signer a node is told to start one or to sign itself") {
  using namespace remote_test;
  Bench bench;
  const auto none = bench.connect(std::chrono::milliseconds(1));
  REQUIRE_FALSE(none);
  CHECK(none.error().find("start quipu-signer there") != std::string::npos);
  CHECK(none.error().find("[signer]") != std::string::npos);
}

TEST_CASE("a file that is no socket is never replaced by one") {
  using namespace remote_test;
  Bench bench;
  std::ofstream(bench.socket()) << "somebody's";
  CHECK_FALSE(listen_at(bench.socket(), std::nullopt));
  CHECK(fs::file_size(bench.socket()) == 10);
  CHECK_FALSE(listen_at(bench.socket() / std::string(120, 'x'), std::nullopt));
}

}  // namespace quipu::signer::testing
