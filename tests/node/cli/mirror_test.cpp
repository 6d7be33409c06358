// SPDX-License-Identifier: Apache-2.0
// A copy of a mirror that is kept up to date.
#include <catch2/catch.hpp>
#include <map>

#include "node/cli/files.h"
#include "node/cli/mirror_copy.h"
#include "tests/node/cli/test_node.h"

namespace quipu::cli::trial {

namespace mirror_copies {

using Files = std::map<std::string, Bytes>;

Files files_in(const std::string& folder) {
  Files found;
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    if (each.is_regular_file())
      found[fs::relative(each.path(), folder).generic_string()] = read_file(each.path()).value();
  }
  return found;
}

struct Copied {
  // Statements of one more member each time, one to a leaf.
  void grow(const std::string& author, int firms) {
    ImportHistoryOptions import;
    import.file = folder.write(author + ".jsonl", programme(author, firms, false));
    import.key = folder.key(author, "issuer");
    import.pack = 1;
    Captured out;
    REQUIRE(import_history(node.global(), import));
  }
  Done copy() {
    Captured out;
    return mirror(node.global(), {.url = node.global().node, .folder = folder.file("copy"), .once = true});
  }
  Files exported() {
    const std::string out = folder.file("export" + std::to_string(++exports_));
    Captured said;
    REQUIRE(export_bundle(node.global(), out));
    return files_in(out);
  }
  Files copied() const { return files_in(folder.file("copy")); }

  TestNode node;
  Folder folder;

 private:
  int exports_ = 0;
};

}  // namespace mirror_copies

TEST_CASE("a copy of a mirror grows with it and has no file more or less than an export", "[cli]") {
  using namespace mirror_copies;
  Copied world;
  world.grow("BO", 3);
  REQUIRE(world.copy());
  CHECK(world.copied() == world.exported());
  world.grow("CL", 70);  // over a full tile
  REQUIRE(world.copy());
  CHECK(world.copied() == world.exported());
  const Files before = world.copied();
  REQUIRE(world.copy());  // nothing new
  CHECK(world.copied() == before);
}

TEST_CASE("a copy that was interrupted anywhere goes on", "[cli]") {
  using namespace mirror_copies;
  Copied world;
  world.grow("BO", 3);
  REQUIRE(world.copy());
  const Files old = world.copied();
  world.grow("CL", 5);
  REQUIRE(world.copy());
  const Files whole = world.copied();
  // The checkpoint is written last: any part of the new files beside the old checkpoint.
  for (std::size_t kept = 0; kept <= whole.size(); kept += 3) {
    fs::remove_all(world.folder.file("copy"));
    Files part = old;
    std::size_t i = 0;
    for (const auto& [path, content] : whole)
      if (path != "checkpoint" && i++ < kept) part[path] = content;
    for (const auto& [path, content] : part) {
      fs::create_directories((fs::path(world.folder.file("copy")) / path).parent_path());
      REQUIRE(write_file(fs::path(world.folder.file("copy")) / path, content));
    }
    REQUIRE(world.copy());
    REQUIRE(world.copied() == whole);
  }
}

TEST_CASE("a copy does not go on from another history or from changed files", "[cli]") {
  using namespace mirror_copies;
  Copied world;
  world.grow("BO", 3);
  REQUIRE(world.copy());
  const auto changes = [&](const std::string& path) {
    const fs::path file = fs::path(world.folder.file("copy")) / path;
    Bytes content = read_file(file).value();
    content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
    REQUIRE(write_file(file, content));
  };
  Copied other;
  other.grow("BO", 4);
  Captured out;
  const Done elsewhere =
      mirror(other.node.global(), {.url = other.node.global().node, .folder = world.folder.file("copy"), .once = true});
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().find("as evidence") != std::string::npos);
  for (const auto& [path, content] : world.copied())
    if (path.starts_with("tile/entries/")) changes(path);
  CHECK_FALSE(world.copy());
}

}  // namespace quipu::cli::trial
