// SPDX-License-Identifier: Apache-2.0
// The console's files. Its page asks this node alone: the policy that comes with it forbids everything else.
#include <algorithm>

#include "node/console/files.h"
#include "node/http/compression.h"
#include "node/http/entity_tag.h"
#include "node/http/handlers.h"
#include "node/http/json_answer.h"

namespace quipu::http {

namespace {

Response file(const Call& call, const console::File& found) {
  const bool named_by_hash = found.path.starts_with("console/");
  const bool small = !found.gzip.empty() && takes_gzip(call.request.accept_encoding);
  // One tag for each coding, since their bytes differ.
  const std::string tag = '"' + std::string(found.tag) + (small ? "-gzip" : "") + '"';
  Response response;
  response.content_type = found.content_type;
  response.headers = {{"Cache-Control", named_by_hash ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"ETag", tag},
                      {"Vary", "Accept-Encoding"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (!found.policy.empty()) response.headers.emplace_back("Content-Security-Policy", found.policy);
  if (holds_tag(call.request.if_none_match, tag)) {
    response.status = 304;
    return response;
  }
  if (small) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = small ? found.gzip : found.bytes;
  return response;
}

Response file_at(const Call& call, std::string_view path) {
  const auto all = console::files();
  const auto found = std::ranges::find(all, path, &console::File::path);
  return found == all.end() ? problem(ApiCode::kNotFound, "the console has no such file") : file(call, *found);
}

}  // namespace

Response get_console(const Call& call) { return file_at(call, "index.html"); }
Response get_verify_page(const Call& call) { return file_at(call, "verify.html"); }
Response get_console_file(const Call& call) { return file_at(call, "console/" + call.path[0]); }

}  // namespace quipu::http
