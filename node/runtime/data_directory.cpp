// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/data_directory.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "node/ledger/training.h"
#include "node/signer/member_keys.h"
#include "node/signer/remote_signing.h"
#include "storage/safety_file.h"
#include "storage/whole_file.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

std::expected<void, std::string> check_place(const fs::path& path) {
  if (path.parent_path().empty() || fs::is_directory(path.parent_path())) return {};
  return std::unexpected(fmt::format("{} is not there: is the disk mounted that should hold {}?",
                                     path.parent_path().string(), path.string()));
}

namespace {

// What this process itself signs with.
struct NodeKeys {
  std::optional<crypto::SecretKey> vote;  // with the next, unless a signer has them
  std::optional<crypto::SecretKey> cosigner;
  crypto::SecretKey log;
  crypto::SecretKey transport;
};

std::expected<std::string, std::string> passphrase_of(const NodeConfig& config) {
  return signer::read_passphrase(config.passphrase_file.empty() ? fs::path() : config.resolve(config.passphrase_file));
}

std::expected<NodeKeys, std::string> unlock_all(const NodeConfig& config) {
  const auto passphrase = passphrase_of(config);
  if (!passphrase) return std::unexpected(passphrase.error());
  std::vector<crypto::SecretKey> keys;
  for (const auto* purpose : {"log", "transport", "vote", "cosigner"}) {
    if (keys.size() == 2 && !config.signs_itself()) return NodeKeys{{}, {}, std::move(keys[0]), std::move(keys[1])};
    auto key = signer::unlock_member_key(config.resolve(config.keys), purpose, config.administration, *passphrase);
    if (!key) return std::unexpected(key.error());
    keys.push_back(std::move(key->secret));
  }
  return NodeKeys{std::move(keys[2]), std::move(keys[3]), std::move(keys[0]), std::move(keys[1])};
}

std::expected<consensus::MemberIndex, std::string> own_index(const NodeConfig& config, const ledger::Genesis& genesis) {
  const auto index = genesis.members.index_of(config.administration);
  if (index) return *index;
  return std::unexpected(fmt::format("{} is not a voting member of {}", config.administration, genesis.chain_id));
}

std::string not_in_genesis(const NodeConfig& config, std::string_view purpose) {
  return fmt::format(
      "{}.key is not {}'s key in the genesis file: put this network's genesis file in {}, or that key in {}", purpose,
      config.administration, config.resolve(config.genesis).string(), config.resolve(config.keys).string());
}

// A key that took the other's place while this node was away is one that its ledger cannot know yet.
std::string transport_differs(const NodeConfig& config) {
  return fmt::format(
      "transport.key in {} is not {}'s key as far as this ledger goes: put that key there, or, if the members have "
      "taken "
      "this one while the node was away, set role = \"follower\" until it has caught up",
      config.resolve(config.keys).string(), config.administration);
}

std::expected<std::unique_ptr<storage::SlotDevice>, std::string> open_safety(const NodeConfig& config) {
  const auto path = config.resolve(config.safety);
  if (fs::exists(path)) return storage::open_slot_file(path);
  // A blank one: what was signed under this key before is not known, and the member abstains (host::Host::open).
  if (auto place = check_place(path); !place) return std::unexpected(place.error());
  return storage::create_slot_file(path);
}

std::string no_safety_file(const NodeConfig& config) {
  return fmt::format(
      "NO SAFETY FILE WAS FOUND IN {}: what this member has signed is not known here. A new one was begun; this member "
      "follows and votes for nothing until a quorum of others has told how far they are",
      config.resolve(config.safety).string());
}

// A line for somebody who is no member is a slip of the pen.
std::expected<void, std::string> check_addresses(const NodeConfig& config, const ledger::Genesis& genesis) {
  for (const auto& [code, address] : config.peer_addresses) {
    if (!genesis.members.index_of(code)) {
      return std::unexpected(
          fmt::format("peers.addresses.{}: {} has no such member, check the code", code, genesis.chain_id));
    }
  }
  return {};
}

std::expected<void, std::string> check_version_played(const NodeConfig& config, const ledger::Genesis& genesis) {
  if (config.newest_protocol_version == 0 || ledger::is_training(genesis.chain_id)) return {};
  return std::unexpected(
      fmt::format("node.newest_protocol_version is for rehearsals on training networks, and {} is none: take it out",
                  genesis.chain_id));
}

std::string open_error(const storage::OpenError& error, const fs::path& path) {
  if (error.fault == storage::OpenFault::kLocked) {
    return fmt::format("{} is in use by another process: stop that quipud first", path.string());
  }
  return fmt::format("cannot open {}: {}", path.string(), error.detail);
}

// What this member has signed and how far its ledger has reached, by the witness outside the database.
std::optional<consensus::SafetyRecord> witness(const storage::SlotDevice& slots) {
  std::optional<consensus::SafetyRecord> newest;
  for (const auto& slot : slots.read()) {
    auto record = storage::decode_safety_record(slot);
    if (record && (!newest || record->generation > newest->generation)) newest = std::move(*record);
  }
  return newest;
}

// Who signs for this member, and what its safety file says: one of the two is there.
struct SignState {
  std::unique_ptr<storage::SlotDevice> slots;
  std::unique_ptr<storage::Signing> elsewhere;
  std::optional<consensus::SafetyRecord> record;
};

std::expected<SignState, std::string> open_signer(const NodeConfig& config, const ledger::Genesis& genesis) {
  const auto own = config.resolve(config.safety);
  if (fs::exists(own)) {
    return std::unexpected(
        fmt::format("{} is there although [signer] names another process: only one safety file is this member's, find "
                    "out which has the newest votes and move the other away",
                    own.string()));
  }
  signer::RemotePlace place;
  place.socket = config.resolve(config.signer_socket);
  place.chain = genesis.chain;
  place.log = [](const std::string& line) { spdlog::warn("{}", line); };
  auto signing = signer::sign_there(std::move(place));
  if (!signing) return std::unexpected(signing.error());
  SignState state{nullptr, std::move(*signing), {}};
  state.record = state.elsewhere->record();
  return state;
}

std::expected<SignState, std::string> open_sign_state(const NodeConfig& config, const ledger::Genesis& genesis) {
  if (!config.signs_itself()) return open_signer(config, genesis);
  auto slots = open_safety(config);
  if (!slots) return std::unexpected(slots.error());
  if (storage::is_torn(**slots)) spdlog::warn("{}", storage::about_torn(config.resolve(config.safety)));
  auto record = witness(**slots);
  return SignState{std::move(*slots), nullptr, std::move(record)};
}

// Nothing to make when another process has it.
std::expected<std::unique_ptr<storage::SlotDevice>, std::string> new_safety(const NodeConfig& config) {
  if (!config.signs_itself()) return nullptr;
  const auto path = config.resolve(config.safety);
  fs::create_directories(path.parent_path());
  return storage::create_slot_file(path);
}

// Whether a new ledger may stand beside this safety file: not beside that of another chain.
std::expected<void, std::string> may_begin_again(const std::optional<consensus::SafetyRecord>& record,
                                                 const ledger::Genesis& genesis) {
  if (!record || record->chain == genesis.chain) return {};
  return std::unexpected("the safety file belongs to another chain: put this member's own file back");
}

// A power cut may leave a tail that the database refuses. A salvaged copy is as good as the original if, and only if,
// it reaches what this member has witnessed.
std::expected<std::unique_ptr<storage::RocksDatabase>, std::string> salvage(
    const fs::path& path, const std::optional<consensus::SafetyRecord>& record) {
  auto copy = storage::RocksDatabase::open_salvaged(path);
  if (!copy) return std::unexpected(open_error(copy.error(), path));
  const auto tip = storage::BlockStore(**copy).read().tip();
  if (!record || !tip || tip->height < record->tip.height) {
    return std::unexpected(
        fmt::format("{} is damaged and what can be read of it ends at height {}, before height {} that this "
                    "member has acknowledged: move it away and start again, the other members refill it",
                    path.string(), tip ? tip->height.value : 0, record ? record->tip.height.value : 0));
  }
  if (auto adopted = (*copy)->adopt(); !adopted) return std::unexpected(open_error(adopted.error(), path));
  return std::move(*copy);
}

// No ledger, or one whose making was cut short. A safety file that is whole has forgotten no vote, and one that is lost
// abstains, so an empty ledger beside it does no harm: the member only follows until the others have refilled it.
std::expected<void, std::string> begin_again(const ledger::Genesis& genesis, storage::Database& database,
                                             const std::optional<consensus::SafetyRecord>& record, const fs::path& path,
                                             std::string& notice) {
  if (auto may = may_begin_again(record, genesis); !may) return may;
  if (auto made = host::Host::initialise(genesis, database, nullptr); !made) return made;
  notice = fmt::format(
      "NO LEDGER WAS FOUND IN {} although this member has acknowledged height {}: an empty one was begun there and the "
      "other members refill it; until then this member follows and votes for nothing. If its disk is only not mounted, "
      "stop the node, mount it and start again",
      path.string(), record ? record->tip.height.value : 0);
  return {};
}

std::expected<std::unique_ptr<storage::RocksDatabase>, std::string> open_ledger(
    const fs::path& path, const ledger::Genesis& genesis, const std::optional<consensus::SafetyRecord>& record,
    std::string& notice) {
  if (auto place = check_place(path); !place) return std::unexpected(place.error());
  if (!fs::exists(path)) {
    if (auto may = may_begin_again(record, genesis); !may) return std::unexpected(may.error());
  }
  auto database = storage::RocksDatabase::open(path);
  if (!database && database.error().fault == storage::OpenFault::kCorrupt) {
    auto salvaged = salvage(path, record);
    if (salvaged) notice = "the database refused to open and was salvaged: nothing this member acknowledged is missing";
    return salvaged;
  }
  if (!database) return std::unexpected(open_error(database.error(), path));
  if (!storage::BlockStore(**database).chain()) {
    if (auto begun = begin_again(genesis, **database, record, path, notice); !begun) {
      return std::unexpected(begun.error());
    }
  }
  return std::move(*database);
}

// The key that seals the side records; a new one where there is none yet and nothing was sealed.
std::expected<crypto::SecretKey, std::string> side_key(const NodeConfig& config, const std::string& passphrase) {
  const auto folder = config.resolve(config.keys);
  const auto file = folder / "side.key";
  const auto records = config.resolve(config.side_directory);
  if (!fs::exists(file) && fs::exists(records)) {
    return std::unexpected(
        fmt::format("{} is missing, without which {} cannot be read: put it back from its backup, or move that "
                    "directory away and hand the records in again",
                    file.string(), records.string()));
  }
  if (!fs::exists(file)) {
    auto key = crypto::generate_key();
    // Without a passphrase a dear derivation would protect nothing.
    const auto cost = passphrase.empty() ? crypto::KeyFileCost::kTestnet : crypto::KeyFileCost::kModerate;
    const crypto::KeyFile header{config.administration, "side", "side records", key.public_key()};
    if (auto made = crypto::write_key_file(file, header, key, passphrase, cost); !made) {
      return std::unexpected(made.error());
    }
  }
  auto key = signer::unlock_member_key(folder, "side", config.administration, passphrase);
  if (!key) return std::unexpected(key.error());
  return std::move(key->secret);
}

std::expected<std::unique_ptr<storage::SealedDirectory>, std::string> open_side(const NodeConfig& config) {
  const auto passphrase = passphrase_of(config);
  if (!passphrase) return std::unexpected(passphrase.error());
  auto key = side_key(config, *passphrase);
  if (!key) return std::unexpected(key.error());
  return storage::SealedDirectory::open(config.resolve(config.side_directory), std::move(*key));
}

// Keeps the transport key in `node`.
std::expected<std::unique_ptr<host::Host>, std::string> open_host(const NodeConfig& config, OpenNode& node,
                                                                  SignState signs, NodeKeys keys) {
  node.transport_key = std::make_shared<crypto::SecretKey>(std::move(keys.transport));
  const bool may_observe = config.role == "follower";
  if (signs.elsewhere) {
    return host::Host::open(node.genesis, config.administration, *node.database, std::move(signs.elsewhere),
                            std::move(keys.log), may_observe);
  }
  host::HostKeys own{std::move(*keys.vote), std::move(*keys.cosigner), std::move(keys.log)};
  return host::Host::open(node.genesis, config.administration, *node.database, std::move(signs.slots), std::move(own),
                          may_observe);
}

}  // namespace

