// SPDX-License-Identifier: Apache-2.0
#include "node/signer/directory.h"

#include <fstream>

#include "node/ledger/first_record.h"
#include "node/signer/member_keys.h"
#include "storage/whole_file.h"

namespace quipu::signer {

namespace fs = std::filesystem;

namespace {

std::expected<ledger::Genesis, std::string> read_genesis(const fs::path& file) {
  const auto content = storage::read_whole(file);
  if (!content) return std::unexpected(content.error());
  auto genesis = ledger::parse_genesis(*content);
  if (!genesis) return std::unexpected(file.string() + ": " + genesis.error());
  return genesis;
}

struct Keys {
  std::string administration;
  crypto::SecretKey vote;
  crypto::SecretKey cosigner;
};

// Both of one administration.
std::expected<Keys, std::string> unlock(const fs::path& directory, const std::string& owner,
                                        const std::string& passphrase_file) {
  const auto passphrase = read_passphrase(passphrase_file);
  if (!passphrase) return std::unexpected(passphrase.error());
  auto vote = unlock_member_key(directory / "keys", "vote", owner, *passphrase);
  if (!vote) return std::unexpected(vote.error());
  auto cosigner = unlock_member_key(directory / "keys", "cosigner", vote->header.administration, *passphrase);
  if (!cosigner) return std::unexpected(cosigner.error());
  return Keys{vote->header.administration, std::move(vote->secret), std::move(cosigner->secret)};
}

std::expected<void, std::string> check_member(const ledger::Genesis& genesis, const Keys& keys) {
  const auto index = genesis.members.index_of(keys.administration);
  if (!index) {
    return std::unexpected(keys.administration + " is not a voting member of " + genesis.chain_id +
                           ": check the genesis file, or say --candidate");
  }
  const auto& member = genesis.members[*index];
  if (member.vote == keys.vote.public_key() && member.cosigner == keys.cosigner.public_key()) return {};
  return std::unexpected("the keys are not " + keys.administration +
                         "'s in the genesis file: put this network's genesis file or keys there");
}

std::expected<void, std::string> copy_genesis(const ledger::Genesis& genesis, const fs::path& to) {
  std::ofstream out(to, std::ios::binary);
  out << genesis.file;
  out.flush();
  if (!out) return std::unexpected("cannot write " + to.string() + ": check the folder's permissions");
  return {};
}

}  // namespace

std::expected<void, std::string> initialise(const InitPlan& plan) {
  const auto genesis = read_genesis(plan.genesis_file);
  if (!genesis) return std::unexpected(genesis.error());
  const auto keys = unlock(plan.directory, plan.administration, plan.passphrase_file);
  if (!keys) return std::unexpected(keys.error());
  if (auto known = check_member(*genesis, *keys); !known && !plan.candidate) return known;
  std::error_code error;
  fs::create_directories(plan.directory / "safety", error);
  if (error) return std::unexpected("cannot make " + (plan.directory / "safety").string() + ": " + error.message());
  auto slots = storage::create_slot_file(plan.directory / "safety" / "slots");
  if (!slots) return std::unexpected(slots.error());
  const auto made = storage::SafetyFile::initialise(std::move(*slots), ledger::first_record(*genesis));
  if (!made) return std::unexpected(made.error());
  return copy_genesis(*genesis, plan.directory / "genesis.json");
}

std::expected<OpenSigner, std::string> open_signer(const fs::path& directory, const std::string& passphrase_file) {
  const auto genesis = read_genesis(directory / "genesis.json");
  if (!genesis) return std::unexpected(genesis.error() + "; a new member's folder is made by `quipu-signer init`");
  const auto path = directory / "safety" / "slots";
  if (!fs::is_directory(path.parent_path()))
    return std::unexpected(path.parent_path().string() + " is not there: is the disk mounted that should hold it?");
  auto slots = fs::exists(path) ? storage::open_slot_file(path) : storage::create_slot_file(path);
  if (!slots) return std::unexpected(slots.error());
  const bool lost = storage::is_lost(**slots);
  const bool torn = storage::is_torn(**slots);
  auto keys = unlock(directory, "", passphrase_file);
  if (!keys) return std::unexpected(keys.error());
  auto signing = storage::sign_here(std::move(*slots), ledger::first_record(*genesis), genesis->origin,
                                    std::move(keys->vote), std::move(keys->cosigner));
  if (!signing) return std::unexpected(signing.error());
  OpenSigner opened{keys->administration, genesis->chain_id, std::move(*signing), {}};
  if (torn) opened.notice = storage::about_torn(path);
  if (lost) {
    opened.notice =
        "NO SAFETY FILE WAS FOUND IN " + path.string() +
        ": what this member has signed is not known. A new one was begun; nothing is signed until a quorum of "
        "other members has told the node how far they are";
  }
  return opened;
}

}  // namespace quipu::signer
