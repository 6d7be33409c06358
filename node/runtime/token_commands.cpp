// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/token_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "node/http/tls_identity.h"
#include "node/ledger/date.h"
#include "node/runtime/access_log.h"
#include "node/runtime/clock.h"
#include "node/runtime/config.h"
#include "node/runtime/tokens.h"

namespace quipu::runtime {

namespace {

int fail(const std::string& why) {
  std::cerr << "quipud: " << why << "\n";
  return 1;
}

// The node's token file, read, and where it is.
struct Book {
  std::filesystem::path file;
  std::vector<Token> tokens;
};

std::expected<Book, std::string> open_book(const TokenWish& wish) {
  const auto config = read_config(wish.config);
  if (!config) return std::unexpected(config.error());
  Book book{config->resolve(config->http_tokens), {}};
  auto tokens = read_tokens(book.file);
  if (!tokens) return std::unexpected(tokens.error());
  book.tokens = *std::move(tokens);
  return book;
}

ledger::Date today() { return ledger::Date::of(static_cast<std::uint64_t>(real_now().utc_ms), 0); }

bool is_one_line(const std::string& label) {
  return std::ranges::none_of(label, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

int new_certificate(const TokenWish& wish, Book& book, http::Roles roles, const std::string& last_day) {
  const auto key = http::key_of_certificate(wish.certificate);
  if (!key) return fail(key.error());
  std::erase_if(book.tokens, [&](const Token& token) { return token.is_certificate() && token.digest == *key; });
  book.tokens.push_back(make_certificate(*key, roles, last_day, wish.label));
  if (const auto written = write_tokens(book.file, book.tokens); !written) return fail(written.error());
  std::cerr << fmt::format("Certificate {} ({}), until {}: its key opens this.\n", book.tokens.back().id,
                           roles_text(roles), last_day);
  return 0;
}

}  // namespace

int new_token(const TokenWish& wish) {
  auto book = open_book(wish);
  if (!book) return fail(book.error());
  const auto roles = parse_roles(wish.roles);
  if (!roles) return fail(roles.error());
  if (!is_one_line(wish.label)) return fail("--label must be one line");
  if (book->tokens.size() >= kMostTokens) return fail("there are too many tokens: revoke some");
  const auto last_day = today().plus(wish.days).text();
  if (!wish.certificate.empty()) return new_certificate(wish, *book, *roles, last_day);
  const auto made = make_token(*roles, last_day, wish.label);
  book->tokens.push_back(made.token);
  if (const auto written = write_tokens(book->file, book->tokens); !written) return fail(written.error());
  std::cerr << fmt::format("Token {} ({}), until {}. It is shown once; only its hash is kept.\n", made.token.id,
                           roles_text(*roles), made.token.expires);
  std::cout << made.secret << "\n";
  return 0;
}

int list_tokens(const TokenWish& wish) {
  const auto book = open_book(wish);
  if (!book) return fail(book.error());
  for (const auto& token : book->tokens) {
    const bool over = today() > *ledger::Date::parse(token.expires);
    std::cout << fmt::format("{:<11} {:<10}{} {:<28} {}\n", token.id, token.expires, over ? " expired" : "",
                             roles_text(token.roles), token.label);
  }
  if (book->tokens.empty()) std::cerr << "There are no tokens: quipud token new\n";
  return 0;
}

int revoke_token(const TokenWish& wish) {
  auto book = open_book(wish);
  if (!book) return fail(book.error());
  if (std::erase_if(book->tokens, [&](const Token& token) { return token.id == wish.id; }) == 0) {
    return fail("there is no token " + wish.id + ": quipud token list");
  }
  if (const auto written = write_tokens(book->file, book->tokens); !written) return fail(written.error());
  std::cerr << "Revoked. A running node knows within a second.\n";
  return 0;
}

int check_log(const TokenWish& wish) {
  const auto config = read_config(wish.config);
  if (!config) return fail(config.error());
  const auto lines = check_access_log(config->resolve(config->http_access_log));
  if (!lines) return fail(lines.error());
  std::cout << *lines << " lines, each follows from the one before.\n";
  return 0;
}

}  // namespace quipu::runtime
