# SPDX-License-Identifier: Apache-2.0
# A restart takes the older of the two slots.
set(FILE storage/safety_file.cpp)
set(TEXT [==[second->generation > first->generation]==])
set(REPLACEMENT [==[second->generation < first->generation]==])
set(MEMBERS 4)
set(SEEDS 1 200)
