# SPDX-License-Identifier: Apache-2.0
# cmake -D PROGRAM=<mutant> -D FIRST=.. -D LAST=.. -D MEMBERS=.. -P expect_caught.cmake: fails unless a law breaks, or one
# of the code's own assertions stops the program.
execute_process(COMMAND ${PROGRAM} ${FIRST} ${LAST} ${MEMBERS} OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE result)
message("${out}${err}")
if(out MATCHES "BROKEN" OR err MATCHES "Assertion" OR err MATCHES "damaged store")
  return()
endif()
message(FATAL_ERROR "the planted bug was not caught by seeds ${FIRST}..${LAST} (${result})")
