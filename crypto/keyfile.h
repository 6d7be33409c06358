// SPDX-License-Identifier: Apache-2.0
// Encrypted key files (argon2id + secretbox, mode 0600) and the only place where keys are drawn at random.
// This is the folder's one shell: it reads and writes files.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include "crypto/keys.h"

namespace quipu::crypto {

// What it costs to try one passphrase. Stored in the file, bounded when it is read (a hostile file must not ask for
// more than kSensitive).
enum class KeyFileCost { kTestnet, kModerate, kSensitive };  // 8 MiB, 256 MiB (0.7 s), 1 GiB (3.3 s)

struct KeyFile {
  std::string administration;  // two letters
  std::string purpose;         // issuer|approver|governance|vote|cosigner|log|transport|side
  std::string label;           // free, may be empty
  PublicKey public_key;
};

struct UnlockedKey {
  KeyFile header;
  SecretKey secret;
};

SecretKey generate_key();
Bytes random_bytes(std::size_t size);

// Refuses to overwrite. Errors are one sentence with a next step.
std::expected<void, std::string> write_key_file(const std::filesystem::path& path, const KeyFile& header,
                                                const SecretKey& secret, std::string_view passphrase, KeyFileCost cost);
// The public part, without a passphrase.
std::expected<KeyFile, std::string> read_key_header(const std::filesystem::path& path);
// Refuses a file that others may read, a foreign owner, parameters out of bounds, a changed header, a wrong passphrase.
std::expected<UnlockedKey, std::string> unlock_key_file(const std::filesystem::path& path, std::string_view passphrase);

}  // namespace quipu::crypto
