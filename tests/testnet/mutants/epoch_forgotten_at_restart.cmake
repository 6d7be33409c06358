# SPDX-License-Identifier: Apache-2.0
# After a restart votes are signed as if the first epoch had never ended.
set(FILE storage/signer.cpp)
set(TEXT [==[  scope_ = scope;
  if (scope.epoch > record().epoch)]==])
set(REPLACEMENT [==[  if (scope.epoch != record().epoch) scope_ = scope;
  if (scope.epoch > record().epoch)]==])
set(MEMBERS 4+3)
set(SEEDS 1 20)
