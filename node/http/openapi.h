// SPDX-License-Identifier: Apache-2.0
// The API's description, docs/openapi.yaml, as it was when the program was built. Any thread.
#pragma once

#include <string_view>

namespace quipu::http {

std::string_view openapi_page();

}  // namespace quipu::http
