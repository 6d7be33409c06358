// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <iostream>
#include <optional>

#include "testnet/commands.h"
#include "testnet/processes/distances.h"
#include "testnet/processes/proxy_process.h"

namespace quipu::testnet {

namespace {

using namespace processes;

using Done = std::expected<void, std::string>;

// "200ms", "2s"; nothing is none.
std::optional<std::int64_t> duration_ms(const std::string& text) {
  if (text.empty()) return 0;
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (read.ec != std::errc() || number < 0 || number > 3'600'000 || (unit != "ms" && unit != "s")) return std::nullopt;
  return unit == "s" ? number * 1000 : number;
}

std::expected<LinkFaults, std::string> faults_of(const LinkOptions& options) {
  const auto delay = duration_ms(options.delay);
  const auto jitter = duration_ms(options.jitter);
  if (!delay || !jitter) return std::unexpected("a delay is written like 200ms or 2s");
  return LinkFaults{.delay_ms = *delay,
                    .jitter_ms = *jitter,
                    .bytes_per_second = options.bytes_per_second,
                    .corrupt_every_bytes = options.corrupt_every_bytes,
                    .cut = options.cut || options.cut_one_way,
                    .stall = options.stall};
}

bool names(const std::string& word, const std::string& code) { return word == "all" || word == code; }

// With --reset alone the faults stay as they are.
bool sets_faults(const LinkOptions& options, const LinkFaults& faults) {
  return options.heal || faults != LinkFaults{} || !options.reset;
}

// Members who are far from each other stay so, unless another delay is given.
LinkFaults at_their_distance(const LinkOptions& options, LinkFaults faults, const std::optional<LinkFaults>& distance) {
  if (!distance || !options.delay.empty() || !options.jitter.empty()) return faults;
  faults.delay_ms = distance->delay_ms;
  faults.jitter_ms = distance->jitter_ms;
  return faults;
}

Done change(const Network& network, const LinkOptions& options, const LinkFaults& faults) {
  const bool both_ways = !options.one_way && !options.cut_one_way;
  const auto distances = kept_distances(network);
  if (!distances) return std::unexpected(distances.error());
  bool any = false;
  for (const auto& link : proxy_links(network)) {
    const bool there = names(options.from, link.from) && names(options.to, link.to);
    const bool back = both_ways && names(options.from, link.to) && names(options.to, link.from);
    if (!there && !back) continue;
    any = true;
    const auto wanted = at_their_distance(options, faults, distances->between(link.from, link.to));
    const Done set = sets_faults(options, faults) ? set_link(network, link.from, link.to, wanted) : Done();
    if (!set) return set;
    if (!options.reset) continue;
    if (const auto ended = reset_link(network, link.from, link.to); !ended) return ended;
  }
  if (any) return {};
  return std::unexpected("no link between " + options.from + " and " + options.to + " here; see `link --show`");
}

}  // namespace

int link(const LinkOptions& options) {
  const auto network = load_network(options.directory);
  if (!network) return fail(network.error());
  if (!network->proxy) return fail("this network has no proxy: found one with `up --proxy`");
  const auto faults = faults_of(options);
  if (!faults) return fail(faults.error());
  if (options.show || options.to.empty()) {
    const auto shown = show_links(*network);
    if (!shown) return fail(shown.error());
    std::cout << *shown;
    return 0;
  }
  if (const auto changed = change(*network, options, *faults); !changed) return fail(changed.error());
  std::cout << options.from << " - " << options.to << ": " << (options.reset ? "reset, " : "")
            << format_link_faults(*faults) << "\n";
  return 0;
}

int proxy(const std::string& directory) {
  const auto network = load_network(directory);
  if (!network) return fail(network.error());
  if (const auto served = serve_proxy(*network); !served) return fail(served.error());
  return 0;
}

}  // namespace quipu::testnet
