// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/figures.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

namespace quipu::bench {

namespace {

struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
};

Spread spread(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {values.front(), median, values.back()};
}

template <class Project>
Spread spread_of(const std::vector<Sample>& samples, const Project& project) {
  std::vector<double> values;
  for (const auto& sample : samples) values.push_back(project(sample));
  return spread(std::move(values));
}

struct Row {
  Spread value;
  double limit = 0;
  double ratio = 0;  // 0: no limit
};

Row row_of(const std::vector<Sample>& samples) {
  Row row;
  row.value = spread_of(samples, [](const Sample& sample) { return sample.value; });
  row.limit = spread_of(samples, [](const Sample& sample) { return sample.limit; }).median;
  const auto ratio = [](const Sample& sample) { return sample.limit > 0 ? sample.value / sample.limit : 0; };
  row.ratio = spread_of(samples, ratio).median;
  return row;
}

bool meets(Goal goal, const Row& row, double wanted) {
  if (goal == Goal::kRatio) return row.ratio >= wanted;
  return goal == Goal::kAtMost ? row.value.median <= wanted : row.value.median >= wanted;
}

std::string verdict(const Figure& figure, const Row& row) {
  if (figure.goal == Goal::kNone) return "";
  if (meets(figure.goal, row, figure.go_for)) return "go for";
  return meets(figure.goal, row, figure.reach) ? "reach" : "misses";
}

std::string number(double value, int decimals) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string goal_text(const Figure& figure, double wanted) {
  if (figure.goal == Goal::kNone) return "";
  if (figure.goal == Goal::kRatio) return number(wanted * 100, 0) + " %";
  return number(wanted, figure.decimals);
}

std::string line(const Figure& figure, const Row& row) {
  const std::string range =
      "(" + number(row.value.low, figure.decimals) + "-" + number(row.value.high, figure.decimals) + ")";
  char text[400];
  std::snprintf(text, sizeof text, "%-4s %-46s %9s %-17s %9s %7s %8s %8s  %s\n", figure.id.c_str(), figure.what.c_str(),
                number(row.value.median, figure.decimals).c_str(), range.c_str(),
                row.limit > 0 ? number(row.limit, figure.decimals).c_str() : "",
                row.limit > 0 ? (number(row.ratio * 100, 0) + " %").c_str() : "",
                goal_text(figure, figure.reach).c_str(), goal_text(figure, figure.go_for).c_str(),
                verdict(figure, row).c_str());
  return text;
}

}  // namespace

const std::vector<Figure>& figures() {
  static const std::vector<Figure> kFigures = {
      {"P1", "submissions/s final, 1 event, 256 in flight", "cores x verify / members", Goal::kRatio, 0.60, 0.85},
      {"P1c", "us of all nodes' processors a submission", "members x one check", Goal::kNone},
      {"P2", "events/s final, 64 a submission, 256 in flight", "64 x P1's limit", Goal::kAtLeast, 10'000, 21'000},
      {"P2c", "us of all nodes' processors an event", "members x one check / 64", Goal::kNone, 0, 0, 1},
      {"P3", "ms p50, 1 in flight", "one append + fdatasync", Goal::kAtMost, 5, 2, 2},
      {"P3p", "ms p99, 1 in flight", "", Goal::kNone, 0, 0, 2},
      {"P4", "ms p99, 256 in flight", "256 / P1's limit: the mean no closed loop beats", Goal::kAtMost, 85, 40, 1},
      {"P4m", "ms p50, 256 in flight", "", Goal::kNone, 0, 0, 1},
      {"P5", "look-ups/s of a certificate, 16 connections", "bare Beast + RocksDB get", Goal::kRatio, 0.5, 0.7},
      {"P5a", "look-ups/s, as above", "", Goal::kAtLeast, 28'000, 28'000},
      {"P5p", "ms p99 of these", "the same of the bare server", Goal::kAtMost, 1, 0.7, 2},
      {"P5i", "look-ups/s of a certificate while imports run", "the bare server, meanwhile", Goal::kNone},
      {"P5j", "ms p99 of these", "the same of the bare server, meanwhile", Goal::kNone, 0, 0, 2},
      {"P5s", "statements/s imported meanwhile", "", Goal::kNone},
      {"P5b", "ms to build the calendar anew, all operators", "", Goal::kNone},
      {"P5c", "us of the calendar in a block of 128", "the block's whole commit", Goal::kNone},
      {"P5o", "look-ups/s of an operator by TIN", "bare Beast + RocksDB get", Goal::kNone},
      {"P6", "submissions/s audited, 1 event each", "cores x verify", Goal::kRatio, 0.90, 0.97},
      {"P6b", "events/s audited, 64 a submission", "10 x P6", Goal::kRatio, 1.0, 1.0},
      {"P7", "events/s at 16 members, 64 a submission", "P2", Goal::kRatio, 0.15, 0.25},
      {"P8", "events/s at 31 members, 64 a submission", "P2", Goal::kAtLeast, 800, 5'000},
      {"L1", "verify/s, one core", "", Goal::kNone},
      {"L2", "verify/s, all cores at once", "cores x one core", Goal::kNone},
      {"L3", "append 4 KiB + fdatasync /s", "", Goal::kNone},
      {"L4", "us a vote, slot synced, by a quipu-signer", "the same in the node's process", Goal::kNone},
  };
  return kFigures;
}

std::string Results::table() const {
  char head[400];
  std::snprintf(head, sizeof head, "%-4s %-46s %9s %-17s %9s %7s %8s %8s  %s\n", "", "FIGURE", "MEDIAN", "(RANGE)",
                "LIMIT", "RATIO", "REACH", "GO FOR", "MEETS");
  std::string out = head;
  for (const auto& figure : figures()) {
    const auto found = samples_.find(figure.id);
    if (found != samples_.end()) out += line(figure, row_of(found->second));
  }
  return out;
}

std::string Results::json() const {
  boost::json::array out;
  for (const auto& figure : figures()) {
    const auto found = samples_.find(figure.id);
    if (found == samples_.end()) continue;
    const Row row = row_of(found->second);
    boost::json::array samples;
    for (const auto& sample : found->second) samples.push_back({{"value", sample.value}, {"limit", sample.limit}});
    out.push_back({{"id", figure.id},
                   {"what", figure.what},
                   {"limit_is", figure.limit},
                   {"value", row.value.median},
                   {"limit", row.limit},
                   {"ratio", row.ratio},
                   {"reach", figure.reach},
                   {"go_for", figure.go_for},
                   {"meets", verdict(figure, row)},
                   {"samples", std::move(samples)}});
  }
  return boost::json::serialize(out) + "\n";
}

}  // namespace quipu::bench
