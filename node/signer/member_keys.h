// SPDX-License-Identifier: Apache-2.0
// A member's key files, for the process that signs with them. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "crypto/keyfile.h"

namespace quipu::signer {

// The first line of the file; without a file the empty one, for keys that have none.
std::expected<std::string, std::string> read_passphrase(const std::filesystem::path& file);
// `purpose`.key in the folder. Refuses a key of another purpose, and of another administration than `owner` unless that
// is empty. The error says what to do.
std::expected<crypto::UnlockedKey, std::string> unlock_member_key(const std::filesystem::path& folder,
                                                                  const std::string& purpose, const std::string& owner,
                                                                  const std::string& passphrase);

}  // namespace quipu::signer
