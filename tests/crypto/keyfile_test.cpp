// SPDX-License-Identifier: Apache-2.0
#include "crypto/keyfile.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "crypto/keyfile_text.h"

namespace quipu::crypto {
namespace keyfile_test {

// A folder of its own, gone afterwards.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "quipu-keyfile-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

KeyFile header_for(const SecretKey& key) { return {"PE", "vote", "node 1, Callao", key.public_key()}; }

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
}

// A key file in a folder, and its text.
struct Written {
  Folder folder;
  std::filesystem::path path = folder.path / "vote.key";
  SecretKey key = generate_key();
  std::string text;

  Written() {
    const auto done = write_key_file(path, header_for(key), key, "passphrase", KeyFileCost::kTestnet);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
    text = read_text(path);
  }
  void exchange(std::string_view from, std::string_view to) {
    std::string changed = text;
    const auto at = changed.find(from);
    REQUIRE(at != std::string::npos);
    write_text(path, changed.replace(at, from.size(), to));
  }
  std::string fault(std::string_view passphrase = "passphrase") const {
    const auto unlocked = unlock_key_file(path, passphrase);
    return unlocked ? "unlocked" : unlocked.error();
  }
};

// Opened by an independent implementation of argon2id and XSalsa20-Poly1305; passphrase "correct horse".
const std::string kFrozenFile =
    "quipu-key-v1\n"
    "administration: PE\n"
    "purpose: vote\n"
    "label: golden\n"
    "public-key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "kdf: argon2id\n"
    "ops: 1\n"
    "memory-bytes: 8388608\n"
    "salt: vDBpJkahG1sB6Gq8iIV9bg==\n"
    "nonce: A6K+AdRnFJ0VIYk55clENVKfW62FHOCy\n"
    "box: "
    "DDVjSXCJO2zd6Z6Fn7RYDO2J/BfgXZzy1ujGDGkVQiw5kZK2eJ1fFUfp2IYLF7f4ueYT1VplPBeSO2/dMeojIgCZ8zlYRSp5xf81sjmZi5o=\n";

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace keyfile_test

TEST_CASE("a key file gives back its header and key") {
  const keyfile_test::Written file;
  const auto header = read_key_header(file.path);
  REQUIRE(header);
  CHECK(header->administration == "PE");
  CHECK(header->purpose == "vote");
  CHECK(header->label == "node 1, Callao");
  CHECK(header->public_key == file.key.public_key());
  const auto unlocked = unlock_key_file(file.path, "passphrase");
  REQUIRE(unlocked);
  CHECK(unlocked->header.label == "node 1, Callao");
  CHECK(unlocked->secret.public_key() == file.key.public_key());
  CHECK(unlocked->secret.sign("m") == file.key.sign("m"));
}

TEST_CASE("a key file written by an earlier version still opens") {
  const keyfile_test::Folder folder;
  keyfile_test::write_text(folder.path / "k", keyfile_test::kFrozenFile);
  const auto unlocked = unlock_key_file(folder.path / "k", "correct horse");
  REQUIRE(unlocked);
  CHECK(unlocked->header.label == "golden");
  CHECK(to_hex(unlocked->secret.seed()) == "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
}

TEST_CASE("the text of a key file is read and written byte for byte") {
  const auto text = KeyFileText::parse(keyfile_test::kFrozenFile);
  REQUIRE(text);
  CHECK(text->format() == keyfile_test::kFrozenFile);
  CHECK(keyfile_test::kFrozenFile.starts_with(text->authenticated() + "box: "));
  CHECK(header_fault(text->header).empty());
}

TEST_CASE("a key file is its owner's alone and does not show the seed") {
  const keyfile_test::Written file;
  struct stat status{};
  REQUIRE(::stat(file.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK(file.text.find(to_base64(file.key.seed())) == std::string::npos);
  CHECK(file.text.find(Bytes(file.key.seed())) == std::string::npos);
}

TEST_CASE("a key file is never overwritten") {
  const keyfile_test::Written file;
  const auto other = generate_key();
  const auto again =
      write_key_file(file.path, keyfile_test::header_for(other), other, "passphrase", KeyFileCost::kTestnet);
  REQUIRE_FALSE(again);
  CHECK(keyfile_test::contains(again.error(), "already there"));
  CHECK(keyfile_test::read_text(file.path) == file.text);
}

TEST_CASE("a wrong passphrase does not unlock") {
  const keyfile_test::Written file;
  CHECK(keyfile_test::contains(file.fault("Passphrase"), "passphrase"));
  CHECK(keyfile_test::contains(file.fault(""), "passphrase"));
}

TEST_CASE("a file that others may read is refused") {
  const keyfile_test::Written file;
  for (const mode_t mode : {0640U, 0604U, 0660U, 0601U, 0644U}) {
    REQUIRE(::chmod(file.path.c_str(), mode) == 0);
    CHECK(keyfile_test::contains(file.fault(), "chmod 600"));
  }
  REQUIRE(::chmod(file.path.c_str(), 0400) == 0);
  CHECK(file.fault() == "unlocked");
}

TEST_CASE("a file of another owner is refused") {
  const keyfile_test::Written file;
  if (::geteuid() != 0) {
    WARN("needs root to give a file away");
    return;
  }
  REQUIRE(::chown(file.path.c_str(), 65534, 65534) == 0);
  CHECK(keyfile_test::contains(file.fault(), "another user"));
}

TEST_CASE("a changed header is refused") {
  keyfile_test::Written file;
  file.exchange("administration: PE", "administration: CL");
  CHECK(keyfile_test::contains(file.fault(), "changed header"));
  file.exchange("purpose: vote", "purpose: log");
  CHECK(keyfile_test::contains(file.fault(), "changed header"));
  file.exchange("Callao", "Lima");
  CHECK(keyfile_test::contains(file.fault(), "changed header"));
  file.exchange(to_base64(file.key.public_key().view()), to_base64(generate_key().public_key().view()));
  CHECK(keyfile_test::contains(file.fault(), "changed header"));
  file.exchange("ops: 1", "ops: 2");
  CHECK(keyfile_test::contains(file.fault(), "was changed"));
  file.exchange("salt: ", "salt: ");
  CHECK(file.fault() == "unlocked");
}

TEST_CASE("a file cannot ask for more than the highest cost") {
  keyfile_test::Written file;
  const auto refused = [&](const char* from, const char* to) {
    file.exchange(from, to);
    INFO(to);
    CHECK(keyfile_test::contains(file.fault(), "out of bounds"));
  };
  refused("ops: 1", "ops: 5");
  refused("ops: 1", "ops: 0");
  refused("ops: 1", "ops: 18446744073709551615");
  refused("memory-bytes: 8388608", "memory-bytes: 1073741825");
  refused("memory-bytes: 8388608", "memory-bytes: 1099511627776");
  refused("memory-bytes: 8388608", "memory-bytes: 8192");
}

TEST_CASE("a file out of form is refused") {
  keyfile_test::Written file;
  const auto refused = [&](std::string_view from, std::string_view to) {
    file.exchange(from, to);
    INFO(to);
    CHECK(keyfile_test::contains(file.fault(), "form quipu-key-v1"));
    CHECK_FALSE(read_key_header(file.path));
  };
  refused("quipu-key-v1", "quipu-key-v2");
  refused("administration", "Administration");
  refused("purpose: vote\n", "");
  refused("purpose: vote\n", "purpose: vote\npurpose: vote\n");
  refused("kdf: argon2id", "kdf: scrypt");
  refused("ops: 1", "ops: 01");
  refused("ops: 1", "ops: -1");
  refused("ops: 1", "ops: 99999999999999999999");
  refused("box: ", "box:");
  refused("box: ", "box: AAAA");
  keyfile_test::write_text(file.path, file.text + "\n");
  CHECK_FALSE(read_key_header(file.path));
  keyfile_test::write_text(file.path, file.text + std::string(5000, 'x'));
  CHECK_FALSE(read_key_header(file.path));
  for (std::size_t size = 0; size < file.text.size(); size += 7) {
    keyfile_test::write_text(file.path, file.text.substr(0, size));
    REQUIRE_FALSE(read_key_header(file.path));
  }
}

TEST_CASE("no single changed character of a key file leaves it as it was") {
  keyfile_test::Written file;
  for (std::size_t at = 0; at < file.text.size(); at += 5) {
    auto changed = file.text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    keyfile_test::write_text(file.path, changed);
    INFO(changed);
    CHECK(file.fault() != "unlocked");
  }
}

TEST_CASE("a header that cannot stand in a file is refused before anything is written") {
  const keyfile_test::Folder folder;
  const auto key = generate_key();
  const auto refused = [&](auto change) {
    auto header = keyfile_test::header_for(key);
    change(header);
    const auto path = folder.path / "k";
    CHECK_FALSE(write_key_file(path, header, key, "p", KeyFileCost::kTestnet));
    CHECK_FALSE(std::filesystem::exists(path));
  };
  refused([](KeyFile& h) { h.administration = "pe"; });
  refused([](KeyFile& h) { h.administration = "PER"; });
  refused([](KeyFile& h) { h.purpose = "voting"; });
  refused([](KeyFile& h) { h.label = "a\nb"; });
  refused([](KeyFile& h) { h.label = std::string(201, 'x'); });
  refused([](KeyFile& h) { h.public_key = generate_key().public_key(); });
  refused([](KeyFile& h) { h.public_key = PublicKey{}; });
}

TEST_CASE("what is no file or not there is refused with a next step") {
  const keyfile_test::Folder folder;
  CHECK(keyfile_test::contains(read_key_header(folder.path).error(), "is not a file"));
  CHECK(keyfile_test::contains(read_key_header(folder.path / "none").error(), "check the path"));
  const auto key = generate_key();
  const auto lost =
      write_key_file(folder.path / "none" / "k", keyfile_test::header_for(key), key, "p", KeyFileCost::kTestnet);
  REQUIRE_FALSE(lost);
  CHECK(keyfile_test::contains(lost.error(), "check the path"));
}

TEST_CASE("an empty label is a label") {
  const keyfile_test::Folder folder;
  const auto key = generate_key();
  auto header = keyfile_test::header_for(key);
  header.label = "";
  REQUIRE(write_key_file(folder.path / "k", header, key, "p", KeyFileCost::kTestnet));
  CHECK(unlock_key_file(folder.path / "k", "p")->header.label.empty());
}

TEST_CASE("drawn keys and bytes differ and are admitted") {
  std::set<Bytes> seen;
  for (int i = 0; i < 20; ++i) {
    const auto key = generate_key();
    CHECK(admissible(key.public_key()));
    CHECK(seen.insert(Bytes(key.public_key().view())).second);
    CHECK(seen.insert(random_bytes(32)).second);
  }
  CHECK(random_bytes(0).empty());
  CHECK(random_bytes(5).size() == 5);
}

}  // namespace quipu::crypto
