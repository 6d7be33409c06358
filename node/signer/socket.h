// SPDX-License-Identifier: Apache-2.0
// A Unix socket in the file system, blocking, and who is at its other end. One thread per object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "crypto/bytes.h"

namespace quipu::signer {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int number) : number_(number) {}
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Socket();

  int number() const { return number_; }
  bool open() const { return number_ >= 0; }
  // How long one read or write may take before it fails.
  void set_patience(std::chrono::milliseconds patience) const;
  bool send(BytesView bytes) const;
  // What has come, at least a byte; nothing when the other end is gone or nothing came in time.
  std::optional<Bytes> receive() const;
  // The user who runs the other end, as the kernel knows it.
  std::optional<uid_t> peer() const;

 private:
  int number_ = -1;
};

// With patience also for being let in, since a process that hangs lets nobody in; 0: however long it takes.
std::expected<Socket, std::string> connect_to(const std::filesystem::path& path,
                                              std::chrono::milliseconds patience = std::chrono::milliseconds(0));
// A socket that stands there already is taken for one left behind: whoever calls holds what makes sure of it. Mode
// 0600, or 0660 with that group.
std::expected<Socket, std::string> listen_at(const std::filesystem::path& path, std::optional<gid_t> group);
// The next that waits, or nothing.
Socket accept_from(const Socket& listener);

}  // namespace quipu::signer
