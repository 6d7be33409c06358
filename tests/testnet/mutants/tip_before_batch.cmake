# SPDX-License-Identifier: Apache-2.0
# The safety file's tip is written before the batch that it stands for.
set(FILE node/host/host.cpp)
set(TEXT [==[  state_->blocks.commit(blocks, effect.finalization, effect.tip, effect.votes);
  if (state_->signer->record().epoch == state_->membership.epoch) state_->signer->set_tip(effect.tip);]==])
set(REPLACEMENT [==[  if (state_->signer->record().epoch == state_->membership.epoch) state_->signer->set_tip(effect.tip);
  state_->blocks.commit(blocks, effect.finalization, effect.tip, effect.votes);]==])
set(MEMBERS 1)
set(SEEDS 1 300)
