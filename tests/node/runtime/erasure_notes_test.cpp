// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "node/runtime/erasure_notes.h"

namespace erasure_notes_test {

using namespace quipu;
using namespace quipu::runtime;

const http::ErasureNote kNote{"PE", "S-1", "2026-01-02", 17, 9, 1'767'312'000'123, 2};

TEST_CASE("a note survives its line and a line that is none is no note") {
  const auto back = parse_note(format_note(kNote));
  REQUIRE(back);
  CHECK(format_note(*back) == format_note(kNote));
  CHECK(back->issuer == "PE");
  CHECK(back->subject == "S-1");
  CHECK(back->time_ms == kNote.time_ms);
  const std::string whole = format_note(kNote);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK_FALSE(parse_note(whole.substr(0, i)));
  CHECK_FALSE(parse_note(R"({"operator":"PES-1"})"));
}

TEST_CASE("notes are read in the order in which they were made and what is not one is passed over") {
  std::string folder = (std::filesystem::temp_directory_path() / "quipu-notes-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const auto file = std::filesystem::path(folder) / "erasures";
  CHECK(read_notes(file).empty());
  append_note(file, kNote);
  std::ofstream(file, std::ios::app) << "half a li";
  auto second = kNote;
  second.subject = "S-2";
  append_note(file, second);
  const auto notes = read_notes(file);
  REQUIRE(notes.size() == 2);
  CHECK(notes[1].subject == "S-2");
  std::filesystem::remove_all(folder);
}

}  // namespace erasure_notes_test
