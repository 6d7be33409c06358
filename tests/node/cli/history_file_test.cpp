// SPDX-License-Identifier: Apache-2.0
#include "node/cli/history_file.h"

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "node/cli/csv.h"
#include "node/cli/import_progress.h"
#include "node/ledger/ledger.pb.h"

namespace history_file_test {

using namespace quipu;
using namespace quipu::cli;

std::string line(const std::string& event, const std::string& more = "", const std::string& author = "AR") {
  return R"({"recorded_on":"2020-01-02","administration":")" + author + R"(","event":)" + event + more + "}\n";
}
std::string registered(const std::string& subject) {
  return R"({"decision_date":"2020-01-01","operator_registered":{"subject":")" + subject + R"(","person":"LEGAL"}})";
}
std::string granted(const std::string& number) {
  return R"({"decision_date":"2020-01-01","certificate_granted":{"certificate":")" + number +
         R"(","roles":["EXPORTER"]}})";
}
std::string amended(const std::string& number) {
  return R"({"decision_date":"2020-02-01","certificate_amended":{"certificate":")" + number + R"("}})";
}

TEST_CASE("a history keeps its author's lines and counts the others", "[history]") {
  const History history =
      read_history(line(registered("A")) + "\n" + line(registered("B"), "", "BO") + line(granted("N")), "AR");
  CHECK(history.bad.empty());
  CHECK(history.others == 1);
  REQUIRE(history.lines.size() == 2);
  CHECK(history.lines[1].number == 4);
  CHECK(history.lines[1].event->certificate_granted().certificate() == "N");
}

TEST_CASE("a bad line is told by its number and nothing hides behind it", "[history]") {
  const std::vector<std::string> bad = {
      "not json\n",
      "[]\n",
      R"({"recorded_on":"2020-01-02","administration":"AR"})"
      "\n",
      line(registered("A"), R"(,"surprise":1)"),
      line(registered("A"), R"(,"administration":"AR")"),
      line(R"({"decision_date":"2020-01-01"})"),
      line(R"({"decision_date":"2020-01-01","operator_registered":{"subject":"A","person":7}})"),
      line(R"({"decision_date":"2020-01-01","operator_registered":{"subject":"A"},"consent_granted":{"subject":"A"}})"),
      line(registered("A"), R"(,"approve":true)"),
      line(granted("N"), R"(,"approve":"yes")"),
      line(granted("N"), R"(,"private_tin":"AR1")"),
      line(registered("A"), R"(,"private_tin":"1")"),
      line(registered("A"), R"(,"identity":{"salt":"AAAA"})"),
      line(registered(std::string(limits::kLeafBytes, 'A'))),
      R"({"recorded_on":"2020-13-02","administration":"AR","event":)" + registered("A") + "}\n",
  };
  for (const std::string& text : bad) {
    const History history = read_history(line(registered("A")) + text + line(registered("B")), "AR");
    CAPTURE(text.substr(0, 200));
    REQUIRE(history.bad.size() == 1);
    CHECK(history.bad[0].number == 2);
    CHECK(history.lines.size() == 2);
  }
}

TEST_CASE("private data leaves the event and opens its commitment", "[history]") {
  const History history =
      read_history(line(registered("A"), R"(,"identity":{"legal_name":"Ana"},"private_tin":"AR-20.1")"), "AR");
  REQUIRE(history.lines.size() == 1);
  std::vector<OpenedRecord> opened;
  const ledger::v1::Event event = seal_line(history.lines[0], opened);
  REQUIRE(opened.size() == 2);
  CHECK(event.operator_registered().identity_commitment() == opened[0].commitment.view());
  CHECK(event.operator_registered().tin_commitment() == opened[1].commitment.view());
  ledger::v1::IdentityRecord identity;
  ledger::v1::TinRecord tin;
  REQUIRE(identity.ParseFromString(opened[0].record));
  REQUIRE(tin.ParseFromString(opened[1].record));
  CHECK(identity.legal_name() == "Ana");
  CHECK(identity.salt().size() == 32);
  CHECK(tin.tin() == "AR201");
  CHECK(opened[0].record.starts_with("\x0a\x20"));
  const Bytes tag("quipu-record-v1\0", 16);
  CHECK(crypto::sha256(tag + opened[0].record) == opened[0].commitment);
  CHECK(crypto::sha256(Bytes("quipu-tin-v1\0", 13) + opened[1].record) == opened[1].commitment);
  std::vector<OpenedRecord> again;
  seal_line(history.lines[0], again);
  CHECK(again[0].commitment != opened[0].commitment);
}

