# SPDX-License-Identifier: Apache-2.0
# The commit batch is written without a sync.
set(FILE storage/block_store.cpp)
set(TEXT [==[  erase_settled(batch, tip);
  database_.write(batch, Durability::kSynced);]==])
set(REPLACEMENT [==[  erase_settled(batch, tip);
  database_.write(batch, Durability::kUnsynced);]==])
set(MEMBERS 4)
set(SEEDS 1 200)
