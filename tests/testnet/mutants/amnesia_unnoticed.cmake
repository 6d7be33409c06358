# SPDX-License-Identifier: Apache-2.0
# A start does not ask the others what they hold of its votes.
set(FILE consensus/recovery.cpp)
set(TEXT [==[  if (observing() || asked.abstain_until == kNeverAgain) return;
  question]==])
set(REPLACEMENT [==[  return;
  question]==])
set(MEMBERS 4!6)
set(SEEDS 1 200)
