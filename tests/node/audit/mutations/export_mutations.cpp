// SPDX-License-Identifier: Apache-2.0
#include "tests/node/audit/mutations/export_mutations.h"

#include <algorithm>

#include "tests/node/audit/mutations/damage.h"
#include "tests/node/audit/mutations/signed_lies.h"

namespace quipu::audit::mutations {
namespace {

using sample::Files;
using Result = std::optional<Files>;

Result flip_a_bit(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  auto& [path, content] = dice.any_of(out);
  where = path;
  dice.flip_bit(content);
  return out;
}

Result damage_a_file(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  auto& [path, content] = dice.any_of(out);
  where = path;
  damage(content, dice);
  return out;
}

Result cut_a_file(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  auto& [path, content] = dice.any_of(out);
  content.resize(dice.below(content.size()));
  where = path + " to " + std::to_string(content.size());
  return out;
}

Result lose_a_file(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  where = dice.any_of(out).first;
  out.erase(where);
  return out;
}

Result exchange_files(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  auto& first = dice.any_of(out);
  auto& second = dice.any_of(out);
  where = first.first + " and " + second.first;
  std::swap(first.second, second.second);
  return out;
}

Result repeat_a_file(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  const auto& from = dice.any_of(given.files);
  auto& to = dice.any_of(out);
  where = from.first + " for " + to.first;
  to.second = from.second;
  return out;
}

Result add_a_file(const Export& given, Dice& dice, std::string& where) {
  const std::string number = std::to_string(dice.below(400));
  const std::string paths[] = {"quorum/" + number,
                               "checkpoints/" + number,
                               "policy/" + number,
                               "epochs/" + number + "/handover",
                               "tile/0/" + number,
                               "tile/entries/000.p/" + number,
                               "evidence/" + crypto::to_hex(dice.bytes(32)),
                               number,
                               "quorum/0" + number};
  where = dice.any_of(paths);
  Files out = given.files;
  out[where] = dice.one_in(2) ? dice.bytes(dice.below(200)) : dice.any_of(given.files).second;
  return out;
}

Result rename_a_file(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  const auto chosen = dice.any_of(given.files);
  where = chosen.first;
  std::string to = chosen.first;
  damage(to, dice);
  out.erase(chosen.first);
  out[to] = chosen.second;
  return out;
}

// Under the name of what it holds now.
Result change_evidence(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  const auto at = std::ranges::find_if(out, [](const auto& file) { return file.first.starts_with("evidence/"); });
  if (at == out.end()) return std::nullopt;
  Bytes content = at->second;
  where = at->first;
  damage(content, dice);
  out.erase(at);
  out[ledger::evidence_path(content)] = content;
  return out;
}

template <class List, class Same>
bool is_part_of(const List& part, const List& whole, Same same) {
  auto at = whole.begin();
  return std::ranges::all_of(part, [&](const auto& each) {
    at = std::find_if(at, whole.end(), [&](const auto& one) { return same(each, one); });
    return at != whole.end() && (++at, true);
  });
}

// View steps or nullifications are left out of a file and nothing else is changed.
bool shows_fewer_steps(BytesView honest, BytesView changed) {
  const auto same = [](const auto& a, const auto& b) {
    return a.step == b.step && is_part_of(a.skipped, b.skipped, std::equal_to<>());
  };
  for (const std::size_t members : {4u, 5u}) {
    const auto before = ledger::decode_links(honest, members), after = ledger::decode_links(changed, members);
    if (before && after) return is_part_of(*after, *before, same);
  }
  return false;
}

// Lines are left out and nothing else: a handover's checkpoint may be cosigned by a quorum of the members before or of
// those after, and there may be fewer of these.
bool shows_fewer_lines(BytesView honest, BytesView changed) {
  const auto before = crypto::Note::parse(honest), after = crypto::Note::parse(changed);
  const auto same = [](const auto& a, const auto& b) {
    return a.name == b.name && a.id == b.id && a.signature == b.signature;
  };
  return before && after && before->text == after->text && is_part_of(after->lines, before->lines, same);
}

bool is_harmless(const Files& honest, const Files& changed, const std::string& path) {
  const auto before = honest.find(path), after = changed.find(path);
  const bool is_checkpoint = path.starts_with("checkpoint");
  if (after == changed.end()) return path.starts_with("evidence/") || path.starts_with("checkpoints/");
  return before->second == after->second ||
         (path.starts_with("quorum/") && shows_fewer_steps(before->second, after->second)) ||
         (is_checkpoint && shows_fewer_lines(before->second, after->second));
}

const std::vector<ExportMutation>& all_mutations() {
  static const std::vector<ExportMutation> all = [] {
    std::vector<ExportMutation> out = {{"a bit is flipped", flip_a_bit},
                                       {"a file is damaged", damage_a_file},
                                       {"a file is cut short", cut_a_file},
                                       {"a file is gone", lose_a_file},
                                       {"two files are exchanged", exchange_files},
                                       {"a file is another's copy", repeat_a_file},
                                       {"a file too many", add_a_file},
                                       {"a file has another name", rename_a_file},
                                       {"evidence is changed with its name", change_evidence}};
    std::ranges::copy(unsigned_lies(), std::back_inserter(out));
    std::ranges::copy(signed_lies(), std::back_inserter(out));
    std::ranges::copy(forged_signatures(), std::back_inserter(out));
    return out;
  }();
  return all;
}

}  // namespace

std::span<const ExportMutation> export_mutations() { return all_mutations(); }

bool is_harmless(const Files& honest, const Files& changed) {
  for (const auto& [path, content] : changed) {
    if (!honest.contains(path)) return false;
  }
  return std::ranges::all_of(honest, [&](const auto& file) { return is_harmless(honest, changed, file.first); });
}

}  // namespace quipu::audit::mutations
