// SPDX-License-Identifier: Apache-2.0
// Managed signing over HTTP: who is let in, and that a draft becomes one statement however often it is asked for. The
// real desk with its files is tests/node/runtime/managed_signing_test.cpp.
#include <map>

#include "node/http/signing_desk.h"
#include "node/ledger/submission.h"
#include "tests/node/http/asking.h"

namespace routes_managed_test {

using namespace routes_test;

const char* const kRecognise =
    R"([{"decision_date":"2026-01-01","recognition_activated":{"arrangement":"ARR","issuer":"PE",
   "schemes":["SECURITY"],"roles":["EXPORTER"],"flows":["IMPORT"],"benefits":["PRIORITY"]}}])";

class Desk final : public SigningDesk {
 public:
  Desk(std::size_t confirmations, std::size_t per_hour) : queue(confirmations, per_hour) {
    known.confirmations = confirmations;
  }
  const SigningTerms& terms() const override { return known; }
  bool serves(const std::string& caller) const override { return caller == "t-1" || caller == "t-2"; }
  Confirmation confirm(const Draft& draft, const std::string& caller, std::uint64_t now_ms) override {
    return leaves.contains(draft.id) ? Confirmation::kComplete : queue.confirm(draft, caller, now_ms);
  }
  std::vector<std::string> callers_of(const crypto::Digest& draft) const override { return queue.callers_of(draft); }
  std::vector<WaitingDraft> waiting(std::uint64_t now_ms) override { return queue.waiting(now_ms); }
  SignedDraft sign(const Draft& draft, std::uint64_t sequence, std::uint64_t now_ms) override {
    if (leaves.contains(draft.id)) return {.leaf = leaves[draft.id], .fresh = false};
    ledger::v1::Submission message = *draft.message;
    message.set_sequence(sequence + skip);
    ++signatures;
    leaves[draft.id] = ledger::sign_submission(message, testing::test_key("BO", "issuer"), now_ms / 1000);
    return {.leaf = leaves[draft.id], .fresh = true};
  }
  void taken(const crypto::Digest& draft) override { queue.remove(draft); }
  void refused(const crypto::Digest& draft) override { leaves.erase(draft); }

  SigningTerms known{.administration = "BO", .key = testing::test_key("BO", "issuer").public_key(), .confirmations = 1};
  DraftQueue queue;
  std::map<crypto::Digest, Bytes> leaves;
  int signatures = 0;
  std::uint64_t skip = 0;  // signs with a number that is not the next
};

// The authorization names the caller.
class Door final : public Doorkeeper {
 public:
  std::optional<Caller> caller(const Request& request) override {
    return Caller{request.authorization.empty() ? std::string(kGuest) : request.authorization, roles};
  }
  bool has_room(const Caller&) override { return true; }
  void note(const Caller& caller, std::string_view method, std::string_view route, int status) override {
    notes.push_back(caller.name + " " + std::string(method) + " " + std::string(route) + " " + std::to_string(status));
  }
  Roles roles = {Role::kSubmitter};
  std::vector<std::string> notes;
};

struct Managed {
  explicit Managed(std::size_t confirmations = 1, std::size_t per_hour = 10) : desk(confirmations, per_hour) {
    node.door = &door;
    node.signing = &desk;
  }
  Response request(const std::string& method, const std::string& caller, Bytes body = {},
                   const std::string& type = "application/json") {
    Request request;
    request.method = method;
    request.target = "/v1/drafts";
    request.authorization = caller;
    request.content_type = type;
    request.body = std::move(body);
    return ask(node, request);
  }
  Response draft(const std::string& caller, const std::string& name, const std::string& events = kFirm,
                 const std::string& author = "BO") {
    return request("POST", caller,
                   R"({"administration":")" + author + R"(","draft":")" + name + R"(","events":)" + events + "}");
  }
  SubmissionPhase phase_of(const Response& response) {
    const auto raw = crypto::from_hex(std::string_view(parsed(response).at("id").as_string()));
    return node.submission(*crypto::Digest::from(*raw)).phase;
  }
  MemoryLedger node;
  Door door;
  Desk desk;
};

TEST_CASE("a node that keeps no issuer key says so with a code of its own", "[managed]") {
  Managed managed;
  managed.node.signing = nullptr;
  CHECK(code_of(managed.draft("t-1", "d-1")) == "NOT_ENABLED");
  const Response terms = managed.request("GET", "t-1");
  CHECK(terms.status == 404);
  CHECK(code_of(terms) == "NOT_ENABLED");
  CHECK(managed.node.submissions_taken() == 0);
}

TEST_CASE("a node tells in its status whether it signs for its callers", "[managed]") {
  Managed managed;
  const auto told = [&] {
    Request request;
    request.method = "GET";
    request.target = "/v1/node/status";
    return parsed(ask(managed.node, request)).at("managed_signing").as_bool();
  };
  CHECK(told());
  managed.node.signing = nullptr;
  CHECK_FALSE(told());
}

