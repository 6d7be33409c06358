# SPDX-License-Identifier: Apache-2.0
# A bad signature does not keep a submission out of the pool.
set(FILE node/replica/intake.cpp)
set(TEXT [==[    if (input.valid[i]) {
      admit_verified]==])
set(REPLACEMENT [==[    if (input.valid[i] || !input.valid[i]) {
      admit_verified]==])
set(MEMBERS 4)
set(SEEDS 1 200)
