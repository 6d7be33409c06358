// SPDX-License-Identifier: Apache-2.0
// Small secrets on disk, one sealed file each, that can be deleted for good: `<directory>/ab/<hex name>`. The plain
// bytes never touch the disk. Durable before a call returns; a failed sync ends the process. One thread, but get().
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "crypto/keys.h"

namespace quipu::storage {

class SealedDirectory {
 public:
  // Made where it is not there. The error says what to do: another secret than the one it was made with, foreign files.
  static std::expected<std::unique_ptr<SealedDirectory>, std::string> open(std::filesystem::path directory,
                                                                           crypto::SecretKey secret);

  // What is there, by name, with the label that was put beside it, which is not secret. Leftovers of writes that were
  // cut short are removed.
  std::map<crypto::Digest, Bytes> list();
  // The whole of it is there afterwards, also after a power cut, or nothing has changed; false: no room, or no rights.
  // A label has at most 255 bytes.
  bool put(const crypto::Digest& name, BytesView label, BytesView plain);
  // Nothing when it is not there, or was damaged; or when another thread removes it meanwhile.
  std::optional<Bytes> get(const crypto::Digest& name) const;
  // Overwritten, then removed; nothing happens when it is not there.
  void remove(const crypto::Digest& name);

 private:
  SealedDirectory(std::filesystem::path directory, crypto::SecretKey secret);
  std::filesystem::path path_of(const crypto::Digest& name) const;

  std::filesystem::path directory_;
  crypto::SecretKey secret_;
};

}  // namespace quipu::storage
