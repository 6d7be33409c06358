# SPDX-License-Identifier: Apache-2.0
# Who missed the end of an epoch is not told.
set(FILE node/replica/epochs.cpp)
set(TEXT [==[  if (request || tells_again(input.from)) out]==])
set(REPLACEMENT [==[  if (request) out]==])
set(MEMBERS 4+3)
set(SEEDS 1 60)
