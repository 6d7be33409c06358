// SPDX-License-Identifier: Apache-2.0
#include "tests/vectors/vectors.h"

#include <cassert>

namespace quipu::vectors {
namespace {

json::object vector_of(const Format& format, const json::object& context, const Vector& vector) {
  json::object out{{"name", vector.name}, {"good", vector.good()}};
  if (!vector.good()) out["why"] = vector.why;
  out["input"] = vector.input;
  if (auto gives = format.judge(context, vector.input)) out["gives"] = *std::move(gives);
  return out;
}

const std::vector<Format>& all_formats() {
  static const std::vector<Format> all = {{"leaf", make_leaves, judge_leaf},
                                          {"seal", make_seals, judge_seal},
                                          {"genesis", make_genesis_files, judge_genesis},
                                          {"checkpoint", make_checkpoints, judge_checkpoint},
                                          {"policy", make_policies, judge_policy},
                                          {"receipt", make_receipts, judge_receipt},
                                          {"record", make_records, judge_record},
                                          {"map", make_map_proofs, judge_map_proof},
                                          {"status", make_statuses, judge_status},
                                          {"list", make_lists, judge_list},
                                          {"quorum", make_quorum_proofs, judge_quorum_proof},
                                          {"handover", make_handovers, judge_handover},
                                          {"evidence", make_evidence, judge_evidence},
                                          {"fork", make_fork_proofs, judge_fork_proof}};
  return all;
}

}  // namespace

std::span<const Format> formats() { return all_formats(); }

// One vector a line, so that people can compare two versions.
std::string file_of(const Format& format) {
  const Collection made = format.make();
  std::string out = "{\n\"format\": " + json::serialize(json::value(format.name));
  out += ",\n\"about\": " + json::serialize(json::value(made.about));
  out += ",\n\"section\": " + json::serialize(json::value("docs/formats.md, " + made.section));
  out += ",\n\"context\": " + json::serialize(made.context) + ",\n\"vectors\": [";
  bool first = true;
  for (const Vector& vector : made.vectors) {
    out += (first ? "\n" : ",\n") + json::serialize(vector_of(format, made.context, vector));
    first = false;
  }
  return out + "\n]\n}\n";
}

std::string manifest() {
  std::string out = "{\n\"version\": 1,\n\"formats\": [";
  bool first = true;
  for (const Format& format : formats()) {
    const Collection made = format.make();
    const auto goods = std::ranges::count_if(made.vectors, &Vector::good);
    const json::object entry{{"format", format.name},
                             {"file", format.name + ".json"},
                             {"good", goods},
                             {"bad", static_cast<std::int64_t>(made.vectors.size()) - goods},
                             {"about", made.about}};
    out += (first ? "\n" : ",\n") + json::serialize(entry);
    first = false;
  }
  return out + "\n]\n}\n";
}

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

Bytes bytes_at(const json::object& object, std::string_view name) {
  auto bytes = crypto::from_hex(text_at(object, name));
  assert(bytes);
  return *std::move(bytes);
}

Vector good(std::string name, json::object input) { return {std::move(name), std::move(input)}; }
Vector bad(std::string name, json::object input, std::string why) {
  return {std::move(name), std::move(input), std::move(why)};
}
json::object bytes_input(BytesView bytes) { return {{"bytes", crypto::to_hex(bytes)}}; }
json::object text_input(std::string_view text) { return {{"text", std::string(text)}}; }

}  // namespace quipu::vectors
