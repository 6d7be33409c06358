// SPDX-License-Identifier: Apache-2.0
// What is changed on purpose, as honest members made it: exports, receipts, status proofs, a policy. Made once; values.
#pragma once

#include <string>
#include <vector>

#include "tests/node/audit/sample_mirror.h"

namespace quipu::audit::mutations {

// One chain's export, and how it came about, for those who would sign another.
struct Export {
  std::string name;
  sample::Chain chain;                        // published last at its tip
  std::vector<ledger::ExecutedBlock> blocks;  // from height 1; empty: nobody makes another of it
  sample::Files files;
};

struct StatusProof {
  ledger::MapKey key;
  std::string text;
};

struct Specimens {
  std::vector<Export> exports;
  std::string policy;
  std::vector<std::string> receipts;
  std::vector<StatusProof> statuses;  // of certificates that are there and of some that are not
  std::vector<std::string> lists;     // status lists: of an administration with certificates, of one with none
  std::string strangers_receipt;      // of a log of the same name that others run
};

const Specimens& specimens();

}  // namespace quipu::audit::mutations
