// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstdlib>
#include <future>

#include "node/runtime/record_keeper.h"
#include "tests/node/http/memory_ledger.h"

namespace record_keeper_test {

using namespace quipu;
using namespace quipu::runtime;

struct Kept {
  Kept() {
    std::string made = (std::filesystem::temp_directory_path() / "quipu-keeper-XXXXXX").string();
    REQUIRE(::mkdtemp(made.data()) != nullptr);
    folder = made;
    auto store = storage::SealedDirectory::open(folder / "side", *crypto::SecretKey::from_seed(std::string(32, 'k')));
    REQUIRE(store);
    keeper = std::make_unique<RecordKeeper>(
        KeeperConfig{"CL", "test", folder / "side" / "erasures"}, std::move(*store),
        KeeperCallbacks{[this] { return ledger.reader(); }, [](const std::string&, const consensus::Message&) {},
                        [](const std::string&, bool) {}});
  }
  ~Kept() {
    keeper.reset();
    std::filesystem::remove_all(folder);
  }
  http::HandInAnswer hand_in(const std::string& subject) {
    std::promise<http::HandInAnswer> answer;
    keeper->hand_in({subject, "identity", "record"}, [&](http::HandInAnswer said) { answer.set_value(said); });
    return answer.get_future().get();
  }
  testing::MemoryLedger ledger;
  std::filesystem::path folder;
  std::unique_ptr<RecordKeeper> keeper;
};

TEST_CASE("a keeper that has seen no state judges nothing and one that stops turns away who waits") {
  Kept kept;
  kept.keeper->start();
  CHECK(kept.hand_in("S-1") == http::HandInAnswer::kUnavailable);
  kept.keeper->look_at_all();
  CHECK(kept.hand_in("S-1") == http::HandInAnswer::kNoOperator);
  CHECK(kept.keeper->records_of("CL", "S-1").kind == http::HeldRecords::Kind::kNoOperator);
  kept.keeper->stop();
  CHECK(kept.hand_in("S-1") == http::HandInAnswer::kUnavailable);
}

}  // namespace record_keeper_test
