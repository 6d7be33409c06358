// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "storage/directory_sync.h"
#include "storage/disk_fault.h"
#include "storage/safety_file.h"

namespace quipu::storage {

namespace {

constexpr off_t kFileBytes = 2 * kSafetySlotBytes;
constexpr mode_t kMode = S_IRUSR | S_IWUSR;

off_t start_of(unsigned slot) { return static_cast<off_t>(slot * kSafetySlotBytes); }

std::unexpected<std::string> system_error(const std::filesystem::path& path, std::string_view what) {
  return std::unexpected(path.string() + ": " + std::string(what) + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool good() const { return number_ >= 0; }

 private:
  int number_;
};

bool write_all(int file, BytesView bytes, off_t at) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(file, bytes.data(), bytes.size(), at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
    at += wrote;
  }
  return true;
}

// What could be read: an unreadable sector leaves the slot short, which is a bad slot like any other.
Bytes read_slot(int file, unsigned slot) {
  Bytes content(kSafetySlotBytes, '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t got =
        ::pread(file, content.data() + have, content.size() - have, start_of(slot) + static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  content.resize(have);
  return content;
}

class SlotFile final : public SlotDevice {
 public:
  SlotFile(Descriptor file, std::filesystem::path path) : file_(std::move(file)), path_(std::move(path)) {}

  std::array<Bytes, 2> read() const override { return {read_slot(file_.number(), 0), read_slot(file_.number(), 1)}; }

  void write_synced(unsigned slot, BytesView content) override {
    assert(slot < 2 && content.size() == kSafetySlotBytes);
    if (!write_all(file_.number(), content, start_of(slot))) stop_process(path_.string(), std::strerror(errno));
    if (::fdatasync(file_.number()) != 0) stop_process(path_.string(), std::strerror(errno));
  }

 private:
  Descriptor file_;
  std::filesystem::path path_;
};

bool lock(const Descriptor& file) { return ::flock(file.number(), LOCK_EX | LOCK_NB) == 0; }

// Blocks for both slots, so that overwriting them needs no space and changes no metadata.
bool preallocate(const Descriptor& file) {
  return write_all(file.number(), Bytes(kFileBytes, '\0'), 0) && ::fsync(file.number()) == 0;
}

// What is wrong with the file as found; nothing when it is one that we made.
std::optional<std::string> complaint(const Descriptor& file) {
  struct stat info{};
  if (::fstat(file.number(), &info) != 0) return std::strerror(errno);
  if (!S_ISREG(info.st_mode)) return "not a regular file";
  if (info.st_uid != ::geteuid()) return "owned by another user";
  if ((info.st_mode & 07777) != kMode) return "others may read or write it: chmod 600 it";
  if (info.st_size != kFileBytes) return "wrong size";
  return std::nullopt;
}

}  // namespace

std::expected<std::unique_ptr<SlotDevice>, std::string> create_slot_file(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
  if (!file.good()) return system_error(path, "cannot create");
  if (!lock(file) || ::fchmod(file.number(), kMode) != 0 || !preallocate(file) || !sync_directory(path.parent_path())) {
    auto error = system_error(path, "cannot prepare");
    ::unlink(path.c_str());  // it never held a record
    return error;
  }
  return std::make_unique<SlotFile>(std::move(file), path);
}

std::expected<std::unique_ptr<SlotDevice>, std::string> open_slot_file(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!file.good()) return system_error(path, "cannot open");
  if (const auto wrong = complaint(file)) return std::unexpected(path.string() + ": " + *wrong);
  if (!lock(file)) return std::unexpected(path.string() + " is in use by another process: stop that quipud first");
  return std::make_unique<SlotFile>(std::move(file), path);
}

}  // namespace quipu::storage
