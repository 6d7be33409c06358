// SPDX-License-Identifier: Apache-2.0
// A relational copy of the ledger in a PostgreSQL database: once, or for good.
#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include "node/cli/commands.h"
#include "node/postgres/relational_copy.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;
using postgres::Progressed;
using postgres::RelationalCopy;

constexpr std::chrono::milliseconds kLook(200);

std::atomic<bool> interrupted = false;
void interrupt(int) { interrupted = true; }

void pass_seconds(std::int64_t seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!interrupted && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(kLook);
}

// One bar after the other, as what is counted changes.
class Bars {
 public:
  void at(const std::string& label, std::size_t done, std::size_t total) {
    if (!bar_ || label != label_ || total != total_) bar_.emplace(label, total);
    label_ = label;
    total_ = total;
    bar_->at(done);
  }
  void end() { bar_.reset(); }

 private:
  std::string label_;
  std::size_t total_ = 0;
  std::optional<Progress> bar_;
};

void tell(const Global& global, const Progressed& done) {
  print_answer(json::object{{"height", done.height}, {"size", done.size}, {"events_written", done.events}},
               global.output);
  std::cout << std::flush;
}

postgres::CopyPlan plan_of(const Global& global, const MirrorOptions& options) {
  return {.database = options.url,
          .source = options.from.empty() ? global.node : options.from,
          .genesis = options.genesis,
          .ledger = options.ledger,
          .events_at_once = options.events_at_once};
}

}  // namespace

// A node or a server that does not answer for a while is asked again; what contradicts the copy ends it.
Done mirror_to_postgres(const Global& global, const MirrorOptions& options) {
  Bars bars;
  auto copy =
      RelationalCopy::open(plan_of(global, options),
                           {.reading = [&](std::size_t done, std::size_t of) { bars.at("leaves read", done, of); },
                            .writing = [&](std::size_t done, std::size_t of) { bars.at("blocks written", done, of); },
                            .note = [](const std::string& line) { std::cerr << "note: " << line << "\n"; }});
  if (!copy) return std::unexpected(copy.error().why);
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  do {
    const auto done = (*copy)->update(interrupted);
    bars.end();
    if (!done && (options.once || done.error().final)) return std::unexpected(done.error().why);
    if (!done)
      std::cerr << "not now: " << done.error().why << "\n";
    else if (done->news || options.once)
      tell(global, *done);
    if (!options.once) pass_seconds(options.every_s);
  } while (!options.once && !interrupted);
  return {};
}

}  // namespace quipu::cli
