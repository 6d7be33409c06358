# SPDX-License-Identifier: Apache-2.0
# The answer of the signature workers is not looked at.
set(FILE node/replica/intake.cpp)
set(TEXT [==[    signature_checked(item.submission->id, verified.valid[i]);]==])
set(REPLACEMENT [==[    signature_checked(item.submission->id, true);]==])
set(MEMBERS 4)
set(SEEDS 1 200)
