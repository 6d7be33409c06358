// SPDX-License-Identifier: Apache-2.0
#include "node/http/compression.h"

#include <zlib.h>

#include <algorithm>

#include "tests/node/http/asking.h"

namespace compression_test {

using namespace quipu;
using namespace quipu::http;

Bytes unzip(BytesView bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  Bytes out(8 << 20, '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string header(const Response& response, std::string_view name) {
  for (const auto& [known, value] : response.headers) {
    if (known == name) return value;
  }
  return {};
}

Response text_of(std::size_t bytes, const std::string& type = "application/json") {
  Response response;
  response.content_type = type;
  while (response.body.size() < bytes) response.body.append("BR/BR-7FBC88F886,");
  response.body.resize(bytes);
  return response;
}

TEST_CASE("a long answer of text is compressed for who takes it and says so", "[compression]") {
  for (const std::string type : {"application/json", "text/csv; charset=utf-8", "text/plain; version=0.0.4"}) {
    Response response = text_of(20'000, type);
    compress(response, true);
    CHECK(header(response, "Content-Encoding") == "gzip");
    CHECK(header(response, "Vary") == "Accept-Encoding");
    CHECK(response.body.size() < 2'000);
    CHECK(unzip(response.body) == text_of(20'000).body);
  }
}

TEST_CASE("who does not take it gets the bytes and is told that others may not", "[compression]") {
  Response response = text_of(20'000);
  compress(response, false);
  CHECK(header(response, "Content-Encoding").empty());
  CHECK(header(response, "Vary") == "Accept-Encoding");
  CHECK(response.body == text_of(20'000).body);
}

TEST_CASE("what is short or huge or no text or tagged or goes on or is refused stays as it is", "[compression]") {
  Response refused = text_of(20'000);
  refused.status = 404;
  Response tagged = text_of(20'000);
  tagged.headers.emplace_back("ETag", "\"abc\"");
  Response coded = text_of(20'000);
  coded.headers.emplace_back("Content-Encoding", "gzip");
  class Silence final : public BodySource {
    Bytes more() override { return {}; }
    Bytes sign_of_life() override { return {}; }
  };
  Response going_on = text_of(20'000, "text/event-stream");
  going_on.source = std::make_shared<Silence>();
  for (Response response : {refused, tagged, coded, going_on, text_of(1'023), text_of((4 << 20) + 1),
                            text_of(20'000, "application/octet-stream")}) {
    const auto before = response;
    compress(response, true);
    CHECK(response.body == before.body);
    CHECK(response.headers == before.headers);
  }
}

TEST_CASE("bytes that cannot be made smaller come back all the same", "[compression]") {
  Bytes noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) noise.push_back(static_cast<char>((state = state * 1664525 + 1013904223) >> 24));
  CHECK(unzip(gzip(noise)) == noise);
  CHECK(unzip(gzip("")).empty());
}

TEST_CASE("what a caller takes is read as it was meant", "[compression]") {
  for (const char* yes : {"gzip", "deflate, gzip", "br;q=1, gzip;q=0.5", "gzip ;q=1"}) CHECK(takes_gzip(yes));
  for (const char* no : {"", "identity", "gzip;q=0", "gzip;q=0.0", "gzipped", "br"}) CHECK_FALSE(takes_gzip(no));
}

}  // namespace compression_test
