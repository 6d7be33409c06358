// SPDX-License-Identifier: Apache-2.0
#include "testnet/board/keys.h"

#include <algorithm>
#include <utility>

namespace quipu::board {

namespace {

struct Binding {
  const char* bytes;
  Key key;
};

// Terminals send an arrow as ESC [ or, in another mode, as ESC O.
constexpr Binding kBindings[] = {
    {"\033[A", Key::kUp}, {"\033[B", Key::kDown}, {"\033[D", Key::kLeft}, {"\033[C", Key::kRight},
    {"\033OA", Key::kUp}, {"\033OB", Key::kDown}, {"\033OD", Key::kLeft}, {"\033OC", Key::kRight},
    {"k", Key::kKill},    {"p", Key::kPause},     {"r", Key::kRestart},   {"l", Key::kLink},
    {"a", Key::kLoad},    {"q", Key::kQuit},
};

std::size_t round(std::size_t at, std::size_t count, bool forward) { return (at + (forward ? 1 : count - 1)) % count; }

}  // namespace

std::vector<Key> keys_in(const std::string& typed, std::string& rest) {
  const std::string bytes = std::exchange(rest, {}) + typed;
  std::vector<Key> keys;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto left = std::string_view(bytes).substr(at);
    const auto found = std::ranges::find_if(kBindings, [&](const auto& b) { return left.starts_with(b.bytes); });
    if (found != std::end(kBindings)) {
      keys.push_back(found->key);
      at += std::string_view(found->bytes).size();
      continue;
    }
    const bool begun = left.size() < 3 && left[0] == '\033' && (left.size() == 1 || left[1] == '[' || left[1] == 'O');
    if (begun) rest = left;
    if (begun) break;
    ++at;
  }
  return keys;
}

void move(State& state, Key key) {
  const auto count = state.members.size();
  if (count < 2) return;
  if (key == Key::kUp || key == Key::kDown) state.chosen = round(state.chosen, count, key == Key::kDown);
  if (key == Key::kLeft || key == Key::kRight) state.partner = round(state.partner, count, key == Key::kRight);
  // A member has no link with itself.
  if (state.partner == state.chosen) state.partner = round(state.partner, count, key != Key::kLeft);
}

}  // namespace quipu::board
