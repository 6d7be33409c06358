// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/distances.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

namespace quipu::processes {

namespace {

constexpr std::int64_t kMostMs = 60'000;

std::filesystem::path kept_in(const Network& network) { return network.directory / "distances.csv"; }

std::optional<std::int64_t> milliseconds(const std::string& text) {
  std::int64_t value = 0;
  const auto* last = text.data() + text.size();
  const auto read = std::from_chars(text.data(), last, value);
  const bool good = read.ec == std::errc() && read.ptr == last && value >= 0 && value <= kMostMs;
  return good ? std::optional(value) : std::nullopt;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  return cells;
}

std::expected<std::string, std::string> read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return std::unexpected("cannot read " + path.string());
  return text.str();
}

}  // namespace

std::expected<Distances, std::string> Distances::parse(const std::string& csv) {
  Distances distances;
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  for (int number = 2; std::getline(in, line); ++number) {
    const auto cells = cells_of(line);
    const auto delay = cells.size() == 4 ? milliseconds(cells[2]) : std::nullopt;
    const auto jitter = cells.size() == 4 ? milliseconds(cells[3]) : std::nullopt;
    if (!delay || !jitter) {
      return std::unexpected("line " + std::to_string(number) + " is not one,other,delay_ms,jitter_ms: \"" + line +
                             "\"");
    }
    distances.delays_[std::minmax(cells[0], cells[1])] = {.delay_ms = *delay, .jitter_ms = *jitter};
  }
  return distances;
}

std::optional<LinkFaults> Distances::between(const std::string& one, const std::string& other) const {
  const auto found = delays_.find(std::minmax(one, other));
  return found != delays_.end() ? std::optional(found->second) : std::nullopt;
}

std::expected<void, std::string> keep_distances(const Network& network, const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  const auto distances = Distances::parse(*text);
  if (!distances) return std::unexpected(file.string() + ": " + distances.error());
  for (const auto& one : network.nodes) {
    for (const auto& other : network.nodes) {
      if (one.code < other.code && !distances->between(one.code, other.code)) {
        return std::unexpected(file.string() + " does not say how far " + one.code + " is from " + other.code);
      }
    }
  }
  std::ofstream out(kept_in(network), std::ios::binary);
  out << *text << std::flush;
  if (!out) return std::unexpected("cannot write " + kept_in(network).string());
  return {};
}

std::expected<Distances, std::string> kept_distances(const Network& network) {
  if (!std::filesystem::exists(kept_in(network))) return Distances();
  const auto text = read_text(kept_in(network));
  if (!text) return std::unexpected(text.error());
  return Distances::parse(*text);
}

}  // namespace quipu::processes
