// SPDX-License-Identifier: Apache-2.0
#include "crypto/keyfile.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "crypto/digest.h"
#include "crypto/keyfile_text.h"

namespace quipu::crypto {
namespace {

constexpr std::size_t kMaxFileSize = 4096;
constexpr std::size_t kPlainSize = crypto_sign_SEEDBYTES + Digest::kSize;
constexpr std::size_t kBoxSize = KeyFileText::kBoxSize;
static_assert(kBoxSize == crypto_secretbox_MACBYTES + kPlainSize);
static_assert(KeyFileText::Salt::kSize == crypto_pwhash_SALTBYTES);
static_assert(KeyFileText::Nonce::kSize == crypto_secretbox_NONCEBYTES);
constexpr std::size_t kMiB = std::size_t{1} << 20;

using Failure = std::unexpected<std::string>;

struct Cost {
  std::uint64_t ops = 0;
  std::uint64_t memory_bytes = 0;
};

// libsodium's own choices for argon2id, and one for testnets.
Cost cost_of(KeyFileCost cost) {
  switch (cost) {
    case KeyFileCost::kTestnet:
      return {1, 8 * kMiB};
    case KeyFileCost::kModerate:
      return {3, 256 * kMiB};
    case KeyFileCost::kSensitive:
      return {4, 1024 * kMiB};
  }
  std::abort();
}

bool is_bounded(const Cost& cost) {
  const Cost least = cost_of(KeyFileCost::kTestnet);
  const Cost most = cost_of(KeyFileCost::kSensitive);
  return cost.ops >= least.ops && cost.ops <= most.ops && cost.memory_bytes >= least.memory_bytes &&
         cost.memory_bytes <= most.memory_bytes;
}

unsigned char* unsigned_data(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// --- secrets

// Locked memory that is wiped when it goes.
struct FreeLocked {
  void operator()(unsigned char* memory) const { sodium_free(memory); }
};
using Locked = std::unique_ptr<unsigned char, FreeLocked>;

Locked locked(std::size_t size) {
  if (sodium_init() < 0) std::abort();
  Locked memory(static_cast<unsigned char*>(sodium_malloc(size)));
  if (!memory) std::abort();
  return memory;
}

// Null when the memory that the cost asks for is not to be had.
Locked derive_key(const KeyFileText& contents, std::string_view passphrase) {
  Locked key = locked(crypto_secretbox_KEYBYTES);
  if (crypto_pwhash(key.get(), crypto_secretbox_KEYBYTES, passphrase.data(), passphrase.size(),
                    contents.salt.bytes.data(), contents.ops, contents.memory_bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return nullptr;
  }
  return key;
}

Bytes sealed_box(const KeyFileText& contents, const SecretKey& secret, const unsigned char* key) {
  const Locked plain = locked(kPlainSize);
  const Digest digest = sha256(contents.authenticated());
  std::memcpy(plain.get(), secret.seed().data(), crypto_sign_SEEDBYTES);
  std::memcpy(plain.get() + crypto_sign_SEEDBYTES, digest.bytes.data(), Digest::kSize);
  Bytes box(kBoxSize, '\0');
  crypto_secretbox_easy(unsigned_data(box), plain.get(), kPlainSize, contents.nonce.bytes.data(), key);
  return box;
}

std::expected<SecretKey, std::string> opened_box(const KeyFileText& contents, const unsigned char* key) {
  const Locked plain = locked(kPlainSize);
  if (crypto_secretbox_open_easy(plain.get(), reinterpret_cast<const unsigned char*>(contents.box.data()), kBoxSize,
                                 contents.nonce.bytes.data(), key) != 0) {
    return Failure("has another passphrase or was changed; try again or take the backup.");
  }
  const BytesView opened(reinterpret_cast<const char*>(plain.get()), kPlainSize);
  if (opened.substr(crypto_sign_SEEDBYTES) != sha256(contents.authenticated()).view()) {
    return Failure("has a changed header; take the backup.");
  }
  auto secret = SecretKey::from_seed(opened.substr(0, crypto_sign_SEEDBYTES));
  if (secret->public_key() != contents.header.public_key) return Failure("names another public key; take the backup.");
  return std::move(*secret);
}

// --- files

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int operator*() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

Failure about(const std::filesystem::path& path, std::string_view what) {
  return Failure("Key file " + path.string() + " " + std::string(what));
}

std::string system_fault(std::string_view doing) {
  return "cannot be " + std::string(doing) + ": " + std::strerror(errno) + "; check the path and its permissions.";
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.open() && ::fsync(*opened) == 0;
}

std::expected<void, std::string> create_file(const std::filesystem::path& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.open() && errno == EEXIST) return about(path, "is already there; choose another name.");
  if (!file.open()) return about(path, system_fault("created"));
  if (!write_all(*file, text) || ::fsync(*file) != 0 || !sync_folder_of(path)) {
    const auto failure = about(path, system_fault("written"));
    ::unlink(path.c_str());
    return failure;
  }
  return {};
}

// Who may read the file, asked of the open file, so that it cannot be exchanged between the question and the reading.
std::string access_fault(const struct stat& status) {
  if (status.st_uid != ::geteuid()) return "belongs to another user; chown it to the user who runs this.";
  if ((status.st_mode & 077) != 0) return "may be read by others; run chmod 600 on it.";
  return {};
}

enum class Access { kAnyone, kOwnerOnly };

std::expected<KeyFileText, std::string> read_contents(const std::filesystem::path& path, Access access) {
  // Not blocking, lest a pipe in its place stop us.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file.open() || ::fstat(*file, &status) != 0) return about(path, system_fault("opened"));
  if (!S_ISREG(status.st_mode)) return about(path, "is not a file; give the path of a key file.");
  const std::string fault = access_fault(status);
  if (access == Access::kOwnerOnly && !fault.empty()) return about(path, fault);

  Bytes text(kMaxFileSize + 1, '\0');
  const ssize_t size = ::read(*file, text.data(), text.size());
  if (size < 0) return about(path, system_fault("read"));
  text.resize(static_cast<std::size_t>(size));
  auto contents = text.size() > kMaxFileSize ? std::nullopt : KeyFileText::parse(text);
  if (!contents) return about(path, "is not in the form quipu-key-v1; take the backup.");
  if (!is_bounded({contents->ops, contents->memory_bytes}))
    return about(path, "asks for parameters out of bounds; take the backup.");
  const std::string header_wrong = header_fault(contents->header);
  if (!header_wrong.empty()) return about(path, "is wrong: " + header_wrong + "; take the backup.");
  return std::move(*contents);
}

}  // namespace

Bytes random_bytes(std::size_t size) {
  if (sodium_init() < 0) std::abort();
  Bytes bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

SecretKey generate_key() {
  const Locked seed = locked(crypto_sign_SEEDBYTES);
  randombytes_buf(seed.get(), crypto_sign_SEEDBYTES);
  return *SecretKey::from_seed({reinterpret_cast<const char*>(seed.get()), crypto_sign_SEEDBYTES});
}

std::expected<void, std::string> write_key_file(const std::filesystem::path& path, const KeyFile& header,
                                                const SecretKey& secret, std::string_view passphrase,
                                                KeyFileCost cost) {
  const std::string fault = header_fault(header);
  if (!fault.empty()) return about(path, "cannot be written: " + fault + "; correct it.");
  if (header.public_key != secret.public_key()) {
    return about(path, "cannot be written: its public key is not that of the secret; correct it.");
  }
  const Cost wanted = cost_of(cost);
  KeyFileText contents{header, wanted.ops, wanted.memory_bytes, {}, {}, {}};
  randombytes_buf(contents.salt.bytes.data(), contents.salt.bytes.size());
  randombytes_buf(contents.nonce.bytes.data(), contents.nonce.bytes.size());
  const Locked key = derive_key(contents, passphrase);
  if (!key)
    return about(path, "cannot be written: too little memory to derive its key; free some or take a lower cost.");
  contents.box = sealed_box(contents, secret, key.get());
  return create_file(path, contents.format());
}

std::expected<KeyFile, std::string> read_key_header(const std::filesystem::path& path) {
  auto contents = read_contents(path, Access::kAnyone);
  if (!contents) return Failure(contents.error());
  return std::move(contents->header);
}

std::expected<UnlockedKey, std::string> unlock_key_file(const std::filesystem::path& path,
                                                        std::string_view passphrase) {
  auto contents = read_contents(path, Access::kOwnerOnly);
  if (!contents) return Failure(contents.error());
  const Locked key = derive_key(*contents, passphrase);
  if (!key) return about(path, "cannot be unlocked: too little memory to derive its key; free some.");
  auto secret = opened_box(*contents, key.get());
  if (!secret) return about(path, secret.error());
  return UnlockedKey{std::move(contents->header), std::move(*secret)};
}

}  // namespace quipu::crypto
