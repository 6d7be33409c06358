// SPDX-License-Identifier: Apache-2.0
// The figures, what each is measured beside, and what we want of it (docs/performance.md). A value; one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace quipu::bench {

enum class Goal {
  kNone,     // for information
  kRatio,    // value / limit, the more the better
  kAtLeast,  // the value itself
  kAtMost,   // the value itself
};

struct Figure {
  std::string id;
  std::string what;
  std::string limit;  // what the limit is
  Goal goal = Goal::kNone;
  double reach = 0;
  double go_for = 0;
  int decimals = 0;  // of the value
};

const std::vector<Figure>& figures();

// What one run measured: limit 0 = none.
struct Sample {
  double value = 0;
  double limit = 0;
};

class Results {
 public:
  void add(const std::string& id, Sample sample) { samples_[id].push_back(sample); }
  // For people: a row per figure that was measured, medians and ranges over the runs.
  std::string table() const;
  // An array of objects, one per figure, with every sample.
  std::string json() const;

 private:
  std::map<std::string, std::vector<Sample>> samples_;
};

}  // namespace quipu::bench
