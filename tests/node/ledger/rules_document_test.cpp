// SPDX-License-Identifier: Apache-2.0
// docs/rules.md holds prose by hand and tables by this program: between "<!-- table: NAME -->" and "<!-- end -->".
// QUIPU_REWRITE_DOCS=1 writes them anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "node/ledger/codes.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/rule.h"

namespace {

using namespace quipu::ledger;

constexpr const char* kDocument = QUIPU_SOURCE_DIR "/docs/rules.md";

std::string author_text(AuthorRule author) {
  switch (author) {
    case AuthorRule::kIssuer:
      return "the issuer";
    case AuthorRule::kIssuerOrPeer:
      return "the issuer; any member for PEER";
    case AuthorRule::kRecogniser:
      return "the recogniser";
    case AuthorRule::kSameAdministration:
      return "the administration of the target";
    case AuthorRule::kMember:
      return "any member with a vote";
    case AuthorRule::kMemberOrParty:
      return "any member with a vote; of an arrangement its parties";
    case AuthorRule::kIssuerOrRecogniser:
      return "the issuer, or the recogniser named";
    case AuthorRule::kParticipant:
      return "a participant named";
    case AuthorRule::kParty:
      return "the party";
  }
  return "";
}

std::string backdating_text(Backdating backdating) {
  return backdating == Backdating::kNever ? "no" : backdating == Backdating::kExTunc ? "EX_TUNC only" : "yes";
}

std::string statements_table() {
  std::stringstream out;
  out << "| Statement | Family | Author | Key | Waits for approval under dual control | May act before its decision |\n"
         "|---|---|---|---|---|---|\n";
  for (const Rule& rule : rules()) {
    out << "| `" << v1::Event::descriptor()->FindFieldByNumber(rule.statement)->name() << "` | " << rule.family << " | "
        << author_text(rule.author) << " | " << v1::KeyPurpose_Name(rule.purpose) << " | "
        << (rule.dual_control ? "yes" : "no") << " | " << backdating_text(rule.backdating) << " |\n";
  }
  return out.str();
}

std::string unsupported_list() {
  std::string out;
  const auto* statements = v1::Event::descriptor()->FindOneofByName("statement");
  for (int i = 0; i < statements->field_count(); ++i) {
    if (rule_for(statements->field(i)->number())) continue;
    out += (out.empty() ? "`" : ", `") + statements->field(i)->name() + "`";
  }
  return out + ".\n";
}

std::string codes_table() {
  std::stringstream out;
  out << "| Code | About | English | Español | Português |\n|---|---|---|---|---|\n";
#define CODE(enumerator, name, family, en, es, pt) out << "| `" #name "` | " #family " | " en " | " es " | " pt " |\n";
#include "node/ledger/codes.def"
#undef CODE
  return out.str();
}

std::string read_document() {
  std::stringstream text;
  text << std::ifstream(kDocument).rdbuf();
  return text.str();
}

std::string with_table(const std::string& document, const std::string& name, const std::string& table) {
  const std::string open = "<!-- table: " + name + " -->\n";
  const auto start = document.find(open);
  REQUIRE(start != std::string::npos);
  const auto end = document.find("<!-- end -->", start);
  REQUIRE(end != std::string::npos);
  return document.substr(0, start + open.size()) + table + document.substr(end);
}

}  // namespace

TEST_CASE("the document of the rules has the tables of the program", "[document]") {
  const std::string stored = read_document();
  std::string fresh = with_table(stored, "statements", statements_table());
  fresh = with_table(fresh, "unsupported", unsupported_list());
  fresh = with_table(fresh, "codes", codes_table());
  if (std::getenv("QUIPU_REWRITE_DOCS")) std::ofstream(kDocument) << fresh;
  const bool same = stored == fresh || std::getenv("QUIPU_REWRITE_DOCS");
  INFO("docs/rules.md is behind codes.def or rule.cpp: run this test with QUIPU_REWRITE_DOCS=1");
  CHECK(same);
}
