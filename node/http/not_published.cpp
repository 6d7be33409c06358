// SPDX-License-Identifier: Apache-2.0
#include "node/http/not_published.h"

namespace quipu::http {

Response not_published(ledger::NotPublished why) {
  return problem(ApiCode::kNotPublished,
                 why == ledger::NotPublished::kMapNotKept
                     ? "no checkpoint was published since the node started; ask again in a minute"
                     : "no checkpoint has been published yet; ask again in a minute");
}

}  // namespace quipu::http
