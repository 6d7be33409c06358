// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/access_log.h"

#include "tests/node/runtime/scratch.h"

namespace access_log_test {

using namespace quipu::runtime;

constexpr std::uint64_t kTime_ms = 1'790'000'000'000;

void write(const std::filesystem::path& file, int lines, std::uintmax_t most_bytes = 1 << 20) {
  auto log = AccessLog::open(file, most_bytes);
  REQUIRE(log);
  for (int i = 0; i < lines; ++i) CHECK(log->append(kTime_ms, "t-1", "GET", "v1/operators/{}", 200 + i));
}

TEST_CASE("the access log goes on where it was and checks as one chain") {
  const Scratch folder;
  const auto file = folder.path / "access.log";
  write(file, 3);
  write(file, 2);
  CHECK(check_access_log(file) == 5U);
  CHECK(folder.text("access.log").starts_with("2026-09-21T14:13:20.000Z t-1 GET v1/operators/{} 200 "));
}

TEST_CASE("a line of the access log that was changed, left out or put in is found") {
  const Scratch folder;
  const auto file = folder.path / "access.log";
  write(file, 4);
  const std::string good = folder.text("access.log");
  const std::size_t second = good.find('\n') + 1;
  const std::size_t third = good.find('\n', second) + 1;
  std::string changed = good;
  changed.replace(changed.find(" 201 "), 5, " 404 ");
  for (const std::string& text : {changed, good.substr(0, second) + good.substr(third), good.substr(second),
                                  good.substr(0, third) + good.substr(second, third - second) + good.substr(third)}) {
    std::ofstream(file) << text;
    const auto checked = check_access_log(file);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().find("does not follow") != std::string::npos);
    CHECK_FALSE(AccessLog::open(file));
  }
}

TEST_CASE("what a power cut left of a line goes and the chain goes on") {
  const Scratch folder;
  const auto file = folder.path / "access.log";
  write(file, 2);
  std::ofstream(file, std::ios::app) << "2026-09-21T14:13:20.000Z t-1 GE";
  write(file, 1);
  CHECK(check_access_log(file) == 3U);
}

TEST_CASE("a long access log is set aside and the next one goes on from its last line") {
  const Scratch folder;
  const auto file = folder.path / "access.log";
  write(file, 10, 400);
  CHECK(check_access_log(folder.path / "access.log.1").value() > 0);
  CHECK(check_access_log(folder.path / "access.log.2").value() > 0);
  const std::string first = folder.text("access.log.1");
  CHECK(folder.text("access.log.2").starts_with("# continues " + first.substr(first.size() - 65)));
  CHECK_FALSE(check_access_log(folder.path / "another"));
}

TEST_CASE("a long access log that cannot be set aside is not cut") {
  const Scratch folder;
  const auto file = folder.path / "access.log";
  auto log = AccessLog::open(file, 100);
  REQUIRE(log);
  CHECK(log->append(kTime_ms, "t-1", "GET", "v1/list", 200));
  std::filesystem::rename(file, folder.path / "elsewhere");
  CHECK_FALSE(log->append(kTime_ms, "t-1", "GET", "v1/list", 201));
  CHECK(check_access_log(folder.path / "elsewhere") == 1U);
  std::filesystem::rename(folder.path / "elsewhere", file);
  CHECK(log->append(kTime_ms, "t-1", "GET", "v1/list", 202));
  CHECK(check_access_log(folder.path / "access.log.1") == 1U);
  CHECK(check_access_log(file) == 1U);
}

}  // namespace access_log_test
