// SPDX-License-Identifier: Apache-2.0
// What the tests of commands share: a node in this process (real HTTP, real rules, no consensus), a folder, and what a
// command prints.
#pragma once

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "crypto/keyfile.h"
#include "node/cli/commands.h"
#include "node/http/record_desk.h"
#include "node/http/routes.h"
#include "node/http/server.h"
#include "node/ledger/json.h"
#include "tests/node/http/memory_ledger.h"

namespace quipu::cli::trial {

namespace fs = std::filesystem;

// Keeps what is handed in, or answers otherwise when told to.
class KeepingDesk final : public http::RecordDesk {
 public:
  void hand_in(http::HandIn record, std::function<void(http::HandInAnswer)> done) override {
    handed.push_back(std::move(record));
    done(answers.empty() ? http::HandInAnswer::kKept : answers.at(handed.back().subject));
  }
  http::HeldRecords records_of(const std::string&, const std::string&) override {
    return {.kind = http::HeldRecords::Kind::kNotEntitled};
  }
  std::vector<http::ErasureNote> erasures() const override {
    return {{"PE", "S-1", "2026-01-02", 17, 9, 1'767'312'000'000, 2}};
  }
  std::vector<http::HandIn> handed;
  std::map<std::string, http::HandInAnswer> answers;  // by subject; none: kept
};

// Lets in everybody, but to side records only who shows the token, if there is one.
class TestDoor final : public http::Doorkeeper {
 public:
  std::optional<http::Caller> caller(const http::Request& request) override {
    const std::string& authorization = request.authorization;
    http::Caller caller{"guest", http::Roles::all()};
    if (token.empty() || authorization == "Bearer " + token) return caller;
    caller.roles = {http::Role::kReader, http::Role::kSubmitter, http::Role::kGovernance};
    return caller;
  }
  bool has_room(const http::Caller&) override { return true; }
  void note(const http::Caller&, std::string_view, std::string_view, int) override {}
  std::string token;
};

class TestNode {
 public:
  TestNode()
      : server_(io_, "127.0.0.1:0", [this](const http::Request& request, const http::Respond& respond) {
          http::route(ledger, request, respond);
        }) {
    ledger.desk = &desk;
    ledger.door = &door;
    REQUIRE(server_.start());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestNode() {
    server_.stop(0);
    thread_.join();
  }
  Global global(Output output = Output::kJson) const {
    return {"http://127.0.0.1:" + std::to_string(server_.port()), output};
  }

  quipu::testing::MemoryLedger ledger;
  KeepingDesk desk;
  TestDoor door;

 private:
  boost::asio::io_context io_{1};
  http::Server server_;
  std::thread thread_;
};

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "quipu-cli-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name)) << content;
    return file(name);
  }
  std::string key(const std::string& administration, const std::string& purpose) const {
    const auto key = quipu::testing::unlocked_test_key(administration, purpose);
    const std::string path = file(administration + "-" + purpose + ".key");
    REQUIRE(crypto::write_key_file(path, key.header, key.secret, "", crypto::KeyFileCost::kTestnet));
    return path;
  }

 private:
  fs::path path_;
};

// What a command prints on standard output.
class Captured {
 public:
  Captured() : before_(std::cout.rdbuf(out_.rdbuf())), errors_before_(std::cerr.rdbuf(errors_.rdbuf())) {}
  ~Captured() {
    std::cout.rdbuf(before_);
    std::cerr.rdbuf(errors_before_);
  }
  std::string text() const { return out_.str(); }
  std::string errors() const { return errors_.str(); }
  boost::json::value json() const { return ledger::parse_strict_json(text()).value(); }

 private:
  std::ostringstream out_, errors_;
  std::streambuf* before_;
  std::streambuf* errors_before_;
};

inline std::string line(const std::string& author, const std::string& event, const std::string& more = "") {
  return R"({"recorded_on":"2026-01-02","administration":")" + author + R"(","event":)" + event + more + "}\n";
}

// Firms of one author with a certificate each, which is amended and suspended later.
inline std::string programme(const std::string& author, int firms, bool approve) {
  const std::string more = approve ? R"(,"approve":true)" : "";
  std::string file;
  for (int i = 0; i < firms; ++i) {
    const std::string n = std::to_string(i);
    file += line(author,
                 R"({"decision_date":"2026-01-01","operator_registered":{"subject":"S-)" + n +
                     R"(","person":"LEGAL","tin":")" + author + "100" + n + R"("}})",
                 R"(,"identity":{"legal_name":"Firm )" + n + R"("})");
    file += line(author,
                 R"({"decision_date":"2026-01-02","certificate_granted":{"certificate":"C-)" + n +
                     R"(","subject":"S-)" + n + R"(","scheme":"SECURITY","roles":["EXPORTER"]}})",
                 more);
  }
  for (int i = 0; i < firms; ++i) {
    const std::string n = std::to_string(i);
    file += line(author, R"({"decision_date":"2026-02-01","certificate_amended":{"certificate":"C-)" + n +
                             R"(","roles_added":["IMPORTER"]}})");
    file += line(author,
                 R"({"decision_date":"2026-03-01","certificate_suspended":{"certificate":"C-)" + n +
                     R"(","until":"2026-06-01","ground":"INVESTIGATION"}})",
                 more);
  }
  return file;
}

inline std::string status_of(const TestNode& node, const std::string& name, const std::string& on) {
  Captured out;
  REQUIRE(certificate_show(node.global(), {name, on, ""}));
  return out.json().at("status").as_string().c_str();
}

}  // namespace quipu::cli::trial
