# SPDX-License-Identifier: Apache-2.0
# A torn slot is not noticed.
set(FILE storage/safety_record.cpp)
set(TEXT [==[  if (crypto::sha256(checked).view() != slot.substr(kCheckedBytes)) return std::unexpected("wrong checksum");
]==])
set(REPLACEMENT [==[]==])
set(MEMBERS 4)
set(SEEDS 1 200)
