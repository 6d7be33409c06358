# SPDX-License-Identifier: Apache-2.0
# A lost safety file is begun anew as if nothing had been signed.
set(FILE storage/safety_file.cpp)
set(TEXT [==[consensus::abstaining(first, consensus::kUntilTold)]==])
set(REPLACEMENT [==[first]==])
set(MEMBERS 4)
set(SEEDS 1 200)
