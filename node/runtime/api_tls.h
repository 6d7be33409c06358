// SPDX-License-Identifier: Apache-2.0
// The API's certificate as the settings name it: opened for a node or a follower, judged before it starts.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "node/http/tls_identity.h"
#include "node/runtime/config.h"

namespace quipu::runtime {

http::TlsFiles tls_files(const NodeConfig& config);
// Null when none is configured. Tells the log of an expiry that is near, and of every change later.
std::expected<std::unique_ptr<http::TlsIdentity>, std::string> open_identity(const http::TlsFiles& files);
// Nothing without a certificate.
std::optional<std::int64_t> seconds_left(http::TlsIdentity* identity);
// For --check-config: a sentence about the certificate, empty when none is configured. The error: what keeps a node
// from showing it, or that it has expired.
std::expected<std::string, std::string> judge_certificate(const http::TlsFiles& files);
// "https" with a certificate.
const char* scheme(const http::TlsIdentity* identity);

}  // namespace quipu::runtime
