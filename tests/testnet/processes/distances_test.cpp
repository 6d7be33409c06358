// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/distances.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace distances_test {

using namespace quipu::processes;

std::string with_head(const std::string& lines) { return "one,other,delay_ms,jitter_ms\n" + lines; }

TEST_CASE("either way between two members is as long and unnamed ones are at one place") {
  const auto distances = Distances::parse(with_head("PE,BO,12,1\nBO,CL,20,2\n"));
  REQUIRE(distances);
  CHECK(distances->between("BO", "PE") == LinkFaults{.delay_ms = 12, .jitter_ms = 1});
  CHECK(distances->between("PE", "BO") == distances->between("BO", "PE"));
  CHECK_FALSE(distances->between("CL", "PE"));
}

TEST_CASE("a table that is none is named by its line") {
  for (const auto* line :
       {"BO,PE,12", "BO,PE,12,1,1", "BO,PE,far,1", "BO,PE,-1,1", "BO,PE,12,", "BO,PE,60001,1", "x"}) {
    const auto distances = Distances::parse(with_head(std::string("BO,BR,1,1\n") + line + "\n"));
    REQUIRE_FALSE(distances);
    CHECK(distances.error().starts_with("line 3 "));
  }
}

TEST_CASE("the capitals of all eleven administrations are within the time of light and a tenth of a second") {
  std::ifstream in(QUIPU_SOURCE_DIR "/testnet/sample/distances.csv");
  std::ostringstream text;
  text << in.rdbuf();
  const auto distances = Distances::parse(text.str());
  REQUIRE(distances);
  const std::vector<std::string> codes{"AR", "BO", "BR", "CL", "CO", "CR", "DO", "GT", "PE", "PY", "UY"};
  for (const auto& one : codes) {
    for (const auto& other : codes) {
      if (one == other) continue;
      const auto between = distances->between(one, other);
      INFO(one << " " << other);
      REQUIRE(between);
      CHECK((between->delay_ms >= 1 && between->delay_ms <= 100 && between->jitter_ms >= 1));
    }
  }
  CHECK(distances->between("AR", "UY")->delay_ms < distances->between("GT", "UY")->delay_ms);
}

}  // namespace distances_test
