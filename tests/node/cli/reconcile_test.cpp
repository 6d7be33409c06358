// SPDX-License-Identifier: Apache-2.0
#include <ctime>

#include "node/cli/files.h"
#include "node/cli/list_differences.h"
#include "node/ledger/date.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/cli/test_node.h"

namespace quipu::cli::trial {

namespace reconciling {

const std::string kToday = "2026-06-01";

ListRow row(const std::string& number) {
  ListRow out;
  out.line = 2;
  out.tin = "BO1";
  out.certificate = number;
  out.scheme = "SECURITY";
  out.roles = {"EXPORTER"};
  out.valid_from = "2024-01-01";
  out.valid_to = "2026-12-31";
  out.status = "ACTIVE";
  return out;
}

KnownCertificate known() {
  KnownCertificate out;
  out.subject = "S-1";
  out.tin = "BO1";
  out.scheme = "SECURITY";
  out.roles = {"EXPORTER"};
  out.status = "ACTIVE";
  out.valid_to = "2026-12-31";
  return out;
}

// "STATUS:certificate_suspended VALID_TO:-" of one certificate that both have.
std::string between(const ListRow& listed, const KnownCertificate& on_ledger) {
  NationalList list;
  list.rows.push_back(listed);
  Programme programme;
  programme.certificates["N-1"] = on_ledger;
  std::string text;
  for (const Difference& each : differences(list, programme, {.today = kToday})) {
    CHECK_FALSE(each.meaning.empty());
    const auto json = each.statement ? ledger::event_to_json(*each.statement) : "";
    std::string kind = "-";
    for (const char* name : {"certificate_suspended", "certificate_reinstated", "certificate_renewed",
                             "certificate_extended", "certificate_amended", "certificate_revoked",
                             "certificate_surrendered", "certificate_annulled", "tin_replaced"}) {
      if (json.find(std::string("\"") + name + "\"") != std::string::npos) kind = name;
    }
    text.append(text.empty() ? "" : " ").append(each.what).append(":").append(kind);
  }
  return text;
}

}  // namespace reconciling

TEST_CASE("a list that agrees with the ledger has no differences", "[cli]") {
  using namespace reconciling;
  CHECK(between(row("N-1"), known()).empty());
  auto natural = row("N-1");
  natural.natural = true;
  auto known_natural = known();
  known_natural.tin = "";
  CHECK(between(natural, known_natural).empty());
  // The list calls active what has run out on both sides.
  auto old_row = row("N-1");
  auto old_known = known();
  old_row.valid_to = old_known.valid_to = "2026-05-01";
  old_known.status = "EXPIRED";
  CHECK(between(old_row, old_known).empty());
}

TEST_CASE("each kind of difference has its statement or says why it has none", "[cli]") {
  using namespace reconciling;
  const auto with = [](auto change_row, auto change_known) {
    ListRow listed = row("N-1");
    KnownCertificate on_ledger = known();
    change_row(listed);
    change_known(on_ledger);
    return between(listed, on_ledger);
  };
  const auto same = [](auto&) {};
  const auto status = [](const char* name) { return [name](auto& each) { each.status = name; }; };
  const auto until = [](const char* day) { return [day](auto& each) { each.valid_to = day; }; };
  CHECK(with(status("SUSPENDED"), same) == "STATUS:certificate_suspended");
  CHECK(with(same, status("SUSPENDED")) == "STATUS:certificate_reinstated");
  CHECK(with(status("REVOKED"), same) == "STATUS:certificate_revoked");
  CHECK(with(status("SURRENDERED"), status("SUSPENDED")) == "STATUS:certificate_surrendered");
  CHECK(with(status("ANNULLED"), status("REVOKED")) == "STATUS:certificate_annulled");
  CHECK(with(same, status("REVOKED")) == "STATUS:-");
  CHECK(with(status("REVOKED"), status("EXPIRED")) == "STATUS:-");
  CHECK(with(same, status("PENDING_APPROVAL")) == "STATUS:-");
  CHECK(with(until("2029-12-31"), same) == "VALID_TO:certificate_renewed");
  CHECK(with(until(""), same) == "VALID_TO:certificate_renewed");
  CHECK(with(until("2026-11-30"), same) == "VALID_TO:-");
  CHECK(with([](auto& each) { each.tin = "BO2"; }, same) == "TIN:tin_replaced");
  CHECK(with([](auto& each) { each.natural = true; }, same) == "TIN:-");
  CHECK(with([](auto& each) { each.scheme = "BASIC"; }, same) == "SCHEME:-");
  CHECK(with([](auto& each) { each.roles = {"IMPORTER"}; }, same) == "ROLES:certificate_amended");
  CHECK(with([](auto& each) { each.level = "A"; }, same) == "LEVEL:certificate_amended");
}

TEST_CASE("several differences of a certificate stand in the order in which they can be stated", "[cli]") {
  using namespace reconciling;
  auto listed = row("N-1");
  auto on_ledger = known();
  listed.valid_to = "2029-12-31";
  listed.roles = {"EXPORTER", "BROKER"};
  on_ledger.status = "SUSPENDED";
  CHECK(between(listed, on_ledger) ==
        "STATUS:certificate_reinstated VALID_TO:certificate_renewed ROLES:certificate_amended");
  listed.status = "SUSPENDED";
  CHECK(between(listed, on_ledger) == "VALID_TO:certificate_extended ROLES:certificate_amended");
  on_ledger.status = "EXPIRED";
  on_ledger.valid_to = "2026-05-01";
  CHECK(between(listed, on_ledger) ==
        "VALID_TO:certificate_renewed ROLES:certificate_amended STATUS:certificate_suspended");
  on_ledger.valid_to = "2026-01-01";
  CHECK(between(listed, on_ledger) == "VALID_TO:- ROLES:- STATUS:-");
}

TEST_CASE("what a reconciliation plans is taken by the ledger and leaves no difference but what people decide",
          "[cli]") {
  TestNode node;
  Folder folder;
  const std::string head = "tin,person,certificate,scheme,roles,valid_from,valid_to,status\n";
  ImportListOptions import;
  import.file = folder.write("bo.csv", head +
                                           "BO1,LEGAL,N-1,SECURITY,EXPORTER,2024-01-01,2029-12-31,ACTIVE\n"
                                           "BO2,LEGAL,N-2,SECURITY,EXPORTER,2024-01-01,2029-12-31,ACTIVE\n"
                                           "BO3,NATURAL,N-3,SECURITY,BROKER,2024-01-01,2029-12-31,ACTIVE\n"
                                           "BO4,LEGAL,N-4,SECURITY,EXPORTER,2024-01-01,2029-12-31,SUSPENDED\n");
  import.key = folder.key("BO", "issuer");
  {
    Captured out;
    REQUIRE(import_list(node.global(), import));
  }
  ReconcileOptions options;
  options.file = folder.write("today.csv", head +
                                               "BO1,LEGAL,N-1,SECURITY,EXPORTER IMPORTER,2024-01-01,2032-12-31,ACTIVE\n"
                                               "BO3,NATURAL,N-3,SECURITY,BROKER,2024-01-01,2029-12-31,REVOKED\n"
                                               "BO4,LEGAL,N-4,SECURITY,EXPORTER,2024-01-01,2029-12-31,ACTIVE\n"
                                               "BO5,LEGAL,N-5,SECURITY,EXPORTER,2024-01-01,2029-12-31,ACTIVE\n");
  options.issuer = "BO";
  options.plan = folder.file("plan.json");
  const auto reconciled = [&] {
    Captured out;
    const Done done = reconcile(node.global(), options);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
    return out.json();
  };
  const auto first = reconciled();
  CHECK(first.at("statements_planned") == 4);
  CHECK(first.at("differences").as_array().size() == 6);
  SubmitOptions send;
  send.file = options.plan;
  send.key = import.key;
  send.wait = true;
  {
    Captured out;
    const Done done = submit(node.global(), send);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
  }
  const auto second = reconciled();
  CHECK(second.at("statements_planned") == 0);
  REQUIRE(second.at("differences").as_array().size() == 2);
  CHECK(second.at("differences").at(0).at("what") == "NOT_ON_LEDGER");
  CHECK(second.at("differences").at(1).at("what") == "NOT_IN_LIST");
  CHECK(second.at("differences").at(1).at("certificate") == "N-2");
  // Yesterday's plan is gone, so that it is not handed in twice.
  Captured out;
  CHECK_FALSE(submit(node.global(), send));
}

TEST_CASE("how long after its end a certificate is renewed is asked of the ledger or given", "[cli]") {
  TestNode node;
  Folder folder;
  ImportListOptions import;
  import.key = folder.key("BO", "issuer");
  const std::string today = ledger::Date::of(static_cast<std::uint64_t>(std::time(nullptr)) * 1'000, 0).text();
  const std::string ended = ledger::Date::parse(today)->plus(-60).text();
  const std::string head = "tin,person,certificate,scheme,roles,valid_from,valid_to,status\n";
  import.file = folder.write("bo.csv", head + "BO1,LEGAL,N-1,SECURITY,EXPORTER,2024-01-01," + ended + ",ACTIVE\n");
  {
    Captured out;
    REQUIRE(import_list(node.global(), import));
  }
  ReconcileOptions options{.file = folder.write("new.csv", head + "BO1,LEGAL,N-1,SECURITY,EXPORTER,2024-01-01,"
                                                                  "2199-01-01,ACTIVE\n"),
                           .issuer = "BO",
                           .map = "",
                           .plan = folder.file("plan.json")};
  const auto planned = [&] {
    Captured out;
    const Done done = reconcile(node.global(), options);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
    return out.json().at("statements_planned").to_number<int>();
  };
  CHECK(planned() == 1);
  options.grace_days = "59";
  CHECK(planned() == 0);
  options.grace_days = "60";
  CHECK(planned() == 1);
}

}  // namespace quipu::cli::trial
