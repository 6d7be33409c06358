# SPDX-License-Identifier: Apache-2.0
# Votes are counted without a look at their signatures.
set(FILE consensus/votes.cpp)
set(TEXT [==[  return check_(members_[signer].vote, vote_bytes(scope_, kind, kept.subject), kept.signature);]==])
set(REPLACEMENT [==[  return signer < members_.size() && kept.subject.view.value > 0 && kind >= VoteKind::kNotarize;]==])
set(MEMBERS 7)
set(SEEDS 1 200)
