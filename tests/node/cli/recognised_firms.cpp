// SPDX-License-Identifier: Apache-2.0
#include "tests/node/cli/recognised_firms.h"

#include "crypto/digest.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli::trial {

void state(TestNode& node, Folder& folder, const std::string& administration, const std::string& events,
           const std::string& purpose) {
  Captured out;
  const std::string key = folder.file(administration + "-" + purpose + ".key");
  if (!fs::exists(key)) folder.key(administration, purpose);
  const Done done = submit(node.global(), {.file = folder.write("events.json", R"({"events":[)" + events + "]}"),
                                           .key = key,
                                           .approver_key = "",
                                           .passphrase_file = "",
                                           .wait = true});
  INFO((done ? "" : done.error()));
  REQUIRE(done);
}

std::string dated(const std::string& statement) { return R"({"decision_date":"2026-01-01",)" + statement + "}"; }

void fill(TestNode& node, Folder& folder) {
  ledger::v1::TinRecord record;
  record.set_salt(std::string(32, 's'));
  record.set_tin("BO7001");
  const auto commitment =
      crypto::sha256(crypto::ByteWriter().tag("quipu-tin-v1").raw(record.SerializeAsString()).view());
  const auto granted = [](const std::string& n) {
    return dated(R"("certificate_granted":{"certificate":"OEA-)" + n + R"(","subject":"BO-)" + n +
                 R"(","scheme":"SECURITY","roles":["EXPORTER"]})");
  };
  state(node, folder, "BO",
        dated(R"("operator_registered":{"subject":"BO-1","tin":"BO1001","person":"LEGAL"})") + "," + granted("1") +
            "," +
            dated(R"("operator_registered":{"subject":"BO-7","person":"NATURAL","tin_commitment":")" +
                  crypto::to_base64(commitment.view()) + R"("})") +
            "," + granted("7"));
  state(node, folder, "PE",
        dated(R"("recognition_activated":{"arrangement":"ARR","issuer":"BO","schemes":["SECURITY"]})") + "," +
            dated(R"("alias_set":{"issuer":"BO","subject":"BO-1","recogniser":"PE","kind":"MID","alias":"ACME1"})"));
}

}  // namespace quipu::cli::trial
