// SPDX-License-Identifier: Apache-2.0
// The files of the mirror: that they prove themselves, and are not sent to who holds them.
#include "node/ledger/mirror.h"

#include <map>

#include "crypto/merkle.h"
#include "node/http/routes.h"
#include "node/ledger/receipt.h"
#include "tests/node/http/asking.h"

namespace mirror_test {

using namespace routes_test;

TEST_CASE("the mirror's tiles and entries hash to the published root", "[routes]") {
  MemoryLedger node;
  fill(node);
  const Response checkpoint = get(node, "/checkpoint");
  CHECK(checkpoint.body == get(node, "/checkpoints/2").body);
  const auto policy = ledger::TrustPolicy::parse(get(node, "/policy/0").body);
  const auto published = policy->check(checkpoint.body);
  REQUIRE(published.has_value());
  REQUIRE(published->size == 6);
  const auto entries = ledger::decode_entries(get(node, "/tile/entries/000.p/6").body, 6);
  REQUIRE(entries.has_value());
  crypto::CompactRange tree;
  Bytes hashes;
  for (const Bytes& entry : *entries) {
    tree.append(crypto::leaf_hash(entry));
    hashes.append(crypto::leaf_hash(entry).view());
  }
  CHECK(tree.root() == published->root);
  CHECK(get(node, "/tile/0/000.p/6").body == hashes);
  CHECK(get(node, "/tile/0/000.p/3").body == hashes.substr(0, 96));
  CHECK(header(get(node, "/tile/0/000.p/6"), "Cache-Control").find("immutable") != std::string::npos);
  CHECK(get(node, "/genesis").body == node.genesis().file);
  CHECK(ledger::decode_links(get(node, "/quorum/2").body, 4).has_value());
}

TEST_CASE("the mirror never goes beyond what was published", "[routes]") {
  MemoryLedger node;
  submit(node, "BO", 1, kFirm);
  node.stop_publishing();
  submit(node, "PE", 1, kEdge);
  CHECK(get(node, "/tile/0/000.p/4").status == 200);
  for (const char* path : {"/tile/0/000.p/5", "/tile/entries/000.p/5", "/tile/0/000", "/tile/0/001.p/1",
                           "/tile/1/000.p/1", "/tile/0/000.p/0", "/tile/0/0", "/tile/entries/../genesis", "/tile/9/000",
                           "/quorum/2", "/quorum/0", "/quorum/02", "/checkpoints/2", "/policy/1", "/tile"}) {
    CAPTURE(path);
    CHECK(get(node, path).status == 404);
  }
}

TEST_CASE("a file that has not changed is not sent again", "[routes]") {
  MemoryLedger node;
  const std::string tag = header(get(node, "/checkpoint"), "ETag");
  REQUIRE_FALSE(tag.empty());
  Request request;
  request.method = "GET";
  request.target = "/checkpoint";
  request.if_none_match = tag;
  CHECK(ask(node, request).status == 304);
  submit(node, "BO", 1, kFirm);
  CHECK(ask(node, request).status == 200);
}

TEST_CASE("every file of the mirror has a tag that is of its bytes and spares whoever holds it another copy",
          "[routes]") {
  MemoryLedger node;
  fill(node);
  const std::string evidence =
      parsed(get(node, "/evidence")).at("evidence").as_array().at(0).at("path").as_string().c_str();
  std::map<std::string, Bytes> seen;
  for (const std::string& path :
       {std::string("/genesis"), std::string("/checkpoints/1"), std::string("/policy/0"), std::string("/quorum/2"),
        std::string("/tile/0/000.p/6"), std::string("/tile/entries/000.p/6"), "/" + evidence}) {
    CAPTURE(path);
    const Response file = get(node, path);
    REQUIRE(file.status == 200);
    Request request;
    request.method = "GET";
    request.target = path;
    request.if_none_match = header(file, "ETag");
    CHECK(seen.emplace(request.if_none_match, file.body).second);
    const Response again = ask(node, request);
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(header(again, "ETag") == request.if_none_match);
    CHECK(header(again, "Cache-Control") == header(file, "Cache-Control"));
    CHECK(header(file, "Cache-Control").find("immutable") != std::string::npos);
    request.if_none_match = "\"0\"";
    CHECK(ask(node, request).body == file.body);
  }
  CHECK_FALSE(seen.contains(""));
}

TEST_CASE("a file is known by its tag in a list, as a proxy weakens it, or by a star", "[routes]") {
  MemoryLedger node;
  const std::string tag = header(get(node, "/checkpoint"), "ETag");
  Request request;
  request.method = "GET";
  request.target = "/checkpoint";
  for (const std::string& held :
       {tag, "W/" + tag, "\"other\", " + tag, "\"other\" , W/" + tag + " ", std::string("*")}) {
    CAPTURE(held);
    request.if_none_match = held;
    CHECK(ask(node, request).status == 304);
  }
  for (const std::string& held :
       {std::string(), std::string("\"other\""), "W/W/" + tag, tag.substr(1), tag + tag, std::string(",")}) {
    CAPTURE(held);
    request.if_none_match = held;
    CHECK(ask(node, request).status == 200);
  }
}

TEST_CASE("evidence is listed and served under its hash", "[routes]") {
  MemoryLedger node;
  const json::object list = parsed(get(node, "/evidence"));
  const json::value& entry = list.at("evidence").as_array().at(0);
  CHECK(entry.at("administration") == "CL");
  const std::string path = entry.at("path").as_string().c_str();
  const Response file = get(node, "/" + path);
  REQUIRE(file.status == 200);
  CHECK(ledger::evidence_path(file.body) == path);
  CHECK(ledger::decode_evidence(file.body).has_value());
  CHECK(get(node, "/evidence/" + std::string(64, '0')).status == 404);
}

}  // namespace mirror_test
