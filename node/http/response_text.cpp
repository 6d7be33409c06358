// SPDX-License-Identifier: Apache-2.0
#include "node/http/response_text.h"

#include <array>
#include <charconv>

namespace quipu::http {

namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

void append_number(Bytes& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_response(Bytes& out, const Response& response, bool head_only, bool keep_alive) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status));
  out.append("\r\nContent-Type: ").append(response.content_type);
  out.append("\r\nX-Content-Type-Options: nosniff");
  for (const auto& [name, value] : response.headers) out.append("\r\n").append(name).append(": ").append(value);
  // Where a stream ends is where the connection does.
  if (response.status != 304 && !response.source) {
    out.append("\r\nContent-Length: ");
    append_number(out, response.body.size());
  }
  if (!keep_alive) out.append("\r\nConnection: close");
  out.append("\r\n\r\n");
  if (!head_only && response.status != 304) out.append(response.body);
}

Response problem_response(int status) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  if (status == 503) response.headers.emplace_back("Retry-After", "2");
  const std::string number = std::to_string(status);
  response.body.append("{\"type\":\"about:blank\",\"title\":\"").append(reason_phrase(status));
  response.body.append("\",\"status\":").append(number).append(",\"code\":\"HTTP_").append(number).append("\"}");
  return response;
}

}  // namespace quipu::http
