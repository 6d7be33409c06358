# SPDX-License-Identifier: Apache-2.0
# The signature leaves before the slot shows the vote.
set(FILE storage/signer.cpp)
set(TEXT [==[  file_.store(*std::move(after));
]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 4)
set(SEEDS 1 200)
