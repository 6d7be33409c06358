// SPDX-License-Identifier: Apache-2.0
#include "node/http/compression.h"

#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <ranges>

namespace quipu::http {

namespace {

constexpr std::size_t kLeastBytes = 1 << 10;
constexpr std::size_t kMostBytes = 4 << 20;
// The fastest: what the higher ones save is not worth a core that consensus shares.
constexpr int kLevel = 1;
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemory = 8;

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") || type.starts_with("application/yaml");
}

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
}

bool may_be_compressed(const Response& response) {
  if (response.status != 200 || response.source || !is_text(response.content_type)) return false;
  if (response.body.size() < kLeastBytes || response.body.size() > kMostBytes) return false;
  return !has_header(response, "ETag") && !has_header(response, "Content-Encoding");
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  for (const auto part : std::views::split(accept_encoding, ',')) {
    std::string_view coding(part.begin(), part.end());
    while (coding.starts_with(' ')) coding.remove_prefix(1);
    if (!coding.starts_with("gzip")) continue;
    const std::string_view weight = coding.substr(4);
    return weight.empty() || weight.starts_with(' ') ||
           (weight.starts_with(';') && weight.find_first_of("123456789") != std::string_view::npos);
  }
  return false;
}

Bytes gzip(BytesView bytes) {
  z_stream stream{};
  const int begun = deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY);
  assert(begun == Z_OK);
  Bytes out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  assert(ended == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

void compress(Response& response, bool wanted) {
  if (!may_be_compressed(response)) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!wanted) return;
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = gzip(response.body);
}

}  // namespace quipu::http
