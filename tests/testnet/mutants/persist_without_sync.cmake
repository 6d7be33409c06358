# SPDX-License-Identifier: Apache-2.0
# Blocks and proofs that votes rest on are written without a sync.
set(FILE storage/block_store.cpp)
set(TEXT [==[  if (!batch.empty()) database_.write(batch, Durability::kSynced);]==])
set(REPLACEMENT [==[  if (!batch.empty()) database_.write(batch, Durability::kUnsynced);]==])
set(MEMBERS 4)
set(SEEDS 1 200)
