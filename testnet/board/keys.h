// SPDX-License-Identifier: Apache-2.0
// What a key pressed at the board means: a move of what is chosen, or a deed to be done. Pure.
#pragma once

#include <string>
#include <vector>

#include "testnet/board/board.h"

namespace quipu::board {

enum class Key : std::uint8_t { kUp, kDown, kLeft, kRight, kKill, kPause, kRestart, kLink, kLoad, kQuit };

// The keys in what was typed; what means nothing is left out. `rest` keeps the beginning of an arrow key's bytes until
// the others come, at most two bytes.
std::vector<Key> keys_in(const std::string& typed, std::string& rest);

// Up and down choose a member, left and right the other end of a link; both go round. Other keys move nothing.
void move(State& state, Key key);

}  // namespace quipu::board
