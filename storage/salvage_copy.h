// SPDX-License-Identifier: Apache-2.0
// Directories around a salvage: the copy that is opened in place of the damaged database, and the exchange of the two.
// One thread; the caller holds the damaged directory's lock.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace quipu::storage {

// `<directory>.salvage`
std::filesystem::path salvage_path(const std::filesystem::path& directory);

// Copies the database there, durably: SST files never change and are hard-linked, the rest is copied. An older copy
// goes.
std::expected<void, std::string> copy_for_salvage(const std::filesystem::path& directory);

// The copy takes the directory's place; the damaged one becomes `<directory>.damaged-<n>`, with n from 1 up.
std::expected<void, std::string> put_copy_in_place(const std::filesystem::path& directory);

// A power cut came between the two renames of put_copy_in_place: nothing is in the directory's place yet.
bool exchange_was_interrupted(const std::filesystem::path& directory);

// Does the second one then.
std::expected<void, std::string> finish_interrupted_exchange(const std::filesystem::path& directory);

}  // namespace quipu::storage
