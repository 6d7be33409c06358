// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

struct Reference {
  crypto::Digest leaf;
  std::uint32_t index = 0;
};

// "LEAF/EVENT" as approval list prints it.
std::expected<Reference, std::string> parse_reference(const std::string& text) {
  const std::string wrong = "\"" + text + "\" is no reference: take one from quipu approval list";
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::unexpected(wrong);
  const auto raw = crypto::from_hex(text.substr(0, slash));
  const auto leaf = raw ? crypto::Digest::from(*raw) : std::nullopt;
  const std::string number = text.substr(slash + 1);
  const bool digits =
      !number.empty() && number.size() <= 3 && number.find_first_not_of("0123456789") == std::string::npos;
  if (!leaf || !digits) return std::unexpected(wrong);
  return Reference{*leaf, static_cast<std::uint32_t>(std::stoul(number))};
}

}  // namespace

Done approval_list(const Global& global) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = node->get_json("/v1/approvals");
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

Done approval_give(const Global& global, const ApprovalGiveOptions& options) {
  const auto reference = parse_reference(options.reference);
  if (!reference) return std::unexpected(reference.error());
  const std::string today = ledger::Date::of(now_s() * 1000, 0).text();
  const std::string& decided_on = options.decided_on.empty() ? today : options.decided_on;
  const auto key = unlock(options.key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = state_until_final(*node, {approval_of(reference->leaf, reference->index, decided_on)}, *key);
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

}  // namespace quipu::cli
