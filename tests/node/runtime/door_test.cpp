// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/door.h"

#include "node/http/server.h"
#include "node/runtime/access_log.h"
#include "node/runtime/tokens.h"
#include "tests/node/runtime/scratch.h"

namespace door_test {

using namespace quipu;
using namespace quipu::runtime;
using http::Role;
using http::Roles;

constexpr std::int64_t kDay_ms = 86'400'000;

struct Entrance {
  explicit Entrance(Roles guests = {}, std::uint64_t per_second = 0) {
    REQUIRE(write_tokens(folder.path / "tokens", {desk.token}));
    auto opened = Door::open(
        {folder.path / "tokens", folder.path / "access.log", guests, per_second}, [this] { return utc_ms; },
        [this] { return steady_us; }, [this](const std::string& line) { alarms.push_back(line); });
    REQUIRE(opened);
    door = *std::move(opened);
  }
  std::optional<http::Caller> say(const std::string& authorization) {
    http::Request request;
    request.authorization = authorization;
    return door->caller(request);
  }
  std::optional<http::Caller> show(const std::string& secret) { return say("Bearer " + secret); }
  std::optional<http::Caller> show_certificate(const crypto::Digest& key, const std::string& authorization = "") {
    http::Request request;
    request.authorization = authorization;
    request.certificate_key = key;
    return door->caller(request);
  }

