// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/endpoint.h"

#include <catch2/catch.hpp>

#include "node/fetch/address.h"

namespace webhooks_test {

using namespace quipu;
using namespace quipu::webhooks;

namespace {

Endpoint good() {
  return {
      .name = "clearance", .url = "https://clearance.example.pe/quipu", .secret_file = "clearance.secret", .as = "PE"};
}

// The word of the setting that is refused; empty: none is.
std::string refused(const Endpoint& endpoint) {
  const auto checked = check_form(endpoint);
  return checked ? "" : checked.error().substr(0, checked.error().find_first_of(" :"));
}

}  // namespace

TEST_CASE("an endpoint in form is taken with any kind of event there is", "[webhooks]") {
  auto endpoint = good();
  CHECK(refused(endpoint).empty());
  endpoint.kinds = {"certificate_suspended", "recognition_suspended", "party_withdrawn"};
  endpoint.as = "";
  CHECK(refused(endpoint).empty());
}

TEST_CASE("what is wrong with an endpoint is named", "[webhooks]") {
  const auto with = [](auto change) {
    auto endpoint = good();
    change(endpoint);
    return refused(endpoint);
  };
  for (const std::string name : {"", "Clearance", "a b", "../x", "a_very_long_name_that_nobody_needs"}) {
    CHECK(with([&](Endpoint& e) { e.name = name; }) == "name");
  }
  for (const std::string url : {"", "clearance.example.pe", "ftp://a/b", "unix:/run/x", "https://", "https://u:p@a/b",
                                "https://a/b#c", "https://a/b c", "https://a/b\r\nX: y"}) {
    CAPTURE(url);
    CHECK(with([&](Endpoint& e) { e.url = url; }) == "url");
  }
  CHECK(with([](Endpoint& e) { e.secret_file = ""; }) == "secret_file");
  CHECK(with([](Endpoint& e) { e.as = "pe"; }) == "as");
  CHECK(with([](Endpoint& e) { e.kinds = {"certificate_suspended", "certificate_eaten"}; }) == "kinds");
  CHECK(with([](Endpoint& e) { e.kinds = {"decision_date"}; }) == "kinds");
}

TEST_CASE("a URL is split into where to connect and what to ask for", "[webhooks]") {
  const auto split = [](const std::string& url) {
    const auto found = fetch::parse_url(url);
    return found ? found->origin + " " + found->target : "";
  };
  CHECK(split("https://a.example/b/c?d=e") == "https://a.example /b/c?d=e");
  CHECK(split("http://a.example:8080") == "http://a.example:8080 /");
  CHECK(split("https://a.example?d=e") == "https://a.example /?d=e");
  CHECK(split("https://[fd00::1]:8443/b") == "https://[fd00::1]:8443 /b");
}

TEST_CASE("a host is named with its port where that is not the scheme's", "[webhooks]") {
  const auto host = [](const std::string& url) { return fetch::host_header(fetch::parse_address(url).value()); };
  CHECK(host("https://a.example") == "a.example");
  CHECK(host("https://a.example:443") == "a.example");
  CHECK(host("https://a.example:80") == "a.example:80");
  CHECK(host("http://127.0.0.1:8480") == "127.0.0.1:8480");
  CHECK(host("http://[fd00::1]:8480") == "[fd00::1]:8480");
  CHECK(host("unix:/run/x") == "localhost");
}

}  // namespace webhooks_test