std::expected<ledger::Genesis, std::string> read_genesis(const fs::path& file) {
  const auto content = storage::read_whole(file);
  if (!content) return std::unexpected(content.error());
  auto genesis = ledger::parse_genesis(*content);
  if (!genesis) return std::unexpected(fmt::format("{}: {}", file.string(), genesis.error()));
  return genesis;
}

std::expected<void, std::string> initialise(const NodeConfig& config, const fs::path& genesis_file) {
  const auto genesis = read_genesis(genesis_file);
  if (!genesis) return std::unexpected(genesis.error());
  const auto keys = unlock_all(config);
  if (!keys) return std::unexpected(keys.error());
  if (config.role == "member") {
    const auto self = own_index(config, *genesis);
    if (!self) return std::unexpected(self.error());
    const auto& member = genesis->members[*self];
    if (keys->vote && keys->vote->public_key() != member.vote) return std::unexpected(not_in_genesis(config, "vote"));
    if (keys->log.public_key() != member.log) return std::unexpected(not_in_genesis(config, "log"));
  }
  if (const auto known = check_addresses(config, *genesis); !known) return known;
  const auto config_file = config.directory / "quipud.toml";
  if (fs::exists(config_file)) {
    return std::unexpected(
        fmt::format("{} exists: this directory was initialised before, start the node", config_file.string()));
  }
  auto slots = new_safety(config);
  if (!slots) return std::unexpected(slots.error());
  auto database = storage::RocksDatabase::open(config.resolve(config.ledger));
  if (!database) return std::unexpected(open_error(database.error(), config.resolve(config.ledger)));
  if (auto made = host::Host::initialise(*genesis, **database, std::move(*slots)); !made) return made;
  if (auto side = open_side(config); !side) return std::unexpected(side.error());
  if (auto written = storage::write_whole(config.resolve(config.genesis), genesis->file); !written) return written;
  return storage::write_whole(config_file, format_config(config));
}

