// SPDX-License-Identifier: Apache-2.0
// Signing by a quipu-signer at the other end of a Unix socket. Everything it is asked may be asked again, so when the
// connection breaks it is made anew for a while; then the process ends, as after a disk's fault. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "storage/signing.h"

namespace quipu::signer {

struct RemotePlace {
  std::filesystem::path socket;
  consensus::ChainId chain{};
  std::chrono::milliseconds patience = std::chrono::seconds(10);  // with a signer that has gone
  std::function<void(const std::string&)> log;
  // What cannot be gone on from; never returns. Tests throw.
  std::function<void(const std::string&)> end_process;
};

// The error says what to do. `end_process` unset: one line to standard error, then abort().
std::expected<std::unique_ptr<storage::Signing>, std::string> sign_there(RemotePlace place);

// Of a signer that answers. One that waits for its node was greeted, which it takes for a node that came and went.
enum class Presence : std::uint8_t { kWaits, kInUse };
// Greets it and goes: it signs nothing and enters no epoch. The error: why there is none, or none for this chain.
std::expected<Presence, std::string> look_for_signer(const std::filesystem::path& socket,
                                                     const consensus::ChainId& chain,
                                                     std::chrono::milliseconds patience);

}  // namespace quipu::signer
