// SPDX-License-Identifier: Apache-2.0
// quipud token, quipud access-log: who may use the node's API, and who did. Each returns the exit code.
#pragma once

#include <filesystem>
#include <string>

namespace quipu::runtime {

struct TokenWish {
  std::filesystem::path config;
  std::string certificate{};  // new: of this certificate instead of a token
  std::string roles;          // "submitter,reader"
  std::string label;
  int days = 365;
  std::string id;  // to revoke
};

int new_token(const TokenWish& wish);  // prints the token alone on stdout
int list_tokens(const TokenWish& wish);
int revoke_token(const TokenWish& wish);
int check_log(const TokenWish& wish);

}  // namespace quipu::runtime
