// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/managed_signing.h"

#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>
#include <vector>

#include "crypto/keyfile.h"
#include "node/ledger/submission.h"
#include "tests/node/http/memory_ledger.h"
#include "tests/node/runtime/scratch.h"

namespace managed_signing_test {

using namespace quipu;
using namespace quipu::runtime;

constexpr std::uint64_t kNow_ms = 1'767'225'600'000;

http::Draft draft(const std::string& name) {
  const auto read = http::read_draft(R"({"administration":"BO","draft":")" + name + R"(","events":[
    {"decision_date":"2026-01-01","certificate_suspended":{"certificate":"OEA-1"}}]})",
                                     "test", "BO");
  REQUIRE(read.has_value());
  return *read;
}

struct Files {
  Files() {
    config.directory = scratch.path;
    config.administration = "BO";
    config.managed_issuer_key = "issuer.key";
    config.managed_identities = "t-1 t-2";
  }
  void write_key(const std::string& administration, const std::string& purpose) {
    const auto key = testing::test_key(administration, purpose);
    const crypto::KeyFile header{administration, purpose, "", key.public_key()};
    std::filesystem::remove(config.resolve("issuer.key"));
    REQUIRE(crypto::write_key_file(config.resolve("issuer.key"), header, key, "", crypto::KeyFileCost::kTestnet));
  }
  std::unique_ptr<ManagedSigning> open() {
    auto opened = open_managed_signing(config);
    INFO((opened ? "" : opened.error()));
    REQUIRE(opened.has_value());
    return *std::move(opened);
  }
  std::string refusal() {
    const auto opened = open_managed_signing(config);
    return opened ? "" : opened.error();
  }
  Scratch scratch;
  NodeConfig config;
};

TEST_CASE("managed signing is off unless a key is named") {
  const auto opened = open_managed_signing(NodeConfig());
  REQUIRE(opened.has_value());
  CHECK(*opened == nullptr);
}

TEST_CASE("a key file that is not this administration's issuer key or that others may read is refused") {
  Files files;
  CHECK(files.refusal().find("issuer.key") != std::string::npos);
  files.write_key("BO", "approver");
  CHECK(files.refusal().find("name an issuer key of BO") != std::string::npos);
  files.write_key("PE", "issuer");
  CHECK(files.refusal().find("name an issuer key of BO") != std::string::npos);
  files.write_key("BO", "issuer");
  CHECK(files.refusal().empty());
  ::chmod(files.config.resolve("issuer.key").c_str(), 0644);
  CHECK_FALSE(files.refusal().empty());
}

