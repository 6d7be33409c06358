# SPDX-License-Identifier: Apache-2.0
# After a restart a node forgets to count and send what it had signed.
set(FILE consensus/engine.cpp)
set(TEXT [==[    signs.push_back({0, {config.scope.epoch, subject.view, kind}, subject});
]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 4)
set(SEEDS 1 10)
