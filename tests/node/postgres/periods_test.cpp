// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/periods.h"

#include <catch2/catch.hpp>

#include "node/ledger/timeline.h"
#include "tests/node/ledger/world.h"

namespace quipu::postgres::testing {

namespace periods {

using ledger::Date;
using ledger::testing::World;

bool covers(const Row& row, const std::string& day) {
  return (row[2] == "-infinity" || *row[2] <= day) && (row[3] == "infinity" || day <= *row[3]);
}

// A certificate that went through much.
ledger::v1::CertificateRecord eventful() {
  World world({{"PE"}, {"BO"}}, {});
  world.today("2024-01-10");
  const auto says = [&](const char* text) { REQUIRE(world.says("PE", text) == "OK"); };
  says(R"(operator_registered { subject: "F1" tin: "PE20100000001" person: LEGAL })");
  says(
      R"(effective_from: "2024-02-01" certificate_granted { certificate: "C1" subject: "F1" scheme: SECURITY roles: [IMPORTER, EXPORTER] valid_to: "2026-12-31" })");
  world.today("2024-06-01");
  says(R"(certificate_suspended { certificate: "C1" until: "2024-09-01" ground: INVESTIGATION })");
  world.today("2024-07-15");
  says(R"(certificate_reinstated { certificate: "C1" effect: EX_NUNC })");
  world.today("2025-03-01");
  says(R"(certificate_amended { certificate: "C1" roles_removed: EXPORTER level: "B" })");
  world.today("2025-05-01");
  says(R"(certificate_suspended { certificate: "C1" ground: REQUEST roles: IMPORTER until: "2025-08-01" })");
  world.today("2026-02-01");
  says(R"(certificate_revoked { certificate: "C1" })");
  return world.certificate("PE", "C1");
}

}  // namespace periods

TEST_CASE("each day of a certificate is in one period and holds there what its record says") {
  using namespace periods;
  const auto record = eventful();
  const auto rows = certificate_periods("PE", record);
  CHECK(rows.size() >= 7);
  for (Date day = Date::parse("2023-12-01").value(); day.text() < "2027-03-01"; day = day.plus(1)) {
    const auto held = [&](const Row& row) { return covers(row, day.text()); };
    REQUIRE(std::ranges::count_if(rows, held) == 1);
    const Row& row = *std::ranges::find_if(rows, held);
    INFO(day.text());
    CHECK(*row[4] == ledger::name_of(ledger::status_on(record, day)));
    CHECK(row[7] == unless_empty(ledger::terms_on(record, day).level()));
    std::vector<std::string> roles;
    for (const int role : ledger::roles_on(record, day)) roles.push_back(ledger::v1::Role_Name(role));
    CHECK(*row[5] == array_text(roles));
    CHECK((*row[6] == "{}") == ledger::suspended_roles_on(record, day).empty());
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    CHECK(Row(rows[i].begin() + 4, rows[i].end()) != Row(rows[i - 1].begin() + 4, rows[i - 1].end()));
  }
}

}  // namespace quipu::postgres::testing
