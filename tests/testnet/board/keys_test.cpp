// SPDX-License-Identifier: Apache-2.0
#include "testnet/board/keys.h"

#include <catch2/catch.hpp>

namespace quipu::board::keys_test {

std::vector<Key> all_of(const std::vector<std::string>& typed) {
  std::vector<Key> keys;
  std::string rest;
  for (const auto& bytes : typed) {
    for (const auto key : keys_in(bytes, rest)) keys.push_back(key);
  }
  CHECK(rest.size() <= 2);
  return keys;
}

TEST_CASE("keys are read one after the other and what means nothing is left out") {
  CHECK(all_of({"kzp r", "", "q"}) == std::vector{Key::kKill, Key::kPause, Key::kRestart, Key::kQuit});
  CHECK(all_of({"\xff\x01\t\n"}).empty());
}

TEST_CASE("arrows come in both modes and in pieces") {
  CHECK(all_of({"\033[A\033OB"}) == std::vector{Key::kUp, Key::kDown});
  CHECK(all_of({"\033", "[", "Ck"}) == std::vector{Key::kRight, Key::kKill});
  CHECK(all_of({"\033[", "D"}) == std::vector{Key::kLeft});
}

TEST_CASE("an escape alone kills nobody and hides no key behind it") {
  CHECK(all_of({"\033", "q"}) == std::vector{Key::kQuit});
}

TEST_CASE("what is chosen goes round and a member has no link with itself") {
  State state{.members = std::vector<Member>(3), .partner = 1};
  move(state, Key::kDown);
  CHECK((state.chosen == 1 && state.partner == 2));
  move(state, Key::kRight);
  CHECK((state.chosen == 1 && state.partner == 0));
  move(state, Key::kLeft);
  CHECK((state.chosen == 1 && state.partner == 2));
  move(state, Key::kLeft);
  CHECK((state.chosen == 1 && state.partner == 0));
  move(state, Key::kUp);
  CHECK((state.chosen == 0 && state.partner == 1));
  move(state, Key::kUp);
  CHECK(state.chosen == 2);
  move(state, Key::kKill);
  CHECK(state.chosen == 2);
}

TEST_CASE("with one member nothing moves") {
  State state{.members = std::vector<Member>(1)};
  for (const auto key : {Key::kUp, Key::kDown, Key::kLeft, Key::kRight}) move(state, key);
  CHECK((state.chosen == 0 && state.partner == 0));
}

}  // namespace quipu::board::keys_test
