// SPDX-License-Identifier: Apache-2.0
// Whether a query names administrations that the ledger knows: an empty answer about any other would hide a slip. Any
// thread.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "node/http/call.h"

namespace quipu::http {

// The answer that refuses it: one of these parameters names an administration that is not a member, was none before,
// and is party to no arrangement. Asked of the newest state, since who was not there yet at `known_at` is no slip.
std::optional<Response> unknown_administration(const Call& call, std::initializer_list<std::string_view> parameters);

}  // namespace quipu::http
