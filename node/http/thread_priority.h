// SPDX-License-Identifier: Apache-2.0
// Which threads of a node go first where they share a core: consensus, then short answers, then what reads much.
#pragma once

namespace quipu::http {

// As nice(1) counts. Linux counts it by thread, and threads that one begins stand where it does.
inline constexpr int kAnswersNiceness = 5;
inline constexpr int kMuchReadingNiceness = 10;

// For the calling thread. Nothing happens where it may not stand further back.
void stand_back(int niceness);

}  // namespace quipu::http