TEST_CASE("a draft is signed once and a node that starts again has the same bytes") {
  Files files;
  files.write_key("BO", "issuer");
  Bytes leaf;
  {
    const auto desk = files.open();
    CHECK(desk->confirm(draft("d-1"), "t-1", kNow_ms) == http::Confirmation::kComplete);
    const auto first = desk->sign(draft("d-1"), 7, kNow_ms);
    CHECK(first.fresh);
    leaf = first.leaf;
  }
  const auto desk = files.open();
  CHECK(desk->confirm(draft("d-1"), "t-2", kNow_ms) == http::Confirmation::kComplete);
  const auto again = desk->sign(draft("d-1"), 8, kNow_ms + 5'000);
  CHECK_FALSE(again.fresh);
  CHECK(again.leaf == leaf);
  const auto submission = ledger::decode_submission(leaf, "test");
  REQUIRE(submission.has_value());
  CHECK(submission->sequence() == 7);
  CHECK(submission->administration() == "BO");
  CHECK(crypto::verify_statement(submission->statement, testing::test_key("BO", "issuer").public_key()));
}

TEST_CASE("after a refusal a draft is signed anew and its callers need not come again") {
  Files files;
  files.write_key("BO", "issuer");
  files.config.managed_confirmations = 2;
  const auto desk = files.open();
  CHECK(desk->confirm(draft("d-1"), "t-1", kNow_ms) == http::Confirmation::kWaiting);
  CHECK(desk->confirm(draft("d-1"), "t-2", kNow_ms) == http::Confirmation::kComplete);
  CHECK(desk->sign(draft("d-1"), 7, kNow_ms).fresh);
  desk->refused(draft("d-1").id);
  CHECK(desk->confirm(draft("d-1"), "t-1", kNow_ms) == http::Confirmation::kComplete);
  CHECK(desk->sign(draft("d-1"), 8, kNow_ms).fresh);
  desk->taken(draft("d-1").id);
  CHECK(desk->waiting(kNow_ms).empty());
}

TEST_CASE("a draft is withdrawn until it is signed and again after a refusal and never once it is out") {
  Files files;
  files.write_key("BO", "issuer");
  const auto desk = files.open();
  const auto why_not = [&](const std::string& name) {
    const auto withdrawn = desk->withdraw(draft(name).id, "t-2", kNow_ms);
    REQUIRE_FALSE(withdrawn.has_value());
    return withdrawn.error();
  };
  CHECK(why_not("d-1") == http::NotWithdrawn::kNotWaiting);
  CHECK(desk->confirm(draft("d-1"), "t-1", kNow_ms) == http::Confirmation::kComplete);
  desk->sign(draft("d-1"), 7, kNow_ms);
  CHECK(why_not("d-1") == http::NotWithdrawn::kSigned);
  desk->refused(draft("d-1").id);
  CHECK(desk->withdraw(draft("d-1").id, "t-2", kNow_ms)->name == "d-1");
  CHECK(desk->withdrawer_of(draft("d-1").id) == "t-2");
  CHECK(desk->confirm(draft("d-1"), "t-1", kNow_ms) == http::Confirmation::kWithdrawn);

  desk->confirm(draft("d-2"), "t-1", kNow_ms);
  desk->sign(draft("d-2"), 7, kNow_ms);
  desk->taken(draft("d-2").id);
  CHECK(why_not("d-2") == http::NotWithdrawn::kSigned);
  CHECK(files.open()->withdraw(draft("d-2").id, "t-2", kNow_ms).error() == http::NotWithdrawn::kSigned);
}

TEST_CASE("what became of drafts is told by another thread while the next ones are signed") {
  Files files;
  files.write_key("BO", "issuer");
  const auto desk = files.open();
  std::vector<http::Draft> drafts;
  for (int i = 0; i < 30; ++i) drafts.push_back(draft("d-" + std::to_string(i)));
  std::atomic<std::size_t> out = 0;
  std::thread consensus([&] {
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      while (out <= i) std::this_thread::yield();
      i % 2 == 0 ? desk->taken(drafts[i].id) : desk->refused(drafts[i].id);
    }
  });
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    desk->confirm(drafts[i], "t-1", kNow_ms);
    desk->sign(drafts[i], i, kNow_ms);
    ++out;
    desk->waiting(kNow_ms);
  }
  consensus.join();
  CHECK(desk->waiting(kNow_ms).size() == drafts.size() / 2);
  for (std::size_t i = 0; i < drafts.size(); ++i) CHECK(desk->sign(drafts[i], 30 + i, kNow_ms).fresh == (i % 2 == 1));
}

TEST_CASE("a line of the account that a power cut made short counts for nothing") {
  Files files;
  files.write_key("BO", "issuer");
  files.open();
  const auto file = files.config.resolve("managed") / crypto::to_hex(draft("d-1").id.view());
  std::ofstream(file) << "t-1 d284";
  const auto desk = files.open();
  CHECK(desk->confirm(draft("d-1"), "t-1", kNow_ms) == http::Confirmation::kComplete);
  CHECK(desk->sign(draft("d-1"), 7, kNow_ms).fresh);
  CHECK_FALSE(desk->sign(draft("d-1"), 7, kNow_ms).fresh);
}

TEST_CASE("the account names who asked and only named callers are served") {
  Files files;
  files.write_key("BO", "issuer");
  const auto desk = files.open();
  CHECK(desk->serves("t-1"));
  CHECK_FALSE(desk->serves("t-3"));
  CHECK_FALSE(desk->serves("guest"));
  CHECK_FALSE(desk->serves(""));
  desk->confirm(draft("d-1"), "t-2", kNow_ms);
  desk->sign(draft("d-1"), 1, kNow_ms);
  std::ifstream file(files.config.resolve("managed") / crypto::to_hex(draft("d-1").id.view()));
  std::string callers;
  file >> callers;
  CHECK(callers == "t-2");
}

}  // namespace managed_signing_test
