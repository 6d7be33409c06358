// SPDX-License-Identifier: Apache-2.0
// The console's files, whichever were built in: the console itself or the small page.
#include <algorithm>

#include "node/console/files.h"
#include "tests/node/http/asking.h"

namespace console_test {

using namespace routes_test;

Response get_as(MemoryLedger& node, const std::string& target, const std::string& codings,
                const std::string& tag = "") {
  Request request;
  request.method = "GET";
  request.target = target;
  request.accept_encoding = codings;
  request.if_none_match = tag;
  return ask(node, std::move(request));
}

TEST_CASE("the console's page may ask the node that served it and nobody else", "[console]") {
  MemoryLedger node;
  const Response page = get(node, "/");
  CHECK(page.status == 200);
  CHECK(page.content_type == "text/html; charset=utf-8");
  const std::string policy = header(page, "Content-Security-Policy");
  CHECK(policy.find("default-src 'none'") != std::string::npos);
  CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(policy.find("http") == std::string::npos);
}

TEST_CASE("the page that proofs are checked with is let to run its own script alone", "[console]") {
  MemoryLedger node;
  const Response page = get(node, "/verify.html");
  CHECK(page.status == 200);
  const std::string policy = header(page, "Content-Security-Policy");
  CHECK(policy.find("script-src 'self' 'sha256-") != std::string::npos);
  CHECK(policy.find("unsafe") == std::string::npos);
}

TEST_CASE("every file of the console is served, and those named by their hash for ever", "[console]") {
  MemoryLedger node;
  CHECK(std::ranges::is_sorted(console::files(), {}, &console::File::path));
  for (const console::File& file : console::files()) {
    CAPTURE(file.path);
    const std::string target = "/" + (file.path == "index.html" ? std::string() : std::string(file.path));
    const Response answer = get(node, target);
    CHECK(answer.status == 200);
    CHECK(answer.body == file.bytes);
    const bool hashed = file.path.starts_with("console/");
    CHECK((header(answer, "Cache-Control").find("immutable") != std::string::npos) == hashed);
    CHECK(header(answer, "Content-Encoding").empty());
  }
  CHECK(get(node, "/console/none.js").status == 404);
}

TEST_CASE("a file is compressed for those who take that", "[console]") {
  MemoryLedger node;
  const Response plain = get_as(node, "/verify.html", "br, deflate");
  CHECK(header(get_as(node, "/verify.html", "gzip;q=0"), "Content-Encoding").empty());
  for (const char* codings : {"gzip", "br, gzip", "deflate, gzip;q=0.5"}) {
    CAPTURE(codings);
    const Response small = get_as(node, "/verify.html", codings);
    CHECK(header(small, "Content-Encoding") == "gzip");
    CHECK(small.body.size() < plain.body.size());
    CHECK(small.body.starts_with("\x1f\x8b"));
    CHECK(header(small, "ETag") != header(plain, "ETag"));
  }
}

TEST_CASE("a file that is known already is not sent again", "[console]") {
  MemoryLedger node;
  const std::string tag = header(get(node, "/"), "ETag");
  const Response again = get_as(node, "/", "", tag);
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(get_as(node, "/", "", "\"other\"").status == 200);
}

}  // namespace console_test
