// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/processes/load.h"

#include "crypto/merkle.h"

namespace quipu::processes::trial {

namespace {
constexpr int kAtOnce = 8;
constexpr auto kPause = std::chrono::milliseconds(5);
}  // namespace

Load::Load(LocalNetwork& network, const std::string& author)
    : clerk_(network, author, author), thread_([this] { run(); }) {}

Load::~Load() { stop(); }

std::vector<Acknowledged> Load::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  return acknowledged_;
}

void Load::run() {
  while (!stopping_) {
    state_some();
    std::this_thread::sleep_for(kPause);
  }
}

void Load::state_some() {
  const auto next = clerk_.node().sequence(clerk_.author(), clerk_.key().public_key());
  if (!next) return;
  std::vector<crypto::Digest> taken;
  for (int i = 0; i < kAtOnce; ++i) {
    const auto leaf = clerk_.sign(clerk_.message({new_operator(clerk_.author())}, next->next + taken.size()));
    if (clerk_.post(leaf).status != 202) break;
    taken.push_back(crypto::leaf_hash(leaf));
  }
  for (const auto& id : taken) {
    while (!stopping_ && !is_final(id)) std::this_thread::sleep_for(kPause);
  }
}

// True, too, when the node no longer answers or has forgotten it: then there is nothing to wait for.
bool Load::is_final(const crypto::Digest& id) {
  const auto answer = clerk_.node().submission(id);
  if (!answer || answer->status == "UNKNOWN") return true;
  if (answer->status != "FINAL") return false;
  acknowledged_.push_back({id, answer->height, answer->index});
  return true;
}

}  // namespace quipu::processes::trial
