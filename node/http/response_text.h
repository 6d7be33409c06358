// SPDX-License-Identifier: Apache-2.0
// An answer as HTTP/1.1 writes it (RFC 9112). Pure.
#pragma once

#include "crypto/bytes.h"
#include "node/http/server.h"

namespace quipu::http {

// Without a body to a HEAD request, and to 304, which has none by definition.
void append_response(Bytes& out, const Response& response, bool head_only, bool keep_alive);
// What the server itself has to say: a malformed request, no room, no answer in time.
Response problem_response(int status);

}  // namespace quipu::http
