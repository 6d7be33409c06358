// SPDX-License-Identifier: Apache-2.0
// Our vectors: for every format, what a verifier must take and what it must refuse (README.md beside this). Made from
// the tests' keys, the same in every run; JSON, so that strangers may drive them. Values and pure functions.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::vectors {

namespace json = boost::json;

struct Vector {
  std::string name;
  json::object input;
  std::string why{};  // it must be refused; empty: it is good

  bool good() const { return why.empty(); }
};

struct Collection {
  std::string about;       // one sentence: what is given, what is checked, what it gives
  std::string section;     // of docs/formats.md
  json::object context{};  // what whoever checks knows beforehand
  std::vector<Vector> vectors{};
};

// What a good input gives; nothing: it is refused.
using Judge = std::optional<json::object> (*)(const json::object& context, const json::object& input);

struct Format {
  std::string name;  // the file is <name>.json
  Collection (*make)();
  Judge judge;
};
std::span<const Format> formats();

// The file of a format; each vector has what the judge says it gives.
std::string file_of(const Format& format);
std::string manifest();

// Of an input or a context.
std::string text_at(const json::object& object, std::string_view name);
Bytes bytes_at(const json::object& object, std::string_view name);  // from hex

Vector good(std::string name, json::object input);
Vector bad(std::string name, json::object input, std::string why);
json::object bytes_input(BytesView bytes);
json::object text_input(std::string_view text);

// The formats, by what they are about.
Collection make_leaves();
std::optional<json::object> judge_leaf(const json::object& context, const json::object& input);
Collection make_seals();
std::optional<json::object> judge_seal(const json::object& context, const json::object& input);
Collection make_genesis_files();
std::optional<json::object> judge_genesis(const json::object& context, const json::object& input);
Collection make_checkpoints();
std::optional<json::object> judge_checkpoint(const json::object& context, const json::object& input);
Collection make_policies();
std::optional<json::object> judge_policy(const json::object& context, const json::object& input);
Collection make_receipts();
std::optional<json::object> judge_receipt(const json::object& context, const json::object& input);
Collection make_statuses();
std::optional<json::object> judge_status(const json::object& context, const json::object& input);
Collection make_lists();
std::optional<json::object> judge_list(const json::object& context, const json::object& input);
Collection make_records();
std::optional<json::object> judge_record(const json::object& context, const json::object& input);
Collection make_map_proofs();
std::optional<json::object> judge_map_proof(const json::object& context, const json::object& input);
Collection make_quorum_proofs();
std::optional<json::object> judge_quorum_proof(const json::object& context, const json::object& input);
Collection make_handovers();
std::optional<json::object> judge_handover(const json::object& context, const json::object& input);
Collection make_evidence();
std::optional<json::object> judge_evidence(const json::object& context, const json::object& input);
Collection make_fork_proofs();
std::optional<json::object> judge_fork_proof(const json::object& context, const json::object& input);

}  // namespace quipu::vectors
