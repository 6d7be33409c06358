// SPDX-License-Identifier: Apache-2.0
#include "tests/node/audit/mutations/signed_lies.h"

#include <algorithm>
#include <iterator>

namespace quipu::audit::mutations {
namespace {

using sample::Chain;
using sample::Files;
using Result = std::optional<Files>;
using Blocks = std::vector<std::vector<Bytes>>;  // leaves

// The export with the tiles of another log, of which nobody signed anything.
Files rehashed(const Export& given, const std::vector<Bytes>& leaves) {
  Files out = given.files;
  std::erase_if(out, [](const auto& file) { return file.first.starts_with("tile/"); });
  out.merge(sample::tile_files(leaves));
  return out;
}

Result exchange_leaves(const Export& given, Dice& dice, std::string& where) {
  auto leaves = given.chain.leaves();
  const auto [a, b] = dice.two(leaves.size());
  where = "leaves " + std::to_string(a) + " and " + std::to_string(b);
  std::swap(leaves[a], leaves[b]);
  return rehashed(given, leaves);
}

Result drop_a_leaf(const Export& given, Dice& dice, std::string& where) {
  auto leaves = given.chain.leaves();
  const auto at = dice.below(leaves.size());
  where = "leaf " + std::to_string(at);
  leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(at));
  return rehashed(given, leaves);
}

Result change_a_leaf(const Export& given, Dice& dice, std::string& where) {
  auto leaves = given.chain.leaves();
  const auto at = dice.below(leaves.size());
  where = "leaf " + std::to_string(at);
  dice.one_in(2) ? dice.flip_bit(leaves[at]) : void(leaves[at] = dice.any_of(given.chain.leaves()));
  return rehashed(given, leaves);
}

Result rewind(const Export& given, Dice& dice, std::string& where) {
  auto leaves = given.chain.leaves();
  leaves.resize(1 + dice.below(leaves.size() - 1));
  where = "to " + std::to_string(leaves.size()) + " leaves";
  return rehashed(given, leaves);
}

Blocks blocks_of(const Export& given) {
  Blocks out;
  for (const auto& each : given.blocks) out.push_back(each.block.leaves);
  return out;
}

// The chain whose first blocks are the honest ones and whose rest are these, with all votes, published at its end.
Files voted(const Export& given, const Blocks& blocks, std::size_t honest) {
  Chain chain(given.chain.genesis);
  for (std::size_t i = 0; i < honest; ++i) chain.append(given.blocks[i]);
  for (std::size_t i = honest; i < blocks.size(); ++i) chain.append_forged(blocks[i]);
  chain.publish();
  return chain.files();
}

std::string block_name(std::size_t at) { return "block " + std::to_string(at + 1); }

using ChangeBlocks = std::function<bool(Blocks& blocks, std::size_t at, Dice& dice, std::string& where)>;

// Of an export whose blocks are known; the last block may be chosen only when `last` says so.
ChangeExport signing(ChangeBlocks change, bool last = true) {
  return [change, last](const Export& given, Dice& dice, std::string& where) -> Result {
    if (given.blocks.empty()) return std::nullopt;
    Blocks blocks = blocks_of(given);
    const std::size_t at = dice.below(blocks.size() - (last ? 0 : 1));
    where = block_name(at);
    if (!change(blocks, at, dice, where) || blocks == blocks_of(given)) return std::nullopt;
    return voted(given, blocks, at);
  };
}

bool exchange_in_block(Blocks& blocks, std::size_t at, Dice& dice, std::string&) {
  const auto [a, b] = dice.two(blocks[at].size());
  std::swap(blocks[at][a], blocks[at][b]);
  return true;
}

bool move_between_blocks(Blocks& blocks, std::size_t at, Dice& dice, std::string& where) {
  const std::size_t to = at + 1 + dice.below(blocks.size() - at - 1);
  auto& from = blocks[at];
  const auto leaf = from.begin() + static_cast<std::ptrdiff_t>(dice.below(from.size()));
  blocks[to].insert(blocks[to].begin(), *leaf);
  from.erase(leaf);
  where += " to " + block_name(to);
  return true;
}

bool drop_a_block(Blocks& blocks, std::size_t at, Dice&, std::string&) {
  blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

bool double_a_block(Blocks& blocks, std::size_t at, Dice&, std::string&) {
  blocks.insert(blocks.begin() + static_cast<std::ptrdiff_t>(at) + 1, Blocks::value_type(blocks[at]));
  return true;
}

bool exchange_blocks(Blocks& blocks, std::size_t at, Dice& dice, std::string& where) {
  const std::size_t other = at + 1 + dice.below(blocks.size() - at - 1);
  std::swap(blocks[at], blocks[other]);
  where += " and " + block_name(other);
  return true;
}

bool drop_from_block(Blocks& blocks, std::size_t at, Dice& dice, std::string&) {
  blocks[at].erase(blocks[at].begin() + static_cast<std::ptrdiff_t>(dice.below(blocks[at].size())));
  return true;
}

bool flip_in_block(Blocks& blocks, std::size_t at, Dice& dice, std::string& where) {
  const std::size_t leaf = dice.below(blocks[at].size());
  where += ", leaf " + std::to_string(leaf) + " of it";
  dice.flip_bit(blocks[at][leaf]);
  return true;
}

bool with_seal(std::vector<Bytes>& leaves, const std::function<void(ledger::SealInfo&)>& change) {
  auto seal = ledger::decode_seal_leaf(leaves.back());
  if (!seal) return false;
  change(*seal);
  leaves.back() = ledger::encode_seal_leaf(*seal);
  return true;
}

bool replace_state(Blocks& blocks, std::size_t at, Dice& dice, std::string&) {
  const auto other = ledger::decode_seal_leaf(dice.any_of(blocks).back());
  if (!other) return false;
  const bool random = dice.one_in(2);
  return with_seal(blocks[at],
                   [&](auto& seal) { seal.state_root = random ? crypto::sha256(dice.bytes(8)) : other->state_root; });
}

bool change_seal(Blocks& blocks, std::size_t at, Dice& dice, std::string&) {
  const std::function<void(ledger::SealInfo&)> changes[] = {
      [&](auto& seal) { seal.height.value = dice.below(9); },
      [&](auto& seal) { seal.epoch.value = 1 + dice.below(3); },
      [&](auto& seal) { seal.proposer = dice.one_in(2) ? "XX" : ""; },
      [&](auto& seal) { seal.block_time_ms -= 100'000 + dice.below(1'000'000); },
      [&](auto& seal) { seal.first_index = dice.below(40); },
      [&](auto& seal) { seal.submissions = static_cast<std::uint32_t>(dice.below(9)); },
      [&](auto& seal) { seal.previous_size = dice.below(40); },
      [&](auto& seal) { seal.previous_root = crypto::sha256(dice.bytes(8)); },
      [&](auto& seal) { seal.membership_hash = crypto::sha256(dice.bytes(8)); },
      [&](auto& seal) { seal.protocol_version = static_cast<std::uint32_t>(dice.below(9)); },
      [&](auto& seal) { seal.chain_id = "sample-2"; },
  };
  return with_seal(blocks[at], dice.any_of(changes));
}

// The same words signed with another's key, or another's name on them.
bool usurp(Blocks& blocks, std::size_t at, Dice& dice, std::string& where) {
  const std::size_t leaf = dice.below(blocks[at].size() - 1);
  const auto statement = crypto::parse_statement(blocks[at][leaf]);
  if (!statement) return false;
  const std::string signer = dice.any_of(sample::kCodes), name = dice.any_of(sample::kCodes);
  const char* purposes[] = {"issuer", "vote", "governance", "stranger"};
  where += ", leaf " + std::to_string(leaf) + " of it by " + signer + " as " + name;
  blocks[at][leaf] = crypto::sign_statement(sample::key(signer, dice.any_of(purposes)), name, statement->chain_id,
                                            statement->issued_at_s, statement->payload);
  return true;
}

bool misdate(Blocks& blocks, std::size_t at, Dice& dice, std::string&) {
  const std::size_t leaf = dice.below(blocks[at].size() - 1);
  const auto statement = crypto::parse_statement(blocks[at][leaf]);
  if (!statement) return false;
  const std::uint64_t away_s = 90'000 + dice.below(1'000'000);
  blocks[at][leaf] = crypto::sign_statement(
      sample::key(statement->administration, "issuer"), statement->administration, statement->chain_id,
      dice.one_in(2) ? statement->issued_at_s + away_s : statement->issued_at_s - away_s, statement->payload);
  return true;
}

}  // namespace

std::vector<ExportMutation> unsigned_lies() {
  return {{"leaves are exchanged and the tiles follow", exchange_leaves},
          {"a leaf is dropped and the tiles follow", drop_a_leaf},
          {"a leaf is changed and the tiles follow", change_a_leaf},
          {"the log ends earlier and the tiles follow", rewind}};
}

std::vector<ExportMutation> signed_lies() {
  return {{"all vote: leaves of a block are reordered", signing(exchange_in_block)},
          {"all vote: a leaf stands in another block", signing(move_between_blocks, false)},
          {"all vote: a block is dropped", signing(drop_a_block, false)},
          {"all vote: a block comes twice", signing(double_a_block)},
          {"all vote: blocks are exchanged", signing(exchange_blocks, false)},
          {"all vote: a leaf of a block is dropped", signing(drop_from_block)},
          {"all vote: a bit of a leaf is flipped", signing(flip_in_block)},
          {"all vote: the state is replaced", signing(replace_state)},
          {"all vote: a seal's field is changed", signing(change_seal)},
          {"all vote: a statement is another's", signing(usurp)},
          {"all vote: a statement is of another day", signing(misdate)}};
}

}  // namespace quipu::audit::mutations
