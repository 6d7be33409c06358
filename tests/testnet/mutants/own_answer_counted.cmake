# SPDX-License-Identifier: Apache-2.0
# A member that forgot its votes is a witness of its own.
set(FILE consensus/recovery.cpp)
set(TEXT [==[(forgot ? 0 : 1)]==])
set(REPLACEMENT [==[1]==])
set(MEMBERS 4)
set(SEEDS 1 200)
