// SPDX-License-Identifier: Apache-2.0
// idle_trial: a network that nobody asks for anything, then the first statement after the rest with the leader of the
// view paused, cut off or killed, then latency while one member stays dead. Real processes.
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <map>
#include <thread>

#include "testnet/processes/proxy_process.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial {

namespace {

using std::chrono::milliseconds;

struct Options {
  double minutes = 10;
  std::string timing = "local";
  int repeats = 3;
  int statements = 40;
};

void must(const std::expected<void, std::string>& done) {
  if (!done) throw std::runtime_error(done.error());
}

class Trial {
 public:
  explicit Trial(const Options& options)
      : options_(options), network_(LocalNetwork::proxied(options.timing)), processes_(network_.processes()) {}

  bool run() {
    state("BO", 5);  // so that the first of everything is over
    bool good = idle();
    for (const auto& [what, gone, back] : ways()) {
      for (int i = 0; i < options_.repeats; ++i) good = first_after_rest(what, gone, back) && good;
    }
    for (int i = 0; i < options_.repeats; ++i) good = while_dead() && good;
    return good;
  }

 private:
  using Deed = std::function<void(const std::string& code)>;
  struct Way {
    const char* what;
    Deed gone;
    Deed back;
  };

  std::vector<Way> ways() {
    const auto cut = [this](const std::string& code, bool is_cut) {
      for (const auto& other : processes_.nodes) {
        if (other.code == code) continue;
        must(set_link(processes_, code, other.code, {.cut = is_cut}));
        must(set_link(processes_, other.code, code, {.cut = is_cut}));
      }
    };
    return {
        {"paused", [this](const std::string& code) { must(pause_node(network_.node(code))); },
         [this](const std::string& code) { must(resume_node(network_.node(code))); }},
        {"cut off", [cut](const std::string& code) { cut(code, true); },
         [cut](const std::string& code) { cut(code, false); }},
        {"killed", [this](const std::string& code) { must(kill_node(processes_, network_.node(code))); },
         [this](const std::string& code) { must(restart_node(processes_, network_.node(code))); }},
    };
  }

  // Milliseconds until final, one after the other through that node.
  std::vector<double> state(const std::string& code, int statements) {
    Clerk clerk(network_, code, code);
    std::vector<double> took_ms;
    for (int i = 0; i < statements; ++i) {
      const auto took = final_after_ms(clerk, clerk.good_leaf(), milliseconds(60'000));
      if (!took) throw std::runtime_error("not final within a minute");
      took_ms.push_back(*took);
    }
    return took_ms;
  }

  std::map<std::string, double> counts(const char* name) {
    std::map<std::string, double> values;
    for (const auto& node : processes_.nodes) values[node.code] = metric(node, name).value_or(-1);
    return values;
  }

  double sum(const char* name) {
    double total = 0;
    for (const auto& [code, value] : counts(name)) total += value;
    return total;
  }

  bool idle() {
    network_.wait_agreed();
    std::this_thread::sleep_for(std::chrono::seconds(2));
    const auto blocks = counts("quipu_blocks_total");
    const auto votes = counts("quipu_votes_signed_total");
    const auto views = counts("quipu_view");
    const double sent = sum_sent();
    std::this_thread::sleep_for(std::chrono::duration<double>(60 * options_.minutes));
    const bool good = blocks == counts("quipu_blocks_total") && votes == counts("quipu_votes_signed_total") &&
                      views == counts("quipu_view");
    std::printf("idle for %.1f minutes: %s; %.0f bytes a minute and node (pings, STATUS, cosignatures)\n",
                options_.minutes, good ? "no block, no vote, no view" : "IT DID SOMETHING",
                (sum_sent() - sent) / options_.minutes / static_cast<double>(processes_.nodes.size()));
    return good;
  }

  double sum_sent() {
    double total = 0;
    for (const auto& peer : processes_.nodes)
      total += sum(("quipu_peer_sent_bytes_total{peer=\"" + peer.code + "\"}").c_str());
    return total;
  }

  std::string leader() { return look_at(processes_.nodes.front()).value().leader; }

  bool first_after_rest(const char* what, const Deed& gone, const Deed& back) {
    network_.wait_agreed();
    std::this_thread::sleep_for(std::chrono::seconds(3));
    const auto leads = leader();
    const std::string through = leads == "BO" ? "CL" : "BO";
    Clerk clerk(network_, through, through);
    const auto leaf = clerk.good_leaf();
    gone(leads);
    const auto took = final_after_ms(clerk, leaf, milliseconds(60'000));
    back(leads);
    const bool good = took && *took <= 2'000;
    std::printf("leader %s after a rest: the next statement is final after %.0f ms%s\n", what, took.value_or(-1),
                good ? "" : "  TOO LATE");
    return good;
  }

  // All through one node, whose place in the order of leaders is the same both times.
  bool while_dead() {
    network_.wait_agreed();
    std::this_thread::sleep_for(std::chrono::seconds(3));
    const auto healthy = state("BO", options_.statements);
    must(kill_node(processes_, network_.node("PE")));
    std::this_thread::sleep_for(std::chrono::seconds(4));
    const auto learning = state("BO", 4);  // its turn comes once in four views
    const auto dead = state("BO", options_.statements);
    must(restart_node(processes_, network_.node("PE")));
    const double p50 = percentile(dead, 0.5) / percentile(healthy, 0.5);
    const double p99 = percentile(dead, 0.99) / percentile(healthy, 0.99);
    std::printf(
        "one of four dead and known to be: p50 %.1f ms (healthy %.1f, ratio %.2f), p99 %.1f ms (healthy %.1f, ratio "
        "%.2f); worst of the four before: %.0f ms%s\n",
        percentile(dead, 0.5), percentile(healthy, 0.5), p50, percentile(dead, 0.99), percentile(healthy, 0.99), p99,
        percentile(learning, 1), p99 <= 1.5 ? "" : "  OVER 1.5");
    return p99 <= 1.5;
  }

  Options options_;
  LocalNetwork& network_;
  Network& processes_;
};

int measure(const Options& options) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("timing %s\n", options.timing.c_str());
  return Trial(options).run() ? 0 : 1;
}

}  // namespace

}  // namespace quipu::processes::trial

int main(int argc, char** argv) {
  prctl(PR_SET_NAME, "quipu-idle");
  quipu::processes::trial::Options options;
  CLI::App app{"An idle network and leaders that are gone."};
  app.add_option("--minutes", options.minutes, "Without any submission [10]");
  app.add_option("--timing", options.timing, "local or wan [local]")->check(CLI::IsMember({"local", "wan"}));
  app.add_option("--repeats", options.repeats, "Of everything after the rest [3]");
  app.add_option("--statements", options.statements, "Of each latency [40]");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return quipu::processes::trial::measure(options);
  } catch (const std::exception& error) {
    std::cerr << "idle_trial: " << error.what() << "\n";
    return 1;
  }
}
