// SPDX-License-Identifier: Apache-2.0
#include "node/http/thread_priority.h"

#include <sys/resource.h>

namespace quipu::http {

void stand_back(int niceness) { setpriority(PRIO_PROCESS, 0, niceness); }

}  // namespace quipu::http
