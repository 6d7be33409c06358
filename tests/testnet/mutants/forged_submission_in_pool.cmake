# SPDX-License-Identifier: Apache-2.0
# A bad signature does not keep a submission out of the pool.
set(FILE node/replica/intake.cpp)
set(TEXT [==[    if (verified.valid[i]) {
      admit_verified]==])
set(REPLACEMENT [==[    if (verified.valid[i] || !verified.valid[i]) {
      admit_verified]==])
set(MEMBERS 4)
set(SEEDS 1 200)
