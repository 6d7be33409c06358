// SPDX-License-Identifier: Apache-2.0
#include "node/signer/member_keys.h"

#include <fstream>

namespace quipu::signer {

std::expected<std::string, std::string> read_passphrase(const std::filesystem::path& file) {
  if (file.empty()) return std::string();
  std::ifstream in(file, std::ios::binary);
  std::string line;
  if (!in) {
    return std::unexpected("cannot read " + file.string() + ": check that it exists and may be read");
  }
  std::getline(in, line);
  return line;
}

std::expected<crypto::UnlockedKey, std::string> unlock_member_key(const std::filesystem::path& folder,
                                                                  const std::string& purpose, const std::string& owner,
                                                                  const std::string& passphrase) {
  auto key = crypto::unlock_key_file(folder / (purpose + ".key"), passphrase);
  if (!key) return key;
  const auto& header = key->header;
  if (header.purpose == purpose && (owner.empty() || header.administration == owner)) return key;
  return std::unexpected(purpose + ".key is a " + header.purpose + " key of " + header.administration + ": put " +
                         (owner.empty() ? "the member" : owner) + "'s own " + purpose + " key there");
}

}  // namespace quipu::signer
