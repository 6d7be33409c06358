// SPDX-License-Identifier: Apache-2.0
#include "node/http/access.h"

namespace quipu::http {

std::string_view name_of(Role role) {
  switch (role) {
    case Role::kSubmitter:
      return "submitter";
    case Role::kReader:
      return "reader";
    case Role::kAuditor:
      return "auditor";
    case Role::kOperator:
      return "operator";
    case Role::kGovernance:
      return "governance";
    case Role::kPersonal:
      return "personal";
    case Role::kMirror:
      return "mirror";
  }
  return "";
}

std::optional<Role> role_named(std::string_view name) {
  for (const Role role : kTokenRoles) {
    if (name_of(role) == name) return role;
  }
  return std::nullopt;
}

}  // namespace quipu::http
