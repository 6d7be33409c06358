// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/link_faults.h"

#include <charconv>
#include <functional>
#include <sstream>
#include <vector>

namespace quipu::processes {

namespace {

constexpr std::int64_t kMost = 1'000'000'000;

struct Word {
  const char* name;
  std::function<std::int64_t(const LinkFaults&)> get;
  std::function<void(LinkFaults&, std::int64_t)> set;
};

template <class Field>
Word word(const char* name, Field LinkFaults::* field) {
  return {name, [field](const LinkFaults& faults) { return static_cast<std::int64_t>(faults.*field); },
          [field](LinkFaults& faults, std::int64_t value) { faults.*field = static_cast<Field>(value); }};
}

const std::vector<Word>& words() {
  static const std::vector<Word> all = {
      word("delay_ms", &LinkFaults::delay_ms),
      word("jitter_ms", &LinkFaults::jitter_ms),
      word("bytes_per_second", &LinkFaults::bytes_per_second),
      word("corrupt_every_bytes", &LinkFaults::corrupt_every_bytes),
      word("cut", &LinkFaults::cut),
      word("stall", &LinkFaults::stall),
  };
  return all;
}

bool read_word(LinkFaults& faults, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return false;
  std::int64_t value = 0;
  const char* last = text.data() + text.size();
  const auto read = std::from_chars(text.data() + equals + 1, last, value);
  if (read.ec != std::errc() || read.ptr != last || value < 0 || value > kMost) return false;
  for (const auto& known : words()) {
    if (text.compare(0, equals, known.name) != 0) continue;
    known.set(faults, value);
    return true;
  }
  return false;
}

}  // namespace

std::string format_link_faults(const LinkFaults& faults) {
  std::string text;
  for (const auto& known : words()) {
    const auto value = known.get(faults);
    if (value != 0) text += (text.empty() ? "" : " ") + std::string(known.name) + "=" + std::to_string(value);
  }
  return text.empty() ? "healthy" : text;
}

std::expected<LinkFaults, std::string> parse_link_faults(const std::string& text) {
  LinkFaults faults;
  std::istringstream in(text);
  for (std::string one; in >> one;) {
    if (one != "healthy" && !read_word(faults, one)) return std::unexpected("`" + one + "` is no fault of a link");
  }
  return faults;
}

}  // namespace quipu::processes
