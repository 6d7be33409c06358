// SPDX-License-Identifier: Apache-2.0
// What the ledger holds of one administration's programme, as a list of it is compared with. One thread.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "node/cli/node_client.h"

namespace quipu::cli {

struct KnownCertificate {
  std::string subject;                // at the issuer
  std::string tin;                    // empty: a natural person's
  std::string scheme, status, level;  // on the day asked for
  std::vector<std::string> roles;     // likewise
  std::string valid_from, valid_to;
};

struct Programme {
  std::string height;                                    // of the state it is from
  std::map<std::string, KnownCertificate> certificates;  // by number
};

// All certificates of every status, on a day (today without one).
std::expected<Programme, std::string> fetch_programme(NodeClient& node, const std::string& issuer,
                                                      const std::string& on);
// The subject that a tax number names, also without a certificate; empty when the ledger knows none.
std::expected<std::string, std::string> subject_of_tin(NodeClient& node, const std::string& tin);

// What the members have set, or what holds without that.
std::expected<std::string, std::string> parameter_in_force(NodeClient& node, const std::string& name);

}  // namespace quipu::cli