  Scratch folder;
  NewToken desk = make_token({Role::kReader, Role::kMirror}, "2026-09-22", "desk");
  std::int64_t utc_ms = 1'790'000'000'000;  // 2026-09-21
  std::int64_t steady_us = 1'000'000'000;
  std::vector<std::string> alarms;
  std::unique_ptr<Door> door;
};

TEST_CASE("a token opens what its roles say until its last day is over") {
  Entrance at;
  REQUIRE(at.show(at.desk.secret));
  CHECK(at.show(at.desk.secret)->name == at.desk.token.id);
  CHECK(at.show(at.desk.secret)->roles == Roles{Role::kReader, Role::kMirror});
  at.utc_ms += kDay_ms;
  CHECK(at.show(at.desk.secret));
  at.utc_ms += kDay_ms;
  CHECK_FALSE(at.show(at.desk.secret));
}

TEST_CASE("what is not exactly a token of this node opens nothing") {
  Entrance at(Roles::all());
  const auto& secret = at.desk.secret;
  for (const std::string shown : {"Bearer ", "Bearer", "Basic ", "bearer "}) {
    CAPTURE(shown);
    CHECK_FALSE(at.say(shown + (shown == "Bearer " ? secret + " " : secret)));
  }
  CHECK_FALSE(at.show(""));
  CHECK_FALSE(at.show(secret.substr(1)));
  CHECK_FALSE(at.show(crypto::to_hex(at.desk.token.digest.view())));
  CHECK_FALSE(at.show(at.desk.token.id));
}

TEST_CASE("a token that was revoked or added counts within a second, without a restart") {
  Entrance at;
  const auto other = make_token({Role::kOperator, Role::kMirror}, "2026-12-31", "");
  REQUIRE(write_tokens(at.folder.path / "tokens", {other.token}));
  at.steady_us += 1'000'000;
  CHECK_FALSE(at.show(at.desk.secret));
  CHECK(at.show(other.secret));
  std::filesystem::remove(at.folder.path / "tokens");
  at.steady_us += 1'000'000;
  CHECK_FALSE(at.show(other.secret));
}

TEST_CASE("a token file that was spoilt changes nothing and raises an alarm") {
  Entrance at;
  std::ofstream(at.folder.path / "tokens") << "nonsense\n";
  at.steady_us += 1'000'000;
  CHECK(at.show(at.desk.secret));
  CHECK(at.alarms.size() == 1);
  at.steady_us += 1'000'000;
  CHECK(at.show(at.desk.secret));
  CHECK(at.alarms.size() == 1);
}

TEST_CASE("guests may do what the configuration says, by the address too") {
  CHECK(guest_roles("auto", "127.0.0.1:8480") == Roles::all());
  CHECK(guest_roles("auto", "[::1]:8480") == Roles::all());
  CHECK(guest_roles("auto", "0.0.0.0:8480") == Roles());
  CHECK(guest_roles("auto", "10.0.0.1:8480") == Roles());
  CHECK(guest_roles("none", "127.0.0.1:8480") == Roles());
  CHECK(guest_roles("mirror", "0.0.0.0:8480") == Roles{Role::kMirror});
  CHECK(guest_roles("reader", "0.0.0.0:8480") == Roles{Role::kReader, Role::kMirror});
  CHECK_FALSE(guest_roles("everybody", "0.0.0.0:8480"));
  Entrance at({Role::kMirror});
  CHECK(at.say("")->name == "guest");
  CHECK(at.say("")->roles == Roles{Role::kMirror});
}

TEST_CASE("one token's haste does not slow another's nor guests") {
  Entrance at(Roles::all(), 3);
  const http::Caller hasty{"t-1", Roles::all()};
  const http::Caller calm{"t-2", Roles::all()};
  for (int i = 0; i < 3; ++i) CHECK(at.door->has_room(hasty));
  CHECK_FALSE(at.door->has_room(hasty));
  CHECK(at.door->has_room(calm));
  for (int i = 0; i < 10; ++i) CHECK(at.door->has_room({"guest", Roles::all()}));
  at.steady_us += 1'000'000;
  CHECK(at.door->has_room(hasty));
}

TEST_CASE("whoever knocks without end does not fill the disk") {
  Entrance at;
  for (int i = 0; i < 1'000; ++i) {
    at.door->note({"unknown", {}}, "GET", "v1/list", 401);
    at.door->note({"unknown", {}}, "GET", "healthz", 200);
    at.door->note({"guest", {Role::kReader}}, "POST", "v1/recognition", 200);
  }
  CHECK(check_access_log(at.folder.path / "access.log") == 20U);
  CHECK(at.door->refused().at("unknown") == 1'000U);
  at.door->note({"t-1", {}}, "GET", "v1/list", 200);
  CHECK(check_access_log(at.folder.path / "access.log") == 21U);
}

TEST_CASE("callers and refusals are noted and a guest's look-ups are not") {
  Entrance at;
  at.door->note({"t-1", {}}, "GET", "v1/list", 200);
  at.door->note({"guest", {}}, "GET", "v1/list", 200);
  at.door->note({"guest", {}}, "GET", "v1/list", 401);
  at.door->note({"guest", {}}, "POST", "v1/submissions", 202);
  at.door->note({"unknown", {}}, "GET", "", 401);
  at.door->note({"t-1", {}}, "GET", "v1/list", 403);  // its bearer is known, and has only another role
  CHECK(check_access_log(at.folder.path / "access.log") == 5U);
  CHECK(at.folder.text("access.log").find(" unknown GET / 401 ") != std::string::npos);
}

TEST_CASE("refusals are counted for each caller that is known and for guests and strangers") {
  Entrance at;
  CHECK(at.door->refused() == std::map<std::string, std::uint64_t>{{"guest", 0}, {"unknown", 0}});
  at.door->note({"guest", {}}, "GET", "v1/list", 401);
  at.door->note({"unknown", {}}, "GET", "", 401);
  at.door->note({"unknown", {}}, "GET", "", 401);
  at.door->note({"t-1", {}}, "GET", "v1/list", 403);
  for (const int status : {200, 404, 422, 429}) at.door->note({"t-2", {}}, "POST", "v1/submissions", status);
  CHECK(at.door->refused() == std::map<std::string, std::uint64_t>{{"guest", 1}, {"t-1", 1}, {"unknown", 2}});
}

TEST_CASE("refusals are counted for a bounded number of names and for all others together") {
  Entrance at;
  for (std::size_t i = 0; i < Door::kMostNamed + 50; ++i)
    at.door->note({"uid-" + std::to_string(i), {}}, "GET", "v1/list", 403);
  at.door->note({"uid-0", {}}, "GET", "v1/list", 403);
  at.door->note({"unknown", {}}, "GET", "v1/list", 401);
  const auto refused = at.door->refused();
  CHECK(refused.size() == Door::kMostNamed + 1);
  CHECK(refused.at("uid-0") == 2);
  CHECK(refused.at("unknown") == 1);
  CHECK(refused.at(Door::kOthers) == 52);
}

TEST_CASE("a certificate opens what its line says and no other certificate does") {
  Entrance at(Roles::all());
  const auto key = crypto::sha256("an officer's public key");
  const auto line = make_certificate(key, {Role::kSubmitter, Role::kMirror}, "2026-09-22", "desk");
  REQUIRE(write_tokens(at.folder.path / "tokens", {at.desk.token, line}));
  at.steady_us += 2'000'000;
  REQUIRE(at.show_certificate(key));
  CHECK(at.show_certificate(key)->name == line.id);
  CHECK(at.show_certificate(key)->roles == Roles{Role::kSubmitter, Role::kMirror});
  // Whoever shows one that is not known has less than a guest, as with tokens.
  CHECK_FALSE(at.show_certificate(crypto::sha256("another's")));
  at.utc_ms += 2 * kDay_ms;
  CHECK_FALSE(at.show_certificate(key));
}

TEST_CASE("the key of a certificate is no token and the digest of a token no certificate") {
  Entrance at;
  const std::string public_key = "an officer's public key";
  REQUIRE(
      write_tokens(at.folder.path / "tokens",
                   {at.desk.token, make_certificate(crypto::sha256(public_key), {Role::kReader}, "2026-09-22", "")}));
  at.steady_us += 2'000'000;
  CHECK_FALSE(at.show(public_key));
  CHECK_FALSE(at.show_certificate(at.desk.token.digest));
}

TEST_CASE("a token goes before the certificate of the connection") {
  Entrance at;
  const auto key = crypto::sha256("an officer's public key");
  REQUIRE(write_tokens(at.folder.path / "tokens",
                       {at.desk.token, make_certificate(key, {Role::kSubmitter}, "2026-09-22", "")}));
  at.steady_us += 2'000'000;
  CHECK(at.show_certificate(key, "Bearer " + at.desk.secret)->name == at.desk.token.id);
  CHECK_FALSE(at.show_certificate(key, "Bearer wrong"));
}

TEST_CASE("on the Unix socket the user is the operator and is noted by number") {
  Entrance at;
  http::Request request;
  request.local_user = 1'000;
  const auto caller = at.door->caller(request);
  REQUIRE(caller);
  CHECK(caller->name == "uid-1000");
  CHECK(caller->roles == Roles{Role::kOperator, Role::kMirror});
}

}  // namespace door_test
