# SPDX-License-Identifier: Apache-2.0
# What consensus held above the tip of one epoch is taken for the next one's.
set(FILE node/host/host.cpp)
set(TEXT [==[      blocks.forget_pending();]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 4+3)
set(SEEDS 174 174)
