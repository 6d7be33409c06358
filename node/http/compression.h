// SPDX-License-Identifier: Apache-2.0
// Answers made smaller for whoever takes gzip. Pure. Any thread.
#pragma once

#include <string_view>

#include "node/http/server.h"

namespace quipu::http {

// "gzip" among the codings of an Accept-Encoding header, and not with a quality of nothing.
bool takes_gzip(std::string_view accept_encoding);
Bytes gzip(BytesView bytes);
// Text of 1 KiB to 4 MiB, when `wanted`; other answers stay as they are: short ones, those that go on, and what has a
// tag of its own, which is one for these very bytes. Says in any case that the answer depends on what is taken.
void compress(Response& response, bool wanted);

}  // namespace quipu::http
