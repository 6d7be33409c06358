// SPDX-License-Identifier: Apache-2.0
#include "node/signer/socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace quipu::signer {

namespace {

constexpr int kBacklog = 8;
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr mode_t kOwner = S_IRUSR | S_IWUSR;
constexpr mode_t kGroup = S_IRGRP | S_IWGRP;

std::unexpected<std::string> system_error(const std::filesystem::path& path, std::string_view what) {
  return std::unexpected(std::string(what) + " " + path.string() + ": " + std::strerror(errno));
}

std::expected<sockaddr_un, std::string> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    return std::unexpected(path.string() + " is too long for a socket: at most " +
                           std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

// Only ever a socket, never a file that somebody mistook for one.
bool remove_old(const std::filesystem::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT;
  if (!S_ISSOCK(info.st_mode)) {
    errno = EEXIST;
    return false;
  }
  return ::unlink(path.c_str()) == 0;
}

// Nobody else can connect before the mode is as it should be: a socket that does not listen refuses.
bool restrict_to(const std::filesystem::path& path, std::optional<gid_t> group) {
  if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) return false;
  return ::chmod(path.c_str(), group ? kOwner | kGroup : kOwner) == 0;
}

}  // namespace

Socket::~Socket() {
  if (number_ >= 0) ::close(number_);
}

void Socket::set_patience(std::chrono::milliseconds patience) const {
  const timeval time{patience.count() / 1000, (patience.count() % 1000) * 1000};
  ::setsockopt(number_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(number_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

bool Socket::send(BytesView bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<Bytes> Socket::receive() const {
  Bytes bytes(kReadBytes, '\0');
  ssize_t got = 0;
  do {
    got = ::recv(number_, bytes.data(), bytes.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

std::optional<uid_t> Socket::peer() const {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(number_, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
  return who.uid;
}

std::expected<Socket, std::string> connect_to(const std::filesystem::path& path, std::chrono::milliseconds patience) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  socket.set_patience(patience);
  if (!socket.open() ||
      ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return system_error(path, "cannot connect to");
  }
  return socket;
}

std::expected<Socket, std::string> listen_at(const std::filesystem::path& path, std::optional<gid_t> group) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.open() || !remove_old(path)) return system_error(path, "cannot listen at");
  if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      !restrict_to(path, group) || ::listen(socket.number(), kBacklog) != 0) {
    return system_error(path, "cannot listen at");
  }
  return socket;
}

Socket accept_from(const Socket& listener) {
  return Socket(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
}

}  // namespace quipu::signer
