// SPDX-License-Identifier: Apache-2.0
// quipud backup, restore, reindex, doctor: what an operator does about a node, also when it does not run. `quipu` hands
// its commands of these names over to this program.
#pragma once

#include <memory>
#include <optional>

namespace CLI {
class App;
}

namespace quipu::runtime {

class CareCommands {
 public:
  CareCommands();
  ~CareCommands();
  void add_to(CLI::App& app);
  // The exit code, when one of them was given.
  std::optional<int> run() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::runtime