TEST_CASE("a draft becomes a final statement and asking again names the same", "[managed]") {
  Managed managed;
  const Response first = managed.draft("t-1", "d-1");
  REQUIRE(first.status == 202);
  CHECK(managed.phase_of(first) == SubmissionPhase::kFinal);
  CHECK(managed.draft("t-1", "d-1").body == first.body);
  CHECK(managed.draft("t-2", "d-1").body == first.body);
  CHECK(managed.desk.signatures == 1);
  CHECK(managed.door.notes.front() == "t-1 POST v1/drafts 202");
}

TEST_CASE("only submitters whom the operator has named are signed for", "[managed]") {
  Managed managed;
  CHECK(code_of(managed.draft("t-3", "d-1")) == "FORBIDDEN");
  CHECK(code_of(managed.draft("", "d-1")) == "FORBIDDEN");
  CHECK(code_of(managed.request("GET", "t-3")) == "FORBIDDEN");
  managed.door.roles = {Role::kReader, Role::kAuditor, Role::kOperator, Role::kGovernance, Role::kPersonal};
  CHECK(code_of(managed.draft("t-1", "d-1")) == "FORBIDDEN");
  managed.node.door = nullptr;  // everybody may ask for everything, but not for a signature
  CHECK(code_of(managed.draft("t-1", "d-1")) == "FORBIDDEN");
  CHECK(managed.desk.signatures == 0);
}

TEST_CASE("nothing but this administration's issuer statements reaches the key", "[managed]") {
  Managed managed;
  CHECK(code_of(managed.draft("t-1", "d-1", kFirm, "PE")) == "FOREIGN_ISSUER");
  const Response governs = managed.draft("t-1", "d-1", R"([{"decision_date":"2026-01-01",
    "proposal_opened":{"proposal":"P-1","expires":"2026-12-31","member_remove":"CL"}}])");
  CHECK(code_of(governs) == "WRONG_KEY_PURPOSE");
  CHECK(code_of(managed.draft("t-1", "d 1")) == "BAD_REQUEST");
  CHECK(code_of(managed.draft(
            "t-1", "d-1", R"([{"certificate_suspended":{"certificate":")" + std::string(61'000, 'x') + R"("}}])")) ==
        "TOO_LARGE");
  CHECK(code_of(managed.request("POST", "t-1", signed_leaf("BO", 1, kFirm))) == "BAD_REQUEST");
  CHECK(code_of(managed.request("POST", "t-1", "{}", "application/cose")) == "UNSUPPORTED_MEDIA_TYPE");
  CHECK(managed.desk.signatures == 0);
}

TEST_CASE("under two confirmations one person signs nothing however often it asks", "[managed]") {
  Managed managed(2);
  const auto waiting = parsed(managed.draft("t-1", "d-1"));
  CHECK(waiting.at("status") == "WAITING");
  CHECK(waiting.at("confirmations") == 2);
  managed.draft("t-1", "d-1");
  CHECK(managed.desk.signatures == 0);
  const auto listed = parsed(managed.request("GET", "t-2")).at("waiting").as_array();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("draft") == "d-1");
  CHECK(listed[0].at("asked_by").as_array() == json::array{"t-1"});
  CHECK(listed[0].at("events").as_array().size() == 2);
  const Response second = managed.draft("t-2", "d-1");
  CHECK(managed.phase_of(second) == SubmissionPhase::kFinal);
  CHECK(parsed(managed.request("GET", "t-2")).at("waiting").as_array().empty());
}

TEST_CASE("a share of signatures that is used up is said and the next caller is served", "[managed]") {
  Managed managed(1, 1);
  CHECK(managed.draft("t-1", "d-1").status == 202);
  CHECK(code_of(managed.draft("t-1", "d-2", kRecognise)) == "TOO_OFTEN");
  CHECK(managed.draft("t-2", "d-2", kRecognise).status == 202);
}

TEST_CASE("a draft that the rules refuse is signed anew when it is asked for again", "[managed]") {
  Managed managed;
  const std::string suspend = R"([{"decision_date":"2026-01-01","certificate_suspended":{"certificate":"OEA-1",
    "ground":"INVESTIGATION"}}])";
  const Response early = managed.draft("t-1", "d-2", suspend);
  CHECK(early.status == 422);
  CHECK(managed.desk.leaves.empty());
  REQUIRE(managed.draft("t-1", "d-1").status == 202);
  managed.draft("t-1", "d-2", suspend);
  CHECK(managed.desk.signatures == 3);
}

TEST_CASE("a sequence number that another statement took first is a matter of asking again", "[managed]") {
  Managed managed;
  REQUIRE(managed.draft("t-1", "d-1").status == 202);
  managed.desk.skip = static_cast<std::uint64_t>(-1);
  CHECK(code_of(managed.draft("t-1", "d-2", kRecognise)) == "UNAVAILABLE");
  managed.desk.skip = 0;
  CHECK(managed.phase_of(managed.draft("t-1", "d-2", kRecognise)) == SubmissionPhase::kFinal);
}

TEST_CASE("a busy node forgets what it signed and a retry still makes one statement", "[managed]") {
  Managed managed;
  managed.node.be_busy(1);
  CHECK(code_of(managed.draft("t-1", "d-1")) == "POOL_FULL");
  CHECK(managed.draft("t-1", "d-1").status == 202);
  CHECK(managed.node.submissions_taken() == 1);
}

}  // namespace routes_managed_test
