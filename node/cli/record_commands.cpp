// SPDX-License-Identifier: Apache-2.0
// Personal data beside the ledger: handed in, looked at, erased.
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/json_fields.h"
#include "node/cli/paging.h"
#include "node/cli/records_file.h"

namespace quipu::cli {

namespace {

Done print_get(const Global& global, const std::string& target, const char* rows) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = node->get_json(target);
  if (!answer) return std::unexpected(answer.error());
  rows == nullptr ? print_answer(*answer, global.output) : print_answer(array_at(*answer, rows), global.output);
  return {};
}

}  // namespace

Done record_put(const Global& global, const std::string& file) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto count = hand_in_records(*node, file);
  if (!count) return std::unexpected(count.error());
  print_answer(boost::json::object{{"kept", count->kept}, {"unknown", count->unknown}, {"erased", count->erased}},
               global.output);
  return {};
}

Done operator_identity(const Global& global, const std::string& name) {
  if (name.find('/') != 2) return std::unexpected("\"" + name + "\": name the operator as CC/SUBJECT");
  return print_get(global, "/v1/operators/" + name.substr(0, 2) + "/" + url_encoded(name.substr(3)) + "/identity",
                   nullptr);
}

Done erasure_list(const Global& global) { return print_get(global, "/v1/erasures", "erasures"); }

}  // namespace quipu::cli
