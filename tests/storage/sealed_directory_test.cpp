// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "crypto/digest.h"
#include "storage/line_file.h"
#include "storage/sealed_directory.h"
#include "tests/storage/fixtures.h"

namespace quipu::storage::testing {

namespace sealed_directory_test {

namespace fs = std::filesystem;

constexpr std::string_view kSecretText = "the name of a person, Canaria";

crypto::SecretKey secret(char letter) { return *crypto::SecretKey::from_seed(std::string(32, letter)); }
crypto::Digest name(const std::string& text) { return crypto::sha256(text); }

std::unique_ptr<SealedDirectory> open(const fs::path& path, char letter = 'k') {
  auto opened = SealedDirectory::open(path, secret(letter));
  INFO((opened ? "" : opened.error()));
  REQUIRE(opened);
  return std::move(*opened);
}

fs::path file_of(const fs::path& path, const crypto::Digest& of) {
  const auto hex = crypto::to_hex(of.view());
  return path / hex.substr(0, 2) / hex;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, std::string_view bytes) { std::ofstream(file, std::ios::binary) << bytes; }

struct Place {
  TemporaryDirectory directory;
  fs::path root = directory / "";
  fs::path path = directory / "side";
};

}  // namespace sealed_directory_test

using namespace sealed_directory_test;

TEST_CASE("what is put is got back by another process and its label is listed") {
  const Place at;
  REQUIRE(open(at.path)->put(name("a"), "whose it is", kSecretText));
  const auto again = open(at.path);
  CHECK(again->get(name("a")) == Bytes(kSecretText));
  CHECK(again->list() == std::map<crypto::Digest, Bytes>{{name("a"), "whose it is"}});
  CHECK_FALSE(again->get(name("b")));
}

TEST_CASE("the plain bytes are in no file and the files are their owner's alone") {
  const Place at;
  REQUIRE(open(at.path)->put(name("a"), "label", kSecretText));
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(at.root)) {
    struct stat status{};
    REQUIRE(::stat(entry.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 077) == 0);
    if (!entry.is_regular_file()) continue;
    ++files;
    CHECK(content(entry.path()).find("Canaria") == std::string::npos);
  }
  CHECK(files == 2);  // with the check of the key
}

TEST_CASE("the same content under two names or put twice gives files that have nothing in common") {
  const Place at;
  const auto store = open(at.path);
  REQUIRE(store->put(name("a"), "", kSecretText));
  REQUIRE(store->put(name("b"), "", kSecretText));
  const auto first = content(file_of(at.path, name("a"))).substr(17);
  CHECK(first != content(file_of(at.path, name("b"))).substr(17));
  REQUIRE(store->put(name("a"), "", kSecretText));
  CHECK(first != content(file_of(at.path, name("a"))).substr(17));
  CHECK(store->get(name("a")) == Bytes(kSecretText));
}

TEST_CASE("another key is refused before anything is taken for damaged") {
  const Place at;
  REQUIRE(open(at.path)->put(name("a"), "", kSecretText));
  const auto other = SealedDirectory::open(at.path, secret('x'));
  REQUIRE_FALSE(other);
  CHECK(other.error().find("put that key back") != std::string::npos);
  CHECK(open(at.path)->get(name("a")) == Bytes(kSecretText));
}

TEST_CASE("a file that was changed anywhere or moved or cut short is not given back") {
  const Place at;
  const auto store = open(at.path);
  REQUIRE(store->put(name("a"), "label", kSecretText));
  const auto file = file_of(at.path, name("a"));
  const auto whole = content(file);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    write(file, changed);
    INFO("byte " << i);
    CHECK_FALSE(store->get(name("a")));
    write(file, std::string_view(whole).substr(0, i));
    CHECK_FALSE(store->get(name("a")));
  }
  write(file, whole);
  CHECK(store->get(name("a")));
  fs::create_directories(file_of(at.path, name("b")).parent_path());
  fs::copy_file(file, file_of(at.path, name("b")));
  CHECK_FALSE(store->get(name("b")));
}

TEST_CASE("a write that was cut short leaves what was there before and its leftover goes") {
  const Place at;
  REQUIRE(open(at.path)->put(name("a"), "label", kSecretText));
  const auto file = file_of(at.path, name("a"));
  const auto leftover = file.string() + ".new";
  write(leftover, content(file).substr(0, 30));
  write(file.parent_path() / "strange", "not ours");
  const auto store = open(at.path);
  CHECK(store->list().size() == 1);
  CHECK_FALSE(fs::exists(leftover));
  CHECK(store->get(name("a")) == Bytes(kSecretText));
}

TEST_CASE("what is removed was written over first and stays away") {
  const Place at;
  const auto store = open(at.path);
  REQUIRE(store->put(name("a"), "label", kSecretText));
  const auto file = file_of(at.path, name("a"));
  const auto size = fs::file_size(file);
  fs::create_hard_link(file, at.root / "witness");  // shows the blocks that the name stood for
  store->remove(name("a"));
  CHECK_FALSE(fs::exists(file));
  CHECK(content(at.root / "witness") == std::string(size, '\0'));
  CHECK(store->list().empty());
  CHECK_FALSE(store->get(name("a")));
  store->remove(name("a"));  // nothing happens
  CHECK(open(at.path)->list().empty());
}

TEST_CASE("a folder without room or rights refuses a write and keeps what it has") {
  const Place at;
  const auto store = open(at.path);
  REQUIRE(store->put(name("a"), "label", kSecretText));
  // A file stands where the folder of the name would be.
  const auto folder = file_of(at.path, name("b")).parent_path();
  write(folder, "");
  CHECK_FALSE(store->put(name("b"), "", kSecretText));
  CHECK(store->get(name("a")));
}

TEST_CASE("lines are appended whole and one that was cut short is left out") {
  const Place at;
  const auto file = at.root / "lines";
  CHECK(read_lines(file).empty());
  append_line(file, "one");
  append_line(file, "two");
  CHECK(read_lines(file) == std::vector<std::string>{"one", "two"});
  write(file, "one\ntw");
  CHECK(read_lines(file) == std::vector<std::string>{"one"});
  append_line(file, "three");
  CHECK(read_lines(file) == std::vector<std::string>{"one", "tw", "three"});
}

}  // namespace quipu::storage::testing
