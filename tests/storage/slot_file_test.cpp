// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>

#include "storage/safety_file.h"
#include "tests/storage/fixtures.h"

namespace quipu::storage::testing {

namespace fs = std::filesystem;

TEST_CASE("a new slot file is private, has its full size and is locked", "[storage]") {
  TemporaryDirectory directory;
  const fs::path path = directory / "safety";
  const auto device = create_slot_file(path);
  REQUIRE(device.has_value());
  CHECK(fs::file_size(path) == 2 * kSafetySlotBytes);
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  const auto second = open_slot_file(path);
  REQUIRE(!second);
  CHECK(second.error().find("in use") != std::string::npos);
}

TEST_CASE("a slot file keeps what was written and lets go of its lock", "[storage]") {
  TemporaryDirectory directory;
  const fs::path path = directory / "safety";
  const Bytes one(kSafetySlotBytes, '1');
  const Bytes two(kSafetySlotBytes, '2');
  {
    const auto device = create_slot_file(path);
    (*device)->write_synced(0, one);
    (*device)->write_synced(1, two);
  }
  const auto device = open_slot_file(path);
  REQUIRE(device.has_value());
  CHECK((*device)->read() == std::array<Bytes, 2>{one, two});
}

TEST_CASE("a slot file is never created over another and never made up when it is missing", "[storage]") {
  TemporaryDirectory directory;
  const fs::path path = directory / "safety";
  CHECK(!open_slot_file(path));
  CHECK(!fs::exists(path));
  std::ofstream(path) << "something";
  CHECK(!create_slot_file(path));
  CHECK(fs::file_size(path) == 9);
}

TEST_CASE("a slot file that others may read or that has another size is refused", "[storage]") {
  TemporaryDirectory directory;
  const fs::path path = directory / "safety";
  REQUIRE(create_slot_file(path));
  REQUIRE(open_slot_file(path));
  fs::permissions(path, fs::perms::group_read, fs::perm_options::add);
  CHECK(!open_slot_file(path));
  fs::permissions(path, fs::perms::group_read, fs::perm_options::remove);
  REQUIRE(open_slot_file(path));
  fs::resize_file(path, kSafetySlotBytes);
  CHECK(!open_slot_file(path));
}

TEST_CASE("a slot file is not reached through a symbolic link", "[storage]") {
  TemporaryDirectory directory;
  REQUIRE(create_slot_file(directory / "safety"));
  fs::create_symlink(directory / "safety", directory / "link");
  CHECK(!open_slot_file(directory / "link"));
  fs::create_symlink(directory / "nowhere", directory / "dangling");
  CHECK(!create_slot_file(directory / "dangling"));
  CHECK(!fs::exists(directory / "nowhere"));
}

TEST_CASE("child: writes a slot under a file size limit", "[.child]") {
  const auto directory = child_directory();
  if (!directory) return;
  const auto device = open_slot_file(*directory / "safety");
  REQUIRE(device.has_value());
  limit_file_size(kSafetySlotBytes / 2);
  (*device)->write_synced(0, Bytes(kSafetySlotBytes, 'x'));
}

TEST_CASE("a slot that cannot be written stops the process", "[storage]") {
  TemporaryDirectory directory;
  REQUIRE(create_slot_file(directory / "safety"));
  CHECK(aborted(run_child("child: writes a slot under a file size limit", directory / "")));
}

}  // namespace quipu::storage::testing
