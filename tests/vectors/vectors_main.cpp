// SPDX-License-Identifier: Apache-2.0
// Checks the files of this folder: they are what is made anew, byte for byte, and each vector is judged as it says.
// Usage: tests_vectors [--write]; with it the files are written first.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/vectors/vectors.h"

namespace {

namespace json = boost::json;
using quipu::vectors::Format;

bool writing = false;

// Equal to what is on the disk, which is written first if asked for.
void check_file(const std::string& name, const std::string& made) {
  const std::filesystem::path path = std::filesystem::path(QUIPU_SOURCE_DIR "/tests/vectors") / name;
  if (writing) std::ofstream(path, std::ios::binary) << made;
  std::stringstream stored;
  stored << std::ifstream(path, std::ios::binary).rdbuf();
  INFO(path << ": made anew with tests_vectors --write");
  CHECK((stored.str() == made));
}

json::object read(const Format& format) {
  std::stringstream text;
  text << std::ifstream(QUIPU_SOURCE_DIR "/tests/vectors/" + format.name + ".json", std::ios::binary).rdbuf();
  return json::parse(text.str()).as_object();
}

}  // namespace

TEST_CASE("The vectors are what the program makes", "[vectors]") {
  for (const Format& format : quipu::vectors::formats())
    check_file(format.name + ".json", quipu::vectors::file_of(format));
  check_file("manifest.json", quipu::vectors::manifest());
}

TEST_CASE("Each vector is taken or refused as it says and gives what it says", "[vectors]") {
  for (const Format& format : quipu::vectors::formats()) {
    const json::object file = read(format);
    int good = 0, bad = 0;
    for (const auto& entry : file.at("vectors").as_array()) {
      const json::object& vector = entry.as_object();
      INFO(format.name << ": " << vector.at("name"));
      const auto gives = format.judge(file.at("context").as_object(), vector.at("input").as_object());
      CHECK(gives.has_value() == vector.at("good").as_bool());
      if (gives && vector.contains("gives")) CHECK(json::serialize(*gives) == json::serialize(vector.at("gives")));
      ++(gives ? good : bad);
    }
    INFO(format.name);
    CHECK(good >= 1);
    CHECK((bad >= 2));
  }
}

int main(int argc, char** argv) {
  writing = argc == 2 && std::string(argv[1]) == "--write";
  return Catch::Session().run(writing ? 1 : argc, argv);
}
