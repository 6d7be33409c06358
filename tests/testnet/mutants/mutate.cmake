# SPDX-License-Identifier: Apache-2.0
# cmake -D SOURCE_DIR=.. -D MUTANT=<name>.cmake -D OUTPUT=<file> -P mutate.cmake: writes the mutant's copy of its source.
# The text must stand there exactly once: a mutant that no longer applies fails the build.
include(${MUTANT})
file(READ ${SOURCE_DIR}/${FILE} source)
string(FIND "${source}" "${TEXT}" first)
string(FIND "${source}" "${TEXT}" last REVERSE)
if(first EQUAL -1 OR NOT first EQUAL last)
  message(FATAL_ERROR "${MUTANT}: its text is not found exactly once in ${FILE}; adapt the mutant")
endif()
string(REPLACE "${TEXT}" "${REPLACEMENT}" source "${source}")
file(WRITE ${OUTPUT} "${source}")
