// SPDX-License-Identifier: Apache-2.0
// The programmes of all members, brought in by the command that an administration would use. One thread.
#pragma once

#include "testnet/processes/network.h"

namespace quipu::processes {

// What the imports said of themselves, all together. A rejected statement ends its import, so there is none here.
struct Imported {
  std::uint64_t events = 0;  // statements of the files, final now
  std::uint64_t approvals = 0;
  std::uint64_t submissions = 0;
  std::uint64_t before = 0;  // statements that earlier runs had brought in
  double seconds = 0;
  bool cross_left_out = false;
};

// `<data>/history/<code>.jsonl` of every member through its own node, all at once; then, when every administration of
// the data is a member, `history/cross.jsonl`, of which each import takes its own author's lines: it is about others'
// records, so it comes last. Returns when all nodes show the same size and root. The output of each import goes to
// `<node directory>/import.log`. Goes on where an interrupted run stopped.
std::expected<Imported, std::string> import_histories(const Network& network, const std::filesystem::path& data);

}  // namespace quipu::processes
