// SPDX-License-Identifier: Apache-2.0
// A draft: events that an administration's node is asked to sign with its issuer key (docs/api.md, "Managed signing").
// What may be one is decided here, before any key is near. Pure.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <variant>

#include "crypto/digest.h"
#include "node/ledger/codes.h"

namespace quipu::ledger::v1 {
class Submission;
}

namespace quipu::http {

inline constexpr std::size_t kDraftNameBytes = 64;

struct Draft {
  crypto::Digest id;  // over the chain, the name and the events: the same draft again has the same
  std::string name;   // the asker's own; tells two drafts with the same events apart
  std::shared_ptr<const ledger::v1::Submission> message;  // all but the sequence number
};

struct NotInForm {
  std::string why;
};
struct ForeignIssuer {
  std::string named;
};
// The last: an event that the rules do not let issuer keys state.
using DraftFault = std::variant<NotInForm, ForeignIssuer, ledger::Rejection>;

// {"administration","draft","events"} and nothing else. `administration` must be the node's own.
std::expected<Draft, DraftFault> read_draft(std::string_view body, const std::string& chain_id,
                                            const std::string& administration);

}  // namespace quipu::http
