// SPDX-License-Identifier: Apache-2.0
// The files of the console, as they are inside this program (embed.py writes them). Any thread.
#pragma once

#include <span>
#include <string_view>

namespace quipu::console {

struct File {
  std::string_view path;  // without a slash at its beginning
  std::string_view content_type;
  std::string_view policy;  // Content-Security-Policy; empty for what is no page
  std::string_view tag;     // of an ETag, without its quotes
  std::string_view bytes;
  std::string_view gzip;  // the same compressed; empty when that is no shorter
};

// Ascending by path. `index.html` and `verify.html` are always there; what lies in `console/` has its hash in its name.
std::span<const File> files();

}  // namespace quipu::console
