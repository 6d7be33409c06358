// SPDX-License-Identifier: Apache-2.0
// That a mirror consists of exactly the files that its checkpoint's size implies. One thread.
#pragma once

#include "node/audit/context.h"
#include "node/audit/electorate.h"

namespace quipu::audit {

// Names alone, and the policy of epoch 0 byte for byte; the contents of tiles are checked where they are read. True
// when the log can be read through.
bool check_structure(const Context& context, std::uint64_t size);
// The files of an epoch that the replay has come to: its policy, and what shows that the members before handed over to
// these. Counts for the check of membership. False: broken.
bool check_opening(const Context& context, const consensus::Header& handover, const Electorate& before,
                   const Electorate& after);
// Once the number of epochs is known: files of no other epoch.
void check_epoch_files(const Context& context, std::size_t epochs);
// Once the height is known: quorum/1 .. quorum/<height> and no other.
void check_quorum_files(const Context& context, std::uint64_t height);

}  // namespace quipu::audit
