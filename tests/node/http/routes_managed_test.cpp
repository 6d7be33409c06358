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
  std::expected<WithdrawnDraft, NotWithdrawn> withdraw(const crypto::Digest& draft, const std::string& caller,
                                                       std::uint64_t now_ms) override {
    if (leaves.contains(draft)) return std::unexpected(NotWithdrawn::kSigned);
    const auto withdrawn = queue.withdraw(draft, caller, now_ms);
    if (!withdrawn) return std::unexpected(NotWithdrawn::kNotWaiting);
    return *withdrawn;
  }
  std::string withdrawer_of(const crypto::Digest& draft) const override { return queue.withdrawer_of(draft); }
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
                   const std::string& type = "application/json", const std::string& target = "/v1/drafts") {
    Request request;
    request.method = method;
    request.target = target;
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
  Response withdraw(const std::string& caller, const std::string& id) {
    return request("DELETE", caller, {}, "", "/v1/drafts/" + id);
  }
  // Of what the caller has just asked for.
  std::string waits(const std::string& caller, const std::string& name) {
    return parsed(draft(caller, name)).at("waiting").at("id").as_string().c_str();
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

TEST_CASE("who wrote a draft and who could confirm it may each withdraw it", "[managed]") {
  for (const std::string caller : {"t-1", "t-2"}) {
    CAPTURE(caller);
    Managed managed(2);
    const std::string id = managed.waits("t-1", "d-1");
    const Response response = managed.withdraw(caller, id);
    CHECK(response.status == 200);
    CHECK(parsed(response) ==
          json::object{{"status", "WITHDRAWN"}, {"id", id}, {"draft", "d-1"}, {"withdrawn_by", caller}});
    CHECK(managed.door.notes.back() == caller + " DELETE v1/drafts/{} 200");
    CHECK(managed.withdraw("t-1", id).body == response.body);
    CHECK(managed.withdraw("t-2", id).body == response.body);
    CHECK(parsed(managed.request("GET", "t-2")).at("waiting").as_array().empty());
  }
}

TEST_CASE("a withdrawn draft is signed for nobody and the same under another name is", "[managed]") {
  Managed managed(2);
  managed.withdraw("t-2", managed.waits("t-1", "d-1"));
  for (const char* caller : {"t-1", "t-2"}) {
    const Response refused = managed.draft(caller, "d-1");
    CHECK(refused.status == 409);
    CHECK(code_of(refused) == "DRAFT_WITHDRAWN");
    CHECK(parsed(refused).at("detail") == "by t-2");
  }
  CHECK(managed.desk.signatures == 0);
  managed.waits("t-1", "d-2");
  CHECK(managed.phase_of(managed.draft("t-2", "d-2")) == SubmissionPhase::kFinal);
}

TEST_CASE("only who is signed for withdraws and from others a draft goes on waiting", "[managed]") {
  Managed managed(2);
  const std::string id = managed.waits("t-1", "d-1");
  CHECK(code_of(managed.withdraw("t-3", id)) == "FORBIDDEN");
  CHECK(code_of(managed.withdraw("", id)) == "FORBIDDEN");
  managed.door.roles = {Role::kReader, Role::kAuditor, Role::kOperator, Role::kGovernance, Role::kPersonal};
  CHECK(code_of(managed.withdraw("t-1", id)) == "FORBIDDEN");
  managed.door.roles = {Role::kSubmitter};
  CHECK(parsed(managed.request("GET", "t-1")).at("waiting").as_array().size() == 1);
  managed.node.signing = nullptr;
  CHECK(code_of(managed.withdraw("t-1", id)) == "NOT_ENABLED");
}

TEST_CASE("what waits no more or never did cannot be withdrawn and the answer says which", "[managed]") {
  Managed managed(2);
  const Response unknown = managed.withdraw("t-1", std::string(64, 'a'));
  CHECK(unknown.status == 404);
  CHECK(code_of(unknown) == "NOT_FOUND");
  CHECK(code_of(managed.withdraw("t-1", "d-1")) == "BAD_PARAMETER");
  const std::string id = managed.waits("t-1", "d-1");
  const Response signed_now = managed.draft("t-2", "d-1");
  REQUIRE(signed_now.status == 202);
  const Response late = managed.withdraw("t-1", id);
  CHECK(late.status == 409);
  CHECK(code_of(late) == "DRAFT_SIGNED");
  CHECK(managed.draft("t-1", "d-1").body == signed_now.body);
  CHECK(header(managed.request("PUT", "t-1", {}, "", "/v1/drafts/" + id), "Allow") == "DELETE");
}

TEST_CASE("a draft that the rules refused can be withdrawn and is not signed anew", "[managed]") {
  Managed managed;
  const std::string suspend = R"([{"decision_date":"2026-01-01","certificate_suspended":{"certificate":"OEA-1",
    "ground":"INVESTIGATION"}}])";
  REQUIRE(managed.draft("t-1", "d-1", suspend).status == 422);
  const auto left = parsed(managed.request("GET", "t-1")).at("waiting").as_array();
  REQUIRE(left.size() == 1);
  CHECK(managed.withdraw("t-1", left[0].at("id").as_string().c_str()).status == 200);
  CHECK(code_of(managed.draft("t-1", "d-1", suspend)) == "DRAFT_WITHDRAWN");
  CHECK(managed.desk.signatures == 1);
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