std::expected<void, std::string> initialise_ledger_again(const NodeConfig& config) {
  const auto genesis = read_genesis(config.resolve(config.genesis));
  if (!genesis) return std::unexpected(genesis.error());
  const auto signs = open_sign_state(config, *genesis);
  if (!signs) return std::unexpected(signs.error());
  if (auto may = may_begin_again(signs->record, *genesis); !may) return may;
  const auto path = config.resolve(config.ledger);
  if (auto place = check_place(path); !place) return place;
  if (fs::exists(path)) return std::unexpected(path.string() + " is there: move it away first");
  auto database = storage::RocksDatabase::open(path);
  if (!database) return std::unexpected(open_error(database.error(), path));
  return host::Host::initialise(*genesis, **database, nullptr);
}

std::expected<OpenNode, std::string> open_node(const NodeConfig& config) {
  OpenNode node;
  auto genesis = read_genesis(config.resolve(config.genesis));
  if (!genesis) return std::unexpected(genesis.error());
  node.genesis = std::move(*genesis);
  if (const auto may = check_version_played(config, node.genesis); !may) return std::unexpected(may.error());
  auto keys = unlock_all(config);
  if (!keys) return std::unexpected(keys.error());
  auto side = open_side(config);
  if (!side) return std::unexpected(side.error());
  node.side = std::move(*side);
  auto signs = open_sign_state(config, node.genesis);
  if (!signs) return std::unexpected(signs.error());
  if (signs->record) node.witnessed = signs->record->tip.height;
  if (!signs->record) node.notice = no_safety_file(config);
  std::string ledger_notice;
  auto database = open_ledger(config.resolve(config.ledger), node.genesis, signs->record, ledger_notice);
  if (!ledger_notice.empty()) node.notice += (node.notice.empty() ? "" : "; ") + ledger_notice;
  if (!database) return std::unexpected(database.error());
  node.database = std::move(*database);
  auto host = open_host(config, node, std::move(*signs), std::move(*keys));
  if (!host) return std::unexpected(host.error());
  node.host = std::move(*host);
  const auto& members = node.host->membership().members;
  const bool votes = node.host->self() < members.size();
  if (votes && node.transport_key->public_key() != members[node.host->self()].transport) {
    if (config.role != "follower") return std::unexpected(transport_differs(config));
    node.notice =
        "transport.key is newer than this ledger: the node follows until it has the block that put the key in force";
  }
  const auto tip = node.host->reader()->newest().height;
  if (tip < node.witnessed && node.notice.empty()) {
    node.notice = fmt::format(
        "the database ends at height {}, before height {} that this member has acknowledged: it follows "
        "the others and does not count as current until it is refilled",
        tip.value, node.witnessed.value);
  }
  return node;
}

}  // namespace quipu::runtime
