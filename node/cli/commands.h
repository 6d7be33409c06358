// SPDX-License-Identifier: Apache-2.0
// Every command as a function of its options; command_line.cpp fills the options in. A command prints its answer and
// returns, or returns why it failed in one line that says what to do next.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "node/cli/terminal.h"

namespace quipu::cli {

using Done = std::expected<void, std::string>;

struct Global {
  std::string node = "http://127.0.0.1:8480";
  Output output = Output::kText;
  std::string token_file{};          // opens the node's routes
  std::string ca{};                  // of https: whom to believe; empty: this machine's store
  std::string client_certificate{};  // of https: what to show of oneself
  std::string client_key{};
};

// Becomes `quipud COMMAND WORDS`; returns only when there is no such program.
Done hand_over(const Global& global, const std::string& command, const std::vector<std::string>& words);

struct KeyNewOptions {
  std::string administration, purpose, out, label, passphrase_file;
  bool testnet = false;
};
Done key_new(const Global& global, const KeyNewOptions& options);
// Writes the events file with which the administration adds the key, to be submitted with its governance key.
struct KeyReadyOptions {
  std::string key, out, passphrase_file;
};
Done key_ready(const Global& global, const KeyReadyOptions& options);
Done key_show(const Global& global, const std::string& file);
Done key_sequence(const Global& global, const std::string& file);

struct MemberCardOptions {
  std::string keys, address, out, profile, name, passphrase_file;
  int utc_offset_minutes = 0;
  bool dual_control = false;
  bool keep_officers = false;
};
Done member_card(const Global& global, const MemberCardOptions& options);

struct GenesisNewOptions {
  std::string chain_id, members, arrangements, out;
};
Done genesis_new(const Global& global, const GenesisNewOptions& options);
Done genesis_show(const Global& global, const std::string& file);

struct SubmitOptions {
  std::string file, key, approver_key, passphrase_file;
  bool wait = false;
  bool sign_on_node = false;  // with the node's issuer key, in place of `key`
  std::string draft{};        // its name there; empty: made from the events
};
Done submit(const Global& global, const SubmitOptions& options);
Done submission_show(const Global& global, const std::string& id);

struct ImportHistoryOptions {
  std::string file, key, approver_key, passphrase_file;
  std::string progress;  // path of the progress file; empty: FILE.CC.quipu-progress
  std::size_t pack = 64;
  std::size_t window = 16;
};
Done import_history(const Global& global, const ImportHistoryOptions& options);

struct ImportListOptions {
  std::string file, key, map, passphrase_file;
  std::string plan{};  // where to write what follows an approval; empty: such rows are not taken
  std::size_t pack = 64;
  bool dry_run = false;
};
Done import_list(const Global& global, const ImportListOptions& options);

struct ReconcileOptions {
  std::string file, issuer, map, plan;
  std::string grace_days{};  // within which what has expired is renewed; empty: as the members have set it
};
Done reconcile(const Global& global, const ReconcileOptions& options);

Done approval_list(const Global& global);
struct ApprovalGiveOptions {
  std::string reference, key, passphrase_file;
  std::string decided_on;  // empty: today
};
Done approval_give(const Global& global, const ApprovalGiveOptions& options);

// A proposal is named CC/ID, by its opener and the opener's id.
struct ProposalOpenOptions {
  std::string id, expires, key, passphrase_file;
  std::string card, remove, change;  // exactly one: a member card, a code to remove, JSON of any change
};
Done proposal_open(const Global& global, const ProposalOpenOptions& options);
struct ProposalVoteOptions {
  std::string proposal, key, passphrase_file;
  bool reject = false;
};
Done proposal_vote(const Global& global, const ProposalVoteOptions& options);
struct ProposalListOptions {
  std::string opener;  // all of this administration's; empty: what is undecided
};
Done proposal_list(const Global& global, const ProposalListOptions& options);

// Writes the events file with which any member states that the new vote key is ready.
struct MemberReadyOptions {
  std::string proposal, vote_key, out, passphrase_file;
};
Done member_ready(const Global& global, const MemberReadyOptions& options);

struct RecogniseOptions {
  std::string tin, alias, by, role, flow, on, known_at, batch, proof;
  std::string salt;      // base64: with a natural person's number, what opens its commitment
  bool summary = false;  // of a batch: how many of which partner for which reason
};
Done recognise(const Global& global, const RecogniseOptions& options);

// A file as an import leaves it.
Done record_put(const Global& global, const std::string& file);
Done operator_identity(const Global& global, const std::string& name);
Done erasure_list(const Global& global);

// One GET whose answer is printed.
struct LookupOptions {
  std::string name{}, on{}, known_at{};
  std::string by{};  // of an operator named by alias: the administration that knows it so
};
Done operator_show(const Global& global, const LookupOptions& options);
Done certificate_show(const Global& global, const LookupOptions& options);
Done certificate_history(const Global& global, const LookupOptions& options);
Done certificate_exposure(const Global& global, const LookupOptions& options);
Done arrangements(const Global& global, const LookupOptions& options);
Done block_show(const Global& global, const std::string& height);
Done member_list(const Global& global);
Done member_keys(const Global& global, const LookupOptions& options);
// What lost keys signed while others may have used them, and whose answers rest on it.
struct CompromisedOptions {
  std::string name{}, on{}, known_at{};
  std::string reaffirm{};  // events file to write that stands by all that is disputed, for people to read
};
Done member_compromised(const Global& global, const CompromisedOptions& options);
Done evidence_list(const Global& global);
Done node_status(const Global& global);
Done node_peers(const Global& global);

struct ListOptions {
  std::string issuer, by, on, known_at, out;
  bool all = false;
  std::size_t page_rows = 1'000;  // asked for at once; the list is printed whole
};
Done list(const Global& global, const ListOptions& options);

struct ChangesOptions {
  std::string since, by, arrangement, known_at, out;
  std::size_t page_rows = 1'000;
};
Done changes(const Global& global, const ChangesOptions& options);

struct IndicatorsOptions {
  std::string arrangement, reporter, partner, flow, mode, from, to, known_at, out;
  std::string period, group_by;  // empty: the node's own, a row for each pair, flow and mode over all months
};
Done indicators(const Global& global, const IndicatorsOptions& options);

struct WorklistOptions {
  std::string issuer, on, known_at, out;
  std::size_t days = 90;  // how long before their end certificates are listed
};
Done worklist(const Global& global, const WorklistOptions& options);

struct CasesOptions {
  std::string issuer{}, reporter{}, kind{}, state{}, on{}, known_at{}, out{};
};
Done case_list(const Global& global, const CasesOptions& options);
Done case_show(const Global& global, const LookupOptions& options);

struct StatisticsOptions {
  std::string issuer{}, from{}, to{}, known_at{}, out{};
  bool mismatch = false;  // those alone that differ from the ledger's own count
};
Done statistics_list(const Global& global, const StatisticsOptions& options);
Done statistics_show(const Global& global, const LookupOptions& options);

// All that is known of one operator: what a data subject may ask for.
Done operator_report(const Global& global, const LookupOptions& options);

Done receipt(const Global& global, const std::string& id, const std::string& out);
// Of a certificate, named CC/NUMBER, whether it was ever granted or not; of CC: of all that it has ever issued.
Done status_proof(const Global& global, const std::string& certificate, const std::string& out);
Done export_bundle(const Global& global, const std::string& out);

struct MirrorOptions {
  std::string url, folder;  // a node and a folder; or a PostgreSQL database and what follows
  std::string from{}, genesis{}, ledger{};
  std::size_t events_at_once = 5'000;
  bool once = false;
  std::int64_t every_s = 10;
};
Done mirror(const Global& global, const MirrorOptions& options);
Done mirror_to_postgres(const Global& global, const MirrorOptions& options);

// On the node's Unix socket: "drain" or "resume".
Done node_admin(const Global& global, const std::string& act);
Done node_log_level(const Global& global, const std::string& level);

}  // namespace quipu::cli
