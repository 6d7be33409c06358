// SPDX-License-Identifier: Apache-2.0
#include "node/cli/import_progress.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

#include "node/ledger/json.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

constexpr std::uint64_t kVersion = 2;

json::object to_object(const PendingLeaf& leaf) {
  json::array before;
  for (const auto& id : leaf.before) before.push_back(json::string(crypto::to_hex(id.view())));
  return {{"approvals", leaf.approvals}, {"first", leaf.first},         {"end", leaf.end},
          {"sequence", leaf.sequence},   {"before", std::move(before)}, {"leaf", crypto::to_base64(leaf.leaf)}};
}

json::object to_object(const WaitingTarget& target) {
  return {{"leaf", crypto::to_hex(target.leaf.view())},
          {"index", target.index},
          {"certificate", target.certificate},
          {"decision_date", target.decision_date}};
}

// Reads members of one object; after the first that is missing or of another kind, ok() is false.
class Reader {
 public:
  explicit Reader(const json::value& value) : object_(value.if_object()), ok_(object_ != nullptr) {}

  std::string text(std::string_view name) {
    const auto* value = member(name);
    const auto* text = value ? value->if_string() : nullptr;
    ok_ = ok_ && text;
    return text ? std::string(text->data(), text->size()) : std::string();
  }
  std::uint64_t number(std::string_view name) {
    const auto* value = member(name);
    boost::system::error_code error;
    const auto number = value && value->is_number() ? value->to_number<std::uint64_t>(error) : (ok_ = false, 0);
    ok_ = ok_ && !error;
    return number;
  }
  bool boolean(std::string_view name) {
    const auto* value = member(name);
    const auto* boolean = value ? value->if_bool() : nullptr;
    ok_ = ok_ && boolean;
    return boolean && *boolean;
  }
  crypto::Digest digest(std::string_view name) {
    const auto raw = crypto::from_hex(text(name));
    const auto digest = raw ? crypto::Digest::from(*raw) : std::nullopt;
    ok_ = ok_ && digest;
    return digest.value_or(crypto::Digest{});
  }
  std::vector<crypto::Digest> digests(std::string_view name) {
    std::vector<crypto::Digest> found;
    for (const auto& entry : array(name)) {
      const auto* hex = entry.if_string();
      const auto raw = hex ? crypto::from_hex(std::string_view(hex->data(), hex->size())) : std::nullopt;
      const auto digest = raw ? crypto::Digest::from(*raw) : std::nullopt;
      ok_ = ok_ && digest;
      found.push_back(digest.value_or(crypto::Digest{}));
    }
    return found;
  }
  json::array array(std::string_view name) {
    const auto* value = member(name);
    const auto* array = value ? value->if_array() : nullptr;
    ok_ = ok_ && array;
    return array ? *array : json::array();
  }
  void require(bool condition) { ok_ = ok_ && condition; }
  bool ok() const { return ok_; }

 private:
  const json::value* member(std::string_view name) const {
    return object_ ? object_->if_contains(json::string_view(name.data(), name.size())) : nullptr;
  }
  const json::object* object_;
  bool ok_;
};

bool read(const json::value& value, PendingLeaf& out) {
  Reader in(value);
  out.approvals = in.boolean("approvals");
  out.first = in.number("first");
  out.end = in.number("end");
  out.sequence = in.number("sequence");
  const auto leaf = crypto::from_base64(in.text("leaf"));
  in.require(leaf.has_value() && out.first < out.end);
  out.leaf = leaf.value_or(Bytes());
  out.before = in.digests("before");
  return in.ok();
}

bool read(const json::value& value, WaitingTarget& out) {
  Reader in(value);
  out.leaf = in.digest("leaf");
  out.index = static_cast<std::uint32_t>(in.number("index"));
  out.certificate = in.text("certificate");
  out.decision_date = in.text("decision_date");
  return in.ok();
}

}  // namespace

std::string ImportProgress::to_json() const {
  json::array pending_list;
  for (const auto& leaf : pending) pending_list.push_back(to_object(leaf));
  json::array waiting_list;
  for (const auto& target : waiting) waiting_list.push_back(to_object(target));
  const json::object object{{"version", kVersion},
                            {"chain_id", chain_id},
                            {"chain", chain},
                            {"administration", administration},
                            {"key", key},
                            {"lines_done", lines_done},
                            {"done", crypto::to_hex(done.view())},
                            {"pending", std::move(pending_list)},
                            {"waiting", std::move(waiting_list)}};
  return json::serialize(object) + "\n";
}

std::expected<ImportProgress, std::string> ImportProgress::from_json(std::string_view text) {
  const auto value = ledger::parse_strict_json(text);
  if (!value) return std::unexpected(value.error());
  ImportProgress progress;
  Reader in(*value);
  in.require(in.number("version") == kVersion);
  progress.chain_id = in.text("chain_id");
  progress.chain = in.text("chain");
  progress.administration = in.text("administration");
  progress.key = in.text("key");
  progress.lines_done = in.number("lines_done");
  progress.done = in.digest("done");
  for (const auto& entry : in.array("pending")) in.require(read(entry, progress.pending.emplace_back()));
  for (const auto& entry : in.array("waiting")) in.require(read(entry, progress.waiting.emplace_back()));
  if (!in.ok()) return std::unexpected("it is not in the form that this program writes");
  return progress;
}

}  // namespace quipu::cli
