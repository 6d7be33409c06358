// SPDX-License-Identifier: Apache-2.0
// That a mirror consists of exactly the files that its checkpoint's size implies. One thread.
#pragma once

#include "node/audit/context.h"

namespace quipu::audit {

// Names alone, and the policy file byte for byte; the contents of tiles are checked where they are read. True when the
// log can be read through.
bool check_structure(const Context& context, std::uint64_t size);
// Once the height is known: quorum/1 .. quorum/<height> and no other.
void check_quorum_files(const Context& context, std::uint64_t height);

}  // namespace quipu::audit
