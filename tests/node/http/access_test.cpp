// SPDX-License-Identifier: Apache-2.0
#include "node/http/access.h"

#include <fstream>
#include <sstream>

#include "node/http/routes.h"
#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

constexpr std::array kColumns = {Role::kReader,   Role::kAuditor,  Role::kSubmitter, Role::kGovernance,
                                 Role::kOperator, Role::kPersonal, Role::kMirror};

// Whoever asks has the roles that the test says; nobody has when there are none to show.
class TestDoor final : public Doorkeeper {
 public:
  std::optional<Caller> caller(const Request& request) override {
    const std::string& authorization = request.authorization;
    if (authorization == "Bearer stranger") return std::nullopt;
    return Caller{authorization.empty() ? "guest" : "t-1", roles};
  }
  bool has_room(const Caller&) override { return room; }
  void note(const Caller& caller, std::string_view method, std::string_view route, int status) override {
    notes.push_back(caller.name + " " + std::string(method) + " " + std::string(route) + " " + std::to_string(status));
  }
  Roles roles;
  bool room = true;
  std::vector<std::string> notes;
};

struct Guarded {
  Guarded() { node.door = &door; }
  Response request(std::string_view method, const std::string& target, const std::string& authorization) {
    Request request;
    request.method = method;
    request.target = target;
    request.authorization = authorization;
    request.content_type = "application/cose";
    return ask(node, request);
  }
  MemoryLedger node;
  TestDoor door;
};

// A path that the pattern matches.
std::string target_of(std::string_view pattern) {
  std::string target = "/";
  for (const char c : pattern) {
    if (c == '}' || (c == '*' && target.ends_with('x'))) continue;
    target.push_back(c == '{' || c == '*' ? 'x' : c);
  }
  return target;
}

std::string mark(bool open) { return open ? "yes" : "-"; }

// docs/lists/access.md as the code has it.
std::string document() {
  std::string text =
      "# Who may ask for what\n\nWritten from the table in `node/http/routes.cpp`: a caller with any of the roles "
      "marked "
      "`yes` is let in, every other\none is refused (401 without a token, 403 with one). `mirror` comes with every "
      "token. "
      "Guests have what\n`[http] guests` says ([operating.md](../operating.md)).\n\n| Route |";
  for (const Role role : kColumns) text.append(" ").append(name_of(role)).append(" |");
  text.append("\n|---|---|---|---|---|---|---|---|\n");
  for (const auto& route : route_table()) {
    text.append("| `").append(route.method).append(" /").append(route.pattern).append("` |");
    for (const Role role : kColumns) text.append(" ").append(mark(!route.roles || route.roles->has(role))).append(" |");
    text.append("\n");
  }
  return text;
}

}  // namespace

TEST_CASE("each route opens for each role as the table says and for no other", "[routes]") {
  Guarded guarded;
  int refused = 0;
  for (const auto& route : route_table()) {
    for (const Role role : kColumns) {
      CAPTURE(route.method, route.pattern, name_of(role));
      guarded.door.roles = {role};
      const Response response = guarded.request(route.method, target_of(route.pattern), "Bearer known");
      const bool open = !route.roles || route.roles->has(role);
      CHECK((response.status == 403 && code_of(response) == "FORBIDDEN") == !open);
      CHECK(response.status != 401);
      if (!open) ++refused;
    }
  }
  CHECK(refused > 200);
}

TEST_CASE("without a role every route but the open ones is refused", "[routes]") {
  Guarded guarded;
  std::string open;
  for (const auto& route : route_table()) {
    CAPTURE(route.method, route.pattern);
    const Response guest = guarded.request(route.method, target_of(route.pattern), "");
    const Response stranger = guarded.request(route.method, target_of(route.pattern), "Bearer stranger");
    CHECK((guest.status == 401) == route.roles.has_value());
    CHECK((stranger.status == 401) == route.roles.has_value());
    if (guest.status == 401) CHECK(header(guest, "WWW-Authenticate") == "Bearer");
    if (!route.roles) open.append("/").append(route.pattern).append(" ");
  }
  CHECK(open == "/healthz /readyz /openapi.yaml / /verify.html /console/{} ");
}

TEST_CASE("the table of access in the documents is the code's", "[document]") {
  const std::string path = std::string(QUIPU_SOURCE_DIR) + "/docs/lists/access.md";
  if (std::getenv("QUIPU_REWRITE_DOCS") != nullptr) std::ofstream(path) << document();
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  CHECK(text.str() == document());
}

TEST_CASE("who asks too often is told to wait, and everything is noted without what it was about", "[routes]") {
  Guarded guarded;
  guarded.door.roles = {Role::kReader};
  CHECK(guarded.request("GET", "/v1/operators/BO1001", "Bearer known").status == 404);
  guarded.door.room = false;
  const Response response = guarded.request("GET", "/v1/operators/BO1001", "Bearer known");
  CHECK(code_of(response) == "TOO_OFTEN");
  CHECK(header(response, "Retry-After") == "1");
  CHECK(guarded.request("GET", "/healthz", "Bearer known").status == 200);
  guarded.request("GET", "/v1/list", "Bearer stranger");
  CHECK(guarded.door.notes == std::vector<std::string>{"t-1 GET v1/operators/{} 404", "t-1 GET v1/operators/{} 429",
                                                       "t-1 GET healthz 200", "unknown GET v1/list 401"});
}

TEST_CASE("a submitter cannot hand in what governance keys sign, nor the other way round", "[routes]") {
  const std::string propose = R"([{"decision_date":"2026-01-01","proposal_opened":{"proposal":"P-1",
    "expires":"2026-12-31","member_remove":"CL"}}])";
  const std::string suspend = R"([{"decision_date":"2026-01-01","certificate_suspended":{"certificate":"OEA-1"}}])";
  const auto hand_in = [](Roles roles, const std::string& events, const std::string& purpose) {
    Guarded guarded;
    guarded.door.roles = roles;
    Request request;
    request.method = "POST";
    request.target = "/v1/submissions";
    request.authorization = "Bearer known";
    request.content_type = "application/cose";
    request.body = signed_leaf("BO", 1, events, purpose);
    return code_of(ask(guarded.node, request));
  };
  CHECK(hand_in({Role::kSubmitter}, propose, "governance") == "FORBIDDEN");
  CHECK(hand_in({Role::kGovernance}, suspend, "issuer") == "FORBIDDEN");
  CHECK(hand_in({Role::kGovernance}, propose, "governance") != "FORBIDDEN");
  CHECK(hand_in({Role::kSubmitter}, suspend, "issuer") != "FORBIDDEN");
}

}  // namespace routes_test
