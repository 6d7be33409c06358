// SPDX-License-Identifier: Apache-2.0
#include "storage/sealed_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <vector>

#include "crypto/digest.h"
#include "crypto/keyfile.h"
#include "crypto/sealing.h"
#include "storage/directory_sync.h"
#include "storage/disk_fault.h"

namespace quipu::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFirstBytes = "quipu-sealed-v1\n";
constexpr std::string_view kUnfinished = ".new";
constexpr std::string_view kCheckText = "quipu side records";
constexpr std::size_t kMostBytes = 1 << 20;  // of a file that is read
constexpr std::size_t kLongestLabel = 255;

class File {
 public:
  File(const fs::path& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool good() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

bool write_all(int file, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

std::optional<Bytes> read_bounded(const fs::path& path) {
  const File file(path, O_RDONLY);
  struct stat status{};
  if (!file.good() || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (status.st_size < 0 || static_cast<std::size_t>(status.st_size) > kMostBytes) return std::nullopt;
  Bytes content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t got = ::read(file.number(), content.data() + have, content.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    have += static_cast<std::size_t>(got);
  }
  return content;
}

void must_sync(const File& file, const fs::path& path) {
  if (::fsync(file.number()) != 0) stop_process(path.string(), std::strerror(errno));
}

void must_sync_folder(const fs::path& folder) {
  if (!sync_directory(folder)) stop_process(folder.string(), std::strerror(errno));
}

// A folder that is there and stays there.
bool make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) {
    must_sync_folder(folder.parent_path());
    return true;
  }
  return errno == EEXIST && fs::is_directory(folder);
}

// Under its name at once or not at all.
bool write_new(const fs::path& path, BytesView content) {
  const fs::path unfinished = path.string() + std::string(kUnfinished);
  const File file(unfinished, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.good() || !write_all(file.number(), content)) {
    ::unlink(unfinished.c_str());
    return false;
  }
  must_sync(file, unfinished);
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return false;
  must_sync_folder(path.parent_path());
  return true;
}

// What was there is written over before its name goes. A disk that writes elsewhere (docs/operating.md) keeps the old
// blocks for a while: sealed ones.
void overwrite(const fs::path& path) {
  const File file(path, O_WRONLY);
  struct stat status{};
  if (!file.good() || ::fstat(file.number(), &status) != 0) return;
  const Bytes zeros(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)), '\0');
  if (!write_all(file.number(), zeros)) stop_process(path.string(), std::strerror(errno));
  must_sync(file, path);
}

struct Stored {
  Bytes label;
  Bytes sealed;
};

std::optional<Stored> stored_in(BytesView content) {
  if (!content.starts_with(kFirstBytes)) return std::nullopt;
  crypto::ByteReader reader(content.substr(kFirstBytes.size()));
  const std::size_t size = reader.u8();
  Stored stored{Bytes(reader.raw(size)), {}};
  if (!reader.ok()) return std::nullopt;
  stored.sealed = Bytes(reader.rest());
  return stored;
}

crypto::SealNonce new_nonce() { return *crypto::SealNonce::from(crypto::random_bytes(crypto::SealNonce::kSize)); }

crypto::Digest check_name() { return crypto::sha256("quipu-seal-check-v1"); }

Bytes stored_form(const crypto::SecretKey& secret, const crypto::Digest& name, BytesView label, BytesView plain) {
  return crypto::ByteWriter()
      .raw(kFirstBytes)
      .u8(static_cast<std::uint8_t>(label.size()))
      .raw(label)
      .raw(crypto::seal(secret, name, label, new_nonce(), plain))
      .take();
}

std::optional<Bytes> opened(const crypto::SecretKey& secret, const crypto::Digest& name, BytesView content) {
  const auto stored = stored_in(content);
  return stored ? crypto::unseal(secret, name, stored->label, stored->sealed) : std::nullopt;
}

// Whether this is the secret that the directory was made with, before anything of it is taken for damaged.
std::expected<void, std::string> check_secret(const fs::path& directory, const crypto::SecretKey& secret) {
  const fs::path file = directory / "check";
  if (!fs::exists(file)) {
    if (write_new(file, stored_form(secret, check_name(), "", kCheckText))) return {};
    return std::unexpected("cannot write in " + directory.string() + ": check the folder's permissions");
  }
  const auto content = read_bounded(file);
  if (content && opened(secret, check_name(), *content) == Bytes(kCheckText)) return {};
  return std::unexpected("the side key is not the one that " + directory.string() +
                         " was made with: put that key back, or move the directory away; the other members send their "
                         "copies again, what nobody else holds is to be handed in again");
}

std::optional<crypto::Digest> name_of(const fs::path& file) {
  const auto raw = crypto::from_hex(file.filename().string());
  return raw ? crypto::Digest::from(*raw) : std::nullopt;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder, error)) out.push_back(entry.path());
  return out;
}

}  // namespace

SealedDirectory::SealedDirectory(fs::path directory, crypto::SecretKey secret)
    : directory_(std::move(directory)), secret_(std::move(secret)) {}

std::expected<std::unique_ptr<SealedDirectory>, std::string> SealedDirectory::open(fs::path directory,
                                                                                   crypto::SecretKey secret) {
  if (!make_folder(directory)) {
    return std::unexpected("cannot make " + directory.string() + ": check the path and its permissions");
  }
  if (auto right = check_secret(directory, secret); !right) return std::unexpected(right.error());
  return std::unique_ptr<SealedDirectory>(new SealedDirectory(std::move(directory), std::move(secret)));
}

fs::path SealedDirectory::path_of(const crypto::Digest& name) const {
  const std::string hex = crypto::to_hex(name.view());
  return directory_ / hex.substr(0, 2) / hex;
}

std::map<crypto::Digest, Bytes> SealedDirectory::list() {
  std::map<crypto::Digest, Bytes> found;
  for (const fs::path& folder : entries_of(directory_)) {
    if (!fs::is_directory(folder)) continue;
    for (const fs::path& file : entries_of(folder)) {
      if (file.extension() == kUnfinished) ::unlink(file.c_str());
      const auto name = name_of(file);
      const auto content = name ? read_bounded(file) : std::nullopt;
      auto stored = content ? stored_in(*content) : std::nullopt;
      if (stored && path_of(*name) == file) found.emplace(*name, std::move(stored->label));
    }
  }
  return found;
}

bool SealedDirectory::put(const crypto::Digest& name, BytesView label, BytesView plain) {
  assert(label.size() <= kLongestLabel);
  const fs::path path = path_of(name);
  return make_folder(path.parent_path()) && write_new(path, stored_form(secret_, name, label, plain));
}

std::optional<Bytes> SealedDirectory::get(const crypto::Digest& name) const {
  const auto content = read_bounded(path_of(name));
  return content ? opened(secret_, name, *content) : std::nullopt;
}

void SealedDirectory::remove(const crypto::Digest& name) {
  const fs::path path = path_of(name);
  if (!fs::exists(path)) return;
  overwrite(path);
  if (::unlink(path.c_str()) != 0) stop_process(path.string(), std::strerror(errno));
  must_sync_folder(path.parent_path());
}

}  // namespace quipu::storage
