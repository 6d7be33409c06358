// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/node_client.h"
#include "node/cli/paging.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

std::string query_of(const LookupOptions& options) {
  return Query().add("on", options.on).add("known_at", options.known_at).text();
}

Done print_get(const Global& global, const std::string& target) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = node->get_json(target);
  if (!answer) return std::unexpected(answer.error());
  print_answer(*answer, global.output);
  return {};
}

// "CC/NUMBER" as two path segments.
std::expected<std::string, std::string> path_of(const std::string& name, std::string_view what) {
  const std::size_t slash = name.find('/');
  if (slash != 2)
    return std::unexpected("\"" + name + "\": name the " + std::string(what) + " as CC/NUMBER, for example PE/PE-0001");
  return name.substr(0, 2) + "/" + url_encoded(name.substr(3));
}

Done print_certificate(const Global& global, const LookupOptions& options, const std::string& ending) {
  const auto path = path_of(options.name, "certificate");
  if (!path) return std::unexpected(path.error());
  return print_get(global, "/v1/certificates/" + *path + ending + query_of(options));
}

}  // namespace

Done operator_show(const Global& global, const LookupOptions& options) {
  if (options.name.find(':') != std::string::npos) {
    if (options.by.empty()) return std::unexpected("an alias is one administration's: add --by CC");
    const Query query = Query()
                            .add("alias", options.name)
                            .add("by", options.by)
                            .add("on", options.on)
                            .add("known_at", options.known_at);
    return print_get(global, "/v1/operators" + query.text());
  }
  const bool by_subject = options.name.find('/') == 2;
  const std::string path =
      by_subject ? options.name.substr(0, 2) + "/" + url_encoded(options.name.substr(3)) : url_encoded(options.name);
  return print_get(global, "/v1/operators/" + path + query_of(options));
}

Done certificate_show(const Global& global, const LookupOptions& options) {
  return print_certificate(global, options, "");
}

Done certificate_history(const Global& global, const LookupOptions& options) {
  return print_certificate(global, options, "/history");
}

Done certificate_exposure(const Global& global, const LookupOptions& options) {
  if (global.output != Output::kCsv) return print_certificate(global, options, "/exposure");
  const auto path = path_of(options.name, "certificate");
  if (!path) return std::unexpected(path.error());
  return print_rows(global,
                    {.path = "/v1/certificates/" + *path + "/exposure", .query = {}, .known_at = options.known_at});
}

Done arrangements(const Global& global, const LookupOptions& options) {
  return print_get(global, "/v1/arrangements" + query_of(options));
}

Done block_show(const Global& global, const std::string& height) {
  return print_get(global, "/v1/blocks/" + url_encoded(height));
}

Done member_keys(const Global& global, const LookupOptions& options) {
  return print_get(global, "/v1/members/" + url_encoded(options.name) + "/keys" + query_of(options));
}

Done evidence_list(const Global& global) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = node->get_json("/evidence");
  if (!answer) return std::unexpected(answer.error());
  print_answer(array_at(*answer, "evidence"), global.output);
  return {};
}

Done member_list(const Global& global) { return print_get(global, "/v1/members"); }
Done node_status(const Global& global) { return print_get(global, "/v1/node/status"); }

Done node_peers(const Global& global) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto status = node->get_json("/v1/node/status");
  if (!status) return std::unexpected(status.error());
  print_answer(array_at(*status, "peers"), global.output);
  return {};
}

Done list(const Global& global, const ListOptions& options) {
  RowsQuestion question{.path = "/v1/list",
                        .query = {},
                        .known_at = options.known_at,
                        .not_in_text = {},
                        .sort_items_by = options.by.empty() ? "certificate" : "subject"};
  question.out = options.out;
  question.query.add("issuer", options.issuer).add("by", options.by).add("on", options.on);
  question.query.add("limit", std::to_string(options.page_rows));
  if (options.all) question.query.add("status", "ALL");
  return print_rows(global, question);
}

Done receipt(const Global& global, const std::string& id, const std::string& out) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto file = node->get_file("/v1/receipts/" + url_encoded(id));
  if (!file) return std::unexpected(file.error());
  if (auto written = write_file(out, file->body); !written) return written;
  print_answer(json::object{{"receipt", out}}, global.output);
  return {};
}

Done status_proof(const Global& global, const std::string& certificate, const std::string& out) {
  const bool all = certificate.size() == 2;
  if (!all && (certificate.size() < 4 || certificate[2] != '/')) {
    return std::unexpected("a certificate is named CC/NUMBER, all of an administration CC");
  }
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const std::string number = all ? "" : "/" + url_encoded(certificate.substr(3));
  const auto file = node->get_file("/v1/proofs/status/" + url_encoded(certificate.substr(0, 2)) + number);
  if (!file) return std::unexpected(file.error());
  if (auto written = write_file(out, file->body); !written) return written;
  print_answer(json::object{{"status_proof", out}}, global.output);
  return {};
}

}  // namespace quipu::cli
