// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/tokens.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/node/runtime/scratch.h"

namespace tokens_test {

using namespace quipu;
using namespace quipu::runtime;
using http::Role;

TEST_CASE("tokens are read back as they were written and the file holds no secret") {
  const Scratch folder;
  const auto file = folder.path / "tokens";
  CHECK(read_tokens(file)->empty());
  const auto desk = make_token({Role::kReader, Role::kPersonal, Role::kMirror}, "2027-01-31", "ventanilla única");
  const auto bare = make_token({Role::kOperator, Role::kMirror}, "2027-01-31", "");
  REQUIRE(write_tokens(file, {desk.token, bare.token}));
  const auto read = read_tokens(file);
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK(read->at(0).id == desk.token.id);
  CHECK(read->at(0).digest == crypto::sha256(desk.secret));
  CHECK(read->at(0).roles == desk.token.roles);
  CHECK(read->at(0).expires == "2027-01-31");
  CHECK(read->at(0).label == "ventanilla única");
  CHECK(read->at(1).label.empty());
  CHECK(folder.text("tokens").find(desk.secret) == std::string::npos);
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms(077)) == std::filesystem::perms::none);
  CHECK(desk.secret != bare.secret);
  CHECK(desk.secret.size() > 60);
}

TEST_CASE("a token file that is not in form is refused by its line") {
  const Scratch folder;
  const std::string hash(64, 'a');
  const std::vector<std::string> lines = {"t-1 abc reader 2027-01-01", "t-1 " + hash + " king 2027-01-01",
                                          "t-1 " + hash + " reader tomorrow", "t-1", "t-1 " + hash + "  2027-01-01"};
  for (const std::string& line : lines) {
    CAPTURE(line);
    std::ofstream(folder.path / "tokens") << "# heading\n\n" << line << "\n";
    const auto read = read_tokens(folder.path / "tokens");
    REQUIRE_FALSE(read);
    CHECK(read.error().find("tokens line 3: ") != std::string::npos);
  }
}

TEST_CASE("roles are named with commas") {
  CHECK(roles_text(*parse_roles("reader,submitter")) == "submitter,reader");
  CHECK_FALSE(parse_roles(""));
  CHECK_FALSE(
      parse_roles("reader,"
                  "mirror"));
  CHECK_FALSE(parse_roles("Reader"));
}

}  // namespace tokens_test
