// SPDX-License-Identifier: Apache-2.0
// Whole files in and out, and key files with their passphrases. Errors are one line with what to do next. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "crypto/keyfile.h"

namespace quipu::cli {

// "-" is standard input. At most `most` bytes.
std::expected<Bytes, std::string> read_file(const std::filesystem::path& path, std::size_t most = 256 << 20);
// A new file appears whole under its name or not at all, and stays there through a power cut; an old one is replaced.
// `mode` as for chmod.
std::expected<void, std::string> write_file(const std::filesystem::path& path, BytesView content, unsigned mode = 0644);

// The passphrase from the file, else from the file that QUIPU_PASSPHRASE_FILE names; nothing when neither is given.
std::expected<std::optional<std::string>, std::string> passphrase_given(const std::string& passphrase_file);
// Without a given passphrase it tries the empty one of testnet keys and then asks on the terminal.
std::expected<crypto::UnlockedKey, std::string> unlock(const std::filesystem::path& path,
                                                       const std::string& passphrase_file);

}  // namespace quipu::cli