TEST_CASE("a submission ends before an event on a certificate that waits for its approval", "[history]") {
  const std::string approve = R"(,"approve":true)";
  const History history = read_history(line(granted("N"), approve) + line(granted("M"), approve) +
                                           line(registered("A")) + line(amended("M")) + line(amended("N")),
                                       "AR");
  REQUIRE(history.lines.size() == 5);
  CHECK(pack_end(history.lines, 0, 64, {}) == 3);
  CHECK(pack_end(history.lines, 0, 2, {}) == 2);
  CHECK(pack_end(history.lines, 3, 64, {"M", "N"}) == 3);
  CHECK(pack_end(history.lines, 3, 64, {"N"}) == 4);
  CHECK(pack_end(history.lines, 3, 64, {}) == 5);
  CHECK(pack_end(history.lines, 5, 64, {}) == 5);
}

TEST_CASE("packs cover every line once and fit a leaf", "[history]") {
  std::string file;
  for (int i = 0; i < 400; ++i) file += line(registered("A" + std::string(static_cast<std::size_t>(i), 'X')));
  const History history = read_history(file, "AR");
  REQUIRE(history.lines.size() == 400);
  std::size_t from = 0;
  while (from < history.lines.size()) {
    const std::size_t end = pack_end(history.lines, from, 256, {});
    REQUIRE(end > from);
    std::size_t bytes = 0;
    for (std::size_t i = from; i < end; ++i) bytes += history.lines[i].event->ByteSizeLong() + 4;
    CHECK(bytes < limits::kLeafBytes - 500);
    CHECK(end - from <= 256);
    from = end;
  }
  CHECK(from == 400);
}

TEST_CASE("progress comes back from its file as it was", "[history]") {
  ImportProgress progress;
  progress.chain_id = "test";
  progress.chain = "ab";
  progress.administration = "AR";
  progress.key = "cd";
  progress.lines_done = 7;
  progress.done = crypto::sha256("seven lines");
  progress.pending.push_back({false, 7, 9, 3, Bytes("\x00\xff leaf", 7), {}});
  progress.pending.push_back({false, 9, 12, 4, "", {crypto::sha256("refused")}});
  progress.waiting.push_back({crypto::sha256("x"), 5, "N", "2020-01-01"});
  const auto back = ImportProgress::from_json(progress.to_json());
  REQUIRE(back.has_value());
  CHECK(back->to_json() == progress.to_json());
  CHECK(back->done == progress.done);
  CHECK(back->pending[0].leaf == progress.pending[0].leaf);
  CHECK(back->pending[1].before == progress.pending[1].before);
  CHECK(back->next_line() == 12);
  for (const std::string bad : {"", "{}", "[]", R"({"version":2})", R"({"version":1,"chain_id":"x"})"}) {
    CHECK_FALSE(ImportProgress::from_json(bad));
  }
}

TEST_CASE("CSV is read with quotes and both line ends and refused when ragged", "[csv]") {
  const auto rows = parse_csv(
      "\xef\xbb\xbf"
      "a,b\r\n\"x,\"\"y\"\"\",2\n\n\"line\nend\",\r\n");
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[0] == CsvRow{"a", "b"});
  CHECK((*rows)[1] == CsvRow{"x,\"y\"", "2"});
  CHECK((*rows)[2] == CsvRow{"line\nend", ""});
  for (const CsvRow& row : *rows) CHECK(parse_csv(format_csv(row))->front() == row);
  CHECK(parse_csv("a,b\n1\n").error().starts_with("line 2"));
  CHECK(parse_csv("a,b\n\"x,2\n").error().starts_with("line 2"));
  CHECK(parse_csv("a\nx\"y\n").error().starts_with("line 2"));
  CHECK(parse_csv("a\n\"x\"y\n").error().starts_with("line 2"));
  CHECK(parse_csv("").value().empty());
}

}  // namespace history_file_test
