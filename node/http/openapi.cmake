# SPDX-License-Identifier: Apache-2.0
# Writes the page FROM as the C++ source TO that node/http/openapi.h describes.
file(READ "${FROM}" page)
file(WRITE "${TO}" "// Written by node/http/openapi.cmake.
#include \"node/http/openapi.h\"

namespace quipu::http {

std::string_view openapi_page() {
  return R\"yaml(${page})yaml\";
}

}  // namespace quipu::http
")
