// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/copy_text.h"

#include <catch2/catch.hpp>

namespace quipu::postgres::testing {

TEST_CASE("a row is a line in which nothing that a value holds ends a column or the line") {
  Bytes out;
  append_row(out, {"a\tb", "c\nd\re", "\\N", std::nullopt, ""});
  CHECK(out == "a\\tb\tc\\nd\\re\t\\\\N\t\\N\t\n");
}

TEST_CASE("a NUL which PostgreSQL refuses becomes the replacement character") {
  Bytes out;
  append_row(out, {std::string("a\0b", 3)});
  CHECK(out ==
        "a\xef\xbf\xbd"
        "b\n");
  CHECK(jsonb_text(R"({"a":"\u0000\\u0000\\\u0000"})") == R"({"a":"\ufffd\\u0000\\\ufffd"})");
}

TEST_CASE("an array's text keeps quotes backslashes and commas apart") {
  CHECK(array_text({}) == "{}");
  CHECK(array_text({"A", "B,C", "D\"E\\F"}) == R"({"A","B,C","D\"E\\F"})");
}

}  // namespace quipu::postgres::testing
