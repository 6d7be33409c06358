// SPDX-License-Identifier: Apache-2.0
// Who may ask for what. Every route names the roles that open it (routes.cpp); whoever has none of them is refused.
// docs/lists/access.md is the table, written from the code. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace quipu::http {

enum class Role : std::uint8_t {
  kSubmitter,   // hands in signed statements
  kReader,      // looks up
  kAuditor,     // looks up, for others than the administration
  kOperator,    // looks after the node: status, metrics
  kGovernance,  // hands in statements signed by governance keys
  kPersonal,    // sees and hands in personal data; opens nothing else
  kMirror,      // fetches the public mirror; every token has it
};
// Those that a token is given; kMirror comes with any.
inline constexpr std::array kTokenRoles = {Role::kSubmitter, Role::kReader,     Role::kAuditor,
                                           Role::kOperator,  Role::kGovernance, Role::kPersonal};
std::string_view name_of(Role role);  // "submitter"
std::optional<Role> role_named(std::string_view name);

struct Request;

class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const Role role : roles) add(role);
  }
  static constexpr Roles all() { return Roles(0x7f); }

  constexpr void add(Role role) { bits_ |= bit(role); }
  constexpr bool has(Role role) const { return (bits_ & bit(role)) != 0; }
  constexpr bool any_of(Roles others) const { return (bits_ & others.bits_) != 0; }
  friend constexpr bool operator==(Roles, Roles) = default;

 private:
  explicit constexpr Roles(std::uint8_t bits) : bits_(bits) {}
  static constexpr std::uint8_t bit(Role role) {
    return static_cast<std::uint8_t>(1U << static_cast<std::uint8_t>(role));
  }
  std::uint8_t bits_ = 0;
};

struct Caller {
  std::string name;  // the id of a token or a certificate, "uid-1000" on the Unix socket, or one of the two below
  Roles roles;
};
inline constexpr std::string_view kGuest = "guest";       // shows no token
inline constexpr std::string_view kStranger = "unknown";  // shows one that is not this node's
constexpr bool has_token(const Caller& caller) { return caller.name != kGuest && caller.name != kStranger; }

// Knows the callers; node/runtime implements it. Any thread.
class Doorkeeper {
 public:
  virtual ~Doorkeeper() = default;
  // By the request's Authorization header, or else the certificate that the connection has shown, or the user at the
  // other end of the Unix socket; a guest with none of these. Nothing: it shows a token or a certificate that is not,
  // or not any more, one of this node's.
  virtual std::optional<Caller> caller(const Request& request) = 0;
  // False: it asks too often.
  virtual bool has_room(const Caller& caller) = 0;
  // What was asked and answered, for the access log. `route` is the pattern, without what it was about.
  virtual void note(const Caller& caller, std::string_view method, std::string_view route, int status) = 0;
};

}  // namespace quipu::http
