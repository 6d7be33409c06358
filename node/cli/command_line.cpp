// SPDX-License-Identifier: Apache-2.0
#include "node/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <memory>

#include "node/cli/commands.h"
#include "node/cli/outputs.h"
#include "node/postgres/connection.h"
#include "node/usage/misread.h"

namespace quipu::cli {

namespace {

// What the parsed command will do.
struct Chosen {
  Global global;
  TablesOf tables;
  std::function<Done()> run;
};

CLI::App* noun(CLI::App& app, const std::string& name, const std::string& about) {
  CLI::App* sub = app.add_subcommand(name, about);
  sub->require_subcommand(1);
  return sub;
}

// A command with options of its own, kept alive by what it will run.
template <class Options>
struct Command {
  CLI::App* app;
  std::shared_ptr<Options> options = std::make_shared<Options>();

  Command(CLI::App& parent, const std::string& name, const std::string& about, const std::string& example)
      : app(parent.add_subcommand(name, about)) {
    app->footer("Example:\n  " + example + "\n");
  }
  template <class Value>
  CLI::Option* add(const std::string& names, Value Options::* into, const std::string& about) {
    return app->add_option(names, (*options).*into, about);
  }
  CLI::Option* flag(const std::string& names, bool Options::* into, const std::string& about) {
    return app->add_flag(names, (*options).*into, about);
  }
  void passphrase() {
    add("--passphrase-file", &Options::passphrase_file, "File that holds the passphrase (or QUIPU_PASSPHRASE_FILE)");
  }
  void prints(Chosen& chosen, Tables tables) { chosen.tables[app] = tables; }
  void does(Chosen& chosen, Done (*run)(const Global&, const Options&)) {
    app->callback(
        [&chosen, run, kept = options] { chosen.run = [&chosen, run, kept] { return run(chosen.global, *kept); }; });
  }
};

// A command with one positional argument.
void one_argument(CLI::App& parent, Chosen& chosen, const std::string& name, const std::string& about,
                  const std::string& example, const std::string& argument,
                  Done (*run)(const Global&, const std::string&)) {
  CLI::App* app = parent.add_subcommand(name, about);
  app->footer("Example:\n  " + example + "\n");
  auto value = std::make_shared<std::string>();
  app->add_option(argument, *value)->required();
  app->callback([&chosen, run, value] { chosen.run = [&chosen, run, value] { return run(chosen.global, *value); }; });
}

void no_argument(CLI::App& parent, Chosen& chosen, const std::string& name, const std::string& about,
                 const std::string& example, Done (*run)(const Global&)) {
  CLI::App* app = parent.add_subcommand(name, about);
  app->footer("Example:\n  " + example + "\n");
  app->callback([&chosen, run] { chosen.run = [&chosen, run] { return run(chosen.global); }; });
}

void add_keys(CLI::App& app, Chosen& chosen) {
  CLI::App* key = noun(app, "key", "Keys of an administration");
  Command<KeyNewOptions> make(
      *key, "new", "Draw a new key and write its encrypted file",
      "quipu key new --administration PE --purpose issuer --out pe-desk1.key --label \"desk 1\"");
  make.add("--administration", &KeyNewOptions::administration, "Two-letter code")->required();
  make.add("--purpose", &KeyNewOptions::purpose, "issuer, approver, governance, vote, cosigner, log, transport or side")
      ->required();
  make.add("--out", &KeyNewOptions::out, "File to write; never overwritten")->required();
  make.add("--label", &KeyNewOptions::label, "Free text kept in the file");
  make.passphrase();
  make.flag("--testnet", &KeyNewOptions::testnet, "Cheap to unlock and without a passphrase: for testnets only");
  make.does(chosen, key_new);
  Command<KeyReadyOptions> ready(*key, "ready",
                                 "Show that a new officer's key is held, for its administration to add it",
                                 "quipu key ready pe-desk2.key --out pe-desk2.json\n"
                                 "  quipu submit pe-desk2.json --key pe-governance.key --wait");
  ready.add("FILE", &KeyReadyOptions::key, "An issuer or approver key file")->required();
  ready.add("--out", &KeyReadyOptions::out, "Events file to write, for quipu submit")->required();
  ready.passphrase();
  ready.does(chosen, key_ready);
  one_argument(*key, chosen, "show", "The public part of a key file", "quipu key show pe-desk1.key", "FILE", key_show);
  one_argument(*key, chosen, "sequence", "Which sequence number the key uses next", "quipu key sequence pe-desk1.key",
               "FILE", key_sequence);
}

void add_day_options(Command<LookupOptions>& command, bool with_day) {
  if (with_day) command.add("--on", &LookupOptions::on, "Day, YYYY-MM-DD; today without it");
  command.add("--known-at", &LookupOptions::known_at, "As known at a height, an RFC 3339 instant, or the end of a day");
}

void add_members(CLI::App& app, Chosen& chosen) {
  CLI::App* member = noun(app, "member", "The administrations that take part");
  Command<MemberCardOptions> card(
      *member, "card", "Make the card that an administration hands in for a genesis",
      "quipu member card --keys keys/PE --address 10.0.0.5:8481 --profile members.json --out PE.member.json");
  card.add("--keys", &MemberCardOptions::keys, "Folder of *.key files, one administration's")->required();
  card.add("--address", &MemberCardOptions::address, "HOST:PORT at which the other members reach its node")->required();
  card.add("--out", &MemberCardOptions::out, "File to write, named CC.member.json")->required();
  card.add("--profile", &MemberCardOptions::profile, "JSON of a Member, or of a list that has its entry");
  card.add("--name", &MemberCardOptions::name, "Name of the administration");
  card.add("--utc-offset-minutes", &MemberCardOptions::utc_offset_minutes, "Its legal time");
  card.flag("--dual-control", &MemberCardOptions::dual_control,
            "Grants, suspensions, revocations and annulments need an approval");
  card.flag("--keep-officers", &MemberCardOptions::keep_officers,
            "Also those issuer and approver keys that the ledger has in force (asks --node): what a card leaves out is "
            "revoked");
  card.passphrase();
  card.does(chosen, member_card);
  no_argument(*member, chosen, "list", "Members and their keys in force", "quipu member list --output json",
              member_list);
  Command<LookupOptions> keys(*member, "keys", "Every key that a member has or had", "quipu member keys PE");
  keys.add("ADMINISTRATION", &LookupOptions::name, "Two-letter code")->required();
  add_day_options(keys, false);
  keys.does(chosen, member_keys);
  Command<CompromisedOptions> lost(
      *member, "compromised", "What lost keys signed while others may have used them, and whose answers rest on it",
      "quipu member compromised PE --output json\n"
      "  quipu member compromised PE --reaffirm stand-by.json && quipu submit stand-by.json "
      "--key pe-desk2.key --wait      (after reading it)");
  lost.add("ADMINISTRATION", &CompromisedOptions::name, "Two-letter code")->required();
  lost.add("--on", &CompromisedOptions::on, "Until which day answers are looked at, YYYY-MM-DD; today without it");
  lost.add("--known-at", &CompromisedOptions::known_at,
           "As known at a height, an RFC 3339 instant, or the end of a day");
  lost.add("--reaffirm", &CompromisedOptions::reaffirm,
           "Events file to write that stands by all that is disputed, for people to read and cut down");
  lost.does(chosen, member_compromised);
  lost.app->parse_complete_callback([&chosen, app = lost.app, kept = lost.options] {
    if (kept->reaffirm.empty()) chosen.tables[app] = Tables::kCsv;
  });
  Command<MemberReadyOptions> ready(*member, "ready", "Show that a new vote key is held, once its proposal is accepted",
                                    "quipu member ready BO/IN-7 --vote-key keys/UY/vote.key --out UY.ready.json\n"
                                    "  quipu submit UY.ready.json --key bo-desk1.key --wait      (at any member)");
  ready.add("PROPOSAL", &MemberReadyOptions::proposal, "CC/ID as proposal list prints it")->required();
  ready.add("--vote-key", &MemberReadyOptions::vote_key, "The new member's vote key file")->required();
  ready.add("--out", &MemberReadyOptions::out, "Events file to write, for quipu submit")->required();
  ready.passphrase();
  ready.does(chosen, member_ready);
}

void add_proposals(CLI::App& app, Chosen& chosen) {
  CLI::App* proposal = noun(app, "proposal", "What the members decide together");
  Command<ProposalOpenOptions> open(
      *proposal, "open", "Propose a change; opening it is no vote",
      "quipu proposal open IN-7 --expires 2026-12-31 --card UY.member.json --key bo-governance.key\n"
      "  quipu proposal open OUT-8 --expires 2026-12-31 --remove CO --key bo-governance.key\n"
      "  quipu proposal open P-9 --expires 2026-12-31 --change change.json --key bo-governance.key\n"
      "  change.json: {\"parameter\":{\"name\":\"renewal_grace_days\",\"value\":\"60\"}}");
  open.add("ID", &ProposalOpenOptions::id, "A name of your own: capitals, digits, dashes")->required();
  open.add("--expires", &ProposalOpenOptions::expires, "Last day, YYYY-MM-DD, in UTC")->required();
  CLI::Option* card =
      open.add("--card", &ProposalOpenOptions::card, "Member card: adds the member, or replaces what it is now");
  CLI::Option* remove = open.add("--remove", &ProposalOpenOptions::remove, "Code of the member to remove");
  CLI::Option* change = open.add("--change", &ProposalOpenOptions::change,
                                 "JSON of any change, - for standard input: {\"arrangement\":{...}} and the like");
  card->excludes(remove)->excludes(change);
  remove->excludes(change);
  open.add("--key", &ProposalOpenOptions::key, "Governance key file")->required();
  open.passphrase();
  open.app->callback([&chosen, kept = open.options] {
    if (kept->card.empty() && kept->remove.empty() && kept->change.empty()) {
      throw CLI::RequiredError("--card FILE, --remove CC or --change FILE");
    }
    chosen.run = [&chosen, kept] { return proposal_open(chosen.global, *kept); };
  });
  Command<ProposalVoteOptions> vote(*proposal, "vote", "Vote for a proposal, once and for good",
                                    "quipu proposal vote BO/IN-7 --key pe-governance.key");
  vote.add("PROPOSAL", &ProposalVoteOptions::proposal, "CC/ID as proposal list prints it")->required();
  vote.flag("--reject", &ProposalVoteOptions::reject, "Vote against it");
  vote.add("--key", &ProposalVoteOptions::key, "Governance key file")->required();
  vote.passphrase();
  vote.does(chosen, proposal_vote);
  Command<ProposalListOptions> rows(*proposal, "list", "What is undecided, with the votes that count now",
                                    "quipu proposal list --output json\n  quipu proposal list --opener BO");
  rows.add("--opener", &ProposalListOptions::opener, "All that this administration has opened, decided or not");
  rows.does(chosen, proposal_list);
}

void add_genesis(CLI::App& app, Chosen& chosen) {
  CLI::App* genesis = noun(app, "genesis", "The file that founds a ledger");
  Command<GenesisNewOptions> make(
      *genesis, "new", "Make a genesis from member cards",
      "quipu genesis new --chain-id oea-pilot --members cards --arrangements arrangements.json --out genesis.json");
  make.add("--chain-id", &GenesisNewOptions::chain_id, "Name of the ledger: [a-z0-9][a-z0-9-]{0,62}")->required();
  make.add("--members", &GenesisNewOptions::members, "Folder of *.member.json cards")->required();
  make.add("--arrangements", &GenesisNewOptions::arrangements, "JSON list of the arrangements in force from the start");
  make.add("--out", &GenesisNewOptions::out, "File to write; never overwritten")->required();
  make.does(chosen, genesis_new);
  one_argument(*genesis, chosen, "show", "What a genesis says, checked", "quipu genesis show genesis.json", "FILE",
               genesis_show);
}

void add_submitting(CLI::App& app, Chosen& chosen) {
  Command<SubmitOptions> send(app, "submit", "Sign events and hand them in",
                              "quipu submit revocation.json --key pe-desk1.key --wait");
  send.add("FILE", &SubmitOptions::file, "{\"events\":[{...}]}, or - for standard input")->required();
  auto* key = send.add("--key", &SubmitOptions::key, "Key file that signs");
  auto* there =
      send.flag("--sign-on-node", &SubmitOptions::sign_on_node, "The node signs, where its operator has set that up");
  auto* draft = send.add("--draft", &SubmitOptions::draft,
                         "Name of what it signs; the same file and name again are the same statement");
  key->excludes(there);
  draft->needs(there);
  send.app->parse_complete_callback([options = send.options] {
    if (options->key.empty() && !options->sign_on_node) throw CLI::RequiredError("--key or --sign-on-node");
  });
  send.add("--approve-with", &SubmitOptions::approver_key, "Key file of the approver: approve once it is final")
      ->needs(key);
  send.flag("--wait", &SubmitOptions::wait, "Until it is final, rejected or expired");
  send.passphrase();
  send.does(chosen, submit);
  CLI::App* submission = noun(app, "submission", "Submissions handed in before");
  one_argument(*submission, chosen, "show", "What became of a submission",
               "quipu submission show 60c6f3...  (the id that submit printed)", "ID", submission_show);
}

void add_import(CLI::App& app, Chosen& chosen) {
  CLI::App* import = noun(app, "import", "Bring in what an administration already has");
  Command<ImportHistoryOptions> history(*import, "history",
                                        "Submit a file of dated statements, one a line; goes on where it stopped",
                                        "quipu import history PE.jsonl --key pe-desk1.key --approver-key pe-chief.key");
  history.add("FILE", &ImportHistoryOptions::file, "JSON lines: recorded_on, administration, event, ...")->required();
  history.add("--key", &ImportHistoryOptions::key, "Issuer key; lines of other administrations are skipped")
      ->required();
  history.add("--approver-key", &ImportHistoryOptions::approver_key, "For the lines that say \"approve\": true");
  history.add("--pack", &ImportHistoryOptions::pack, "Most events in one submission")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  history.add("--window", &ImportHistoryOptions::window, "Most submissions on their way at once")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  history.add("--progress", &ImportHistoryOptions::progress,
              "Where to keep how far it came (FILE.CC.quipu-progress); personal data opened goes beside it");
  history.passphrase();
  history.does(chosen, import_history);
  Command<ImportListOptions> list(*import, "list",
                                  "State what an administration's own list has and the ledger has not; run it as often "
                                  "as you like",
                                  "quipu import list oea-peru.csv --key pe-desk1.key --map peru.toml --dry-run\n"
                                  "  quipu import list oea-peru.xlsx --key pe-desk1.key --map peru.toml");
  list.add("FILE", &ImportListOptions::file, "The list: text with separators, or .xlsx")->required();
  list.add("--key", &ImportListOptions::key, "Issuer key")->required();
  list.add("--map", &ImportListOptions::map, "How the list is to be read (docs/lists has examples)");
  list.add("--plan", &ImportListOptions::plan,
           "Under dual control: events file to write with what follows the approval of grants, for quipu submit");
  list.flag("--dry-run", &ImportListOptions::dry_run,
            "Tell what would be stated and what cannot be taken; send nothing");
  list.add("--pack", &ImportListOptions::pack, "Most events in one submission")
      ->check(CLI::Range(4, 256))
      ->capture_default_str();
  list.passphrase();
  list.does(chosen, import_list);
}

void add_reconcile(CLI::App& app, Chosen& chosen) {
  Command<ReconcileOptions> compare(app, "reconcile",
                                    "Where a national list and the ledger differ, and what to state about it",
                                    "quipu reconcile oea-peru.csv --issuer PE --map peru.toml --plan plan.json\n"
                                    "  quipu submit plan.json --key pe-desk1.key --wait      (after reading it)");
  compare.add("FILE", &ReconcileOptions::file, "The list: text with separators, or .xlsx")->required();
  compare.add("--issuer", &ReconcileOptions::issuer, "Whose list it is")->required();
  compare.add("--map", &ReconcileOptions::map, "How the list is to be read (docs/lists has examples)");
  compare.add("--plan", &ReconcileOptions::plan, "Events file to write, for people to read and quipu submit");
  compare
      .add("--grace-days", &ReconcileOptions::grace_days,
           "How long after its end a certificate is renewed (as the members have set it)")
      ->check(CLI::Range(0, 3'660));
  compare.prints(chosen, Tables::kCsv);
  compare.does(chosen, reconcile);
}

void add_approvals(CLI::App& app, Chosen& chosen) {
  CLI::App* approval = noun(app, "approval", "The second pair of eyes");
  no_argument(*approval, chosen, "list", "Events that wait for an approval", "quipu approval list", approval_list);
  Command<ApprovalGiveOptions> give(*approval, "give", "Approve an event",
                                    "quipu approval give 60c6f3.../0 --key pe-chief.key");
  give.add("REFERENCE", &ApprovalGiveOptions::reference, "LEAF/EVENT as approval list prints it")->required();
  give.add("--key", &ApprovalGiveOptions::key, "Approver key file")->required();
  give.add("--decided-on", &ApprovalGiveOptions::decided_on,
           "Day of the approval's decision, YYYY-MM-DD; today without it");
  give.passphrase();
  give.does(chosen, approval_give);
}

void add_recognise(CLI::App& app, Chosen& chosen) {
  Command<RecogniseOptions> ask(
      app, "recognise", "Does an administration recognise a firm, in a role, on a day?",
      "quipu recognise --tin BR15113005000188 --by DO --role EXPORTER --flow EXPORT --on 2026-03-01\n"
      "  quipu recognise --alias MID:BRACME123SAO --by DO --role EXPORTER --flow EXPORT --on 2026-03-01\n"
      "  quipu recognise --tin PE10456789012 --salt 3q2+7w... --by DO --role BROKER --flow IMPORT --on 2026-03-01\n"
      "  quipu recognise --tin BR15113005000188 --by DO --role EXPORTER --flow EXPORT --on 2026-03-01 --proof "
      "answer.quipu-recognition\n"
      "  quipu recognise --batch declarations.csv > answers.csv\n"
      "  quipu recognise --batch declarations.csv --summary");
  CLI::Option* batch =
      ask.add("--batch", &RecogniseOptions::batch,
              "CSV with date,recogniser,role,flow and tin or alias, may be salt; - for standard input");
  ask.flag("--summary", &RecogniseOptions::summary, "Of a batch: how many of which partner, and why not")->needs(batch);
  for (auto [name, into, about] :
       {std::tuple{"--tin", &RecogniseOptions::tin, "Tax number as declared"},
        std::tuple{"--alias", &RecogniseOptions::alias, "Or how the recogniser knows it, KIND:VALUE"},
        std::tuple{"--salt", &RecogniseOptions::salt, "Of a natural person's number: what opens it, in base64"},
        std::tuple{"--by", &RecogniseOptions::by, "Recogniser, two letters"},
        std::tuple{"--role", &RecogniseOptions::role, "EXPORTER, IMPORTER, BROKER, ..."},
        std::tuple{"--flow", &RecogniseOptions::flow, "IMPORT or EXPORT"},
        std::tuple{"--on", &RecogniseOptions::on, "Day of the declaration, YYYY-MM-DD"}}) {
    ask.add(name, into, about)->excludes(batch);
  }
  CLI::Option* known_at = ask.add("--known-at", &RecogniseOptions::known_at,
                                  "As known at a height, an RFC 3339 instant, or the end of a day");
  ask.add("--proof", &RecogniseOptions::proof,
          "Write what proves the answer to this file; it is then as known at the newest published checkpoint, not now")
      ->excludes(batch)
      ->excludes(known_at)
      ->excludes(ask.app->get_option("--salt"));
  ask.app->callback([&chosen, app = ask.app, kept = ask.options] {
    const bool whole = kept->tin.empty() != kept->alias.empty() && !kept->by.empty() && !kept->role.empty() &&
                       !kept->flow.empty() && !kept->on.empty() && (kept->salt.empty() || !kept->tin.empty());
    if (kept->batch.empty() && !whole)
      throw CLI::RequiredError("--tin (may be with --salt) or --alias with --by --role --flow --on, or --batch");
    if (!kept->batch.empty()) chosen.tables[app] = Tables::kCsv;
    chosen.run = [&chosen, kept] { return recognise(chosen.global, *kept); };
  });
}

void add_lookups(CLI::App& app, Chosen& chosen) {
  CLI::App* operators = noun(app, "operator", "Firms");
  one_argument(*operators, chosen, "identity", "Who a firm is, where this node's administration may know it",
               "quipu operator identity PE/S-0001 --token-file side.token", "NAME", operator_identity);
  Command<LookupOptions> firm(*operators, "show", "One firm, its certificates on a day",
                              "quipu operator show PE20100130204 --on 2026-03-01\n"
                              "  quipu operator show MID:PEACME123LIM --by DO");
  firm.add("NAME", &LookupOptions::name, "TIN, CC/SUBJECT, or with --by an alias, KIND:VALUE")->required();
  firm.add("--by", &LookupOptions::by, "The administration that knows it by that alias");
  add_day_options(firm, true);
  firm.does(chosen, operator_show);
  Command<LookupOptions> report(*operators, "report",
                                "All that is known of one operator: on the ledger, on this node, and what was erased",
                                "quipu operator report PE/PE-0FB54E3803 --token-file side.token\n"
                                "  quipu operator report PE/PE-0FB54E3803 --token-file side.token --output json");
  report.add("NAME", &LookupOptions::name, "CC/SUBJECT")->required();
  add_day_options(report, false);
  report.prints(chosen, Tables::kCsv);
  report.does(chosen, operator_report);
  CLI::App* certificates = noun(app, "certificate", "Certificates");
  Command<LookupOptions> one(*certificates, "show", "One certificate on a day",
                             "quipu certificate show PE/PEAEOS00021 --on 2026-03-01");
  one.add("NAME", &LookupOptions::name, "CC/NUMBER")->required();
  add_day_options(one, true);
  one.does(chosen, certificate_show);
  Command<LookupOptions> history(*certificates, "history", "Every event of a certificate",
                                 "quipu certificate history PE/PEAEOS00021");
  history.add("NAME", &LookupOptions::name, "CC/NUMBER")->required();
  add_day_options(history, false);
  history.does(chosen, certificate_history);
  Command<LookupOptions> exposure(*certificates, "exposure", "Who relied on an annulled certificate, and on which days",
                                  "quipu certificate exposure PE/PEAEOS00021 --output csv");
  exposure.add("NAME", &LookupOptions::name, "CC/NUMBER")->required();
  add_day_options(exposure, false);
  exposure.prints(chosen, Tables::kCsv);
  exposure.does(chosen, certificate_exposure);
  Command<LookupOptions> matrix(app, "arrangements", "Who recognises whom, on a day",
                                "quipu arrangements --on 2026-03-01");
  add_day_options(matrix, true);
  matrix.does(chosen, arrangements);
}

void add_records(CLI::App& app, Chosen& chosen) {
  CLI::App* record = noun(app, "record", "Personal data beside the ledger");
  one_argument(*record, chosen, "put", "Hand in what an import opened, or what it could not hand in",
               "quipu record put PE.jsonl.PE.quipu-records --token-file side.token", "FILE", record_put);
  CLI::App* erasure = noun(app, "erasure", "What was deleted on this node");
  no_argument(*erasure, chosen, "list", "This node's account of every erasure", "quipu erasure list", erasure_list);
}

void add_list(CLI::App& app, Chosen& chosen) {
  Command<ListOptions> rows(
      app, "list", "Full lists of a day: whom CC has certified, or whom CC recognises",
      "quipu list --issuer PE --output csv > pe.csv\n  quipu list --by DO --on 2026-03-01 --output csv");
  CLI::Option* issuer = rows.add("--issuer", &ListOptions::issuer, "Certificates of this administration");
  rows.add("--by", &ListOptions::by, "Firms that this administration recognises")->excludes(issuer);
  rows.add("--on", &ListOptions::on, "Day, YYYY-MM-DD; today without it");
  rows.add("--out", &ListOptions::out, "Workbook to write with --output xlsx");
  rows.add("--known-at", &ListOptions::known_at, "As known at a height, an RFC 3339 instant, or the end of a day");
  rows.add("--page-rows", &ListOptions::page_rows, "Rows asked for at once")
      ->check(CLI::Range(1, 5'000))
      ->capture_default_str();
  rows.flag("--all", &ListOptions::all, "With --issuer: of every status, not the active alone");
  rows.prints(chosen, Tables::kCsvAndXlsx);
  rows.app->callback([&chosen, kept = rows.options] {
    if (kept->issuer.empty() && kept->by.empty()) throw CLI::RequiredError("--issuer CC or --by CC");
    chosen.run = [&chosen, kept] { return list(chosen.global, *kept); };
  });
}

void add_changes(CLI::App& app, Chosen& chosen) {
  Command<ChangesOptions> rows(app, "changes", "What was stated since a height or a time, in the order of the log",
                               "quipu changes --since 1200 --by PE --arrangement ARR --output csv > changes.csv\n"
                               "  quipu changes --since 2026-03-01 --by PE");
  rows.add("--since", &ChangesOptions::since, "Height, RFC 3339 instant, or the end of a day: what came after it")
      ->required();
  rows.add("--by", &ChangesOptions::by, "Only what bears on the firms that this administration recognises");
  rows.add("--arrangement", &ChangesOptions::arrangement, "Only under this arrangement; OWN is one's own programme");
  rows.add("--out", &ChangesOptions::out, "Workbook to write with --output xlsx");
  rows.add("--known-at", &ChangesOptions::known_at, "Until a height, an RFC 3339 instant, or the end of a day");
  rows.add("--page-rows", &ChangesOptions::page_rows, "Rows asked for at once")
      ->check(CLI::Range(1, 5'000))
      ->capture_default_str();
  rows.prints(chosen, Tables::kCsvAndXlsx);
  rows.does(chosen, changes);
}

void add_indicators(CLI::App& app, Chosen& chosen) {
  Command<IndicatorsOptions> rows(
      app, "indicators", "How much recognition is used and what it brings, beside the control group",
      "quipu indicators --reporter PE --from 2026-01 --to 2026-06\n"
      "  quipu indicators --group-by reporter,partner --period quarter --output csv > indicators.csv");
  rows.add("--arrangement", &IndicatorsOptions::arrangement, "Of this arrangement alone");
  rows.add("--reporter", &IndicatorsOptions::reporter, "Of the administration that cleared the goods");
  rows.add("--partner", &IndicatorsOptions::partner, "Of the administration that had certified the firms");
  rows.add("--flow", &IndicatorsOptions::flow, "IMPORT or EXPORT");
  rows.add("--mode", &IndicatorsOptions::mode, "SEA, AIR, ROAD, RAIL or OTHER");
  rows.add("--from", &IndicatorsOptions::from, "First month, YYYY-MM");
  rows.add("--to", &IndicatorsOptions::to, "Last month, YYYY-MM");
  rows.add("--period", &IndicatorsOptions::period, "A row for each month, quarter or year; without it one for all");
  rows.add("--group-by", &IndicatorsOptions::group_by,
           "What is kept apart: some of arrangement,reporter,partner,flow,mode; or none");
  rows.add("--out", &IndicatorsOptions::out, "Workbook to write with --output xlsx");
  rows.add("--known-at", &IndicatorsOptions::known_at,
           "With the revisions known at a height, an RFC 3339 instant, or the end of a day");
  rows.prints(chosen, Tables::kCsvAndXlsx);
  rows.does(chosen, indicators);
}

void add_worklist(CLI::App& app, Chosen& chosen) {
  Command<WorklistOptions> rows(app, "worklist", "What ends soon, what is overdue, what waits for an approval",
                                "quipu worklist --issuer PE --days 30\n  quipu worklist --issuer PE --output csv");
  rows.add("--issuer", &WorklistOptions::issuer, "Of this administration; without it of all");
  rows.add("--days", &WorklistOptions::days, "How many days ahead certificates that end are listed")
      ->check(CLI::Range(0, 3'660))
      ->capture_default_str();
  rows.add("--on", &WorklistOptions::on, "As of a day, YYYY-MM-DD; today without it");
  rows.add("--out", &WorklistOptions::out, "Workbook to write with --output xlsx");
  rows.add("--known-at", &WorklistOptions::known_at, "As known at a height, an RFC 3339 instant, or the end of a day");
  rows.prints(chosen, Tables::kCsvAndXlsx);
  rows.does(chosen, worklist);
}

void add_cases(CLI::App& app, Chosen& chosen) {
  CLI::App* cases = noun(app, "case", "Irregularities and appeals");
  Command<CasesOptions> rows(*cases, "list", "What waits for an answer or a decision, the most urgent first",
                             "quipu case list --issuer PE\n  quipu case list --reporter BO --state ALL --output csv");
  rows.add("--issuer", &CasesOptions::issuer, "Who has to answer or decide");
  rows.add("--reporter", &CasesOptions::reporter, "Irregularities that this administration reported");
  rows.add("--kind", &CasesOptions::kind, "IRREGULARITY or APPEAL; both without it");
  rows.add("--state", &CasesOptions::state, "OPEN (overdue ones too), OVERDUE, CLOSED or ALL; OPEN without it");
  rows.add("--on", &CasesOptions::on, "As of a day, YYYY-MM-DD; today without it");
  rows.add("--out", &CasesOptions::out, "Workbook to write with --output xlsx");
  rows.add("--known-at", &CasesOptions::known_at, "As known at a height, an RFC 3339 instant, or the end of a day");
  rows.prints(chosen, Tables::kCsvAndXlsx);
  rows.does(chosen, case_list);
  Command<LookupOptions> one(*cases, "show", "One irregularity with its answers", "quipu case show BO/C-12");
  one.add("NAME", &LookupOptions::name, "REPORTER/CASE")->required();
  add_day_options(one, true);
  one.does(chosen, case_show);
}

void add_statistics(CLI::App& app, Chosen& chosen) {
  CLI::App* statistics =
      noun(app, "statistics", "What issuers state of their programmes, beside the ledger's own count");
  Command<StatisticsOptions> rows(*statistics, "list", "A row for each issuer and month",
                                  "quipu statistics list --issuer PE --from 2026-01\n"
                                  "  quipu statistics list --mismatch --output csv");
  rows.add("--issuer", &StatisticsOptions::issuer, "Of this administration; without it of all");
  rows.add("--from", &StatisticsOptions::from, "First month, YYYY-MM");
  rows.add("--to", &StatisticsOptions::to, "Last month, YYYY-MM");
  rows.flag("--mismatch", &StatisticsOptions::mismatch, "Only where the figures differ from the ledger's count");
  rows.add("--out", &StatisticsOptions::out, "Workbook to write with --output xlsx");
  rows.add("--known-at", &StatisticsOptions::known_at,
           "As known at a height, an RFC 3339 instant, or the end of a day");
  rows.prints(chosen, Tables::kCsvAndXlsx);
  rows.does(chosen, statistics_list);
  Command<LookupOptions> month(*statistics, "show", "One month, counted again from the ledger as it is now",
                               "quipu statistics show PE/2026-03");
  month.add("NAME", &LookupOptions::name, "CC/MONTH")->required();
  add_day_options(month, false);
  month.does(chosen, statistics_show);
}

struct ReceiptOptions {
  std::string id, out;
};
struct ExportOptions {
  std::string out;
};

void add_files(CLI::App& app, Chosen& chosen) {
  Command<ReceiptOptions> proof(app, "receipt", "Fetch the receipt of a final submission",
                                "quipu receipt 60c6f3... --out grant.tlog-proof");
  proof.add("ID", &ReceiptOptions::id, "Id of the submission")->required();
  proof.add("--out", &ReceiptOptions::out, "File to write")->required();
  proof.does(chosen, [](const Global& global, const ReceiptOptions& options) {
    return receipt(global, options.id, options.out);
  });
  Command<ReceiptOptions> status(
      *noun(app, "proof", "Proofs to be kept and checked offline"), "status",
      "Fetch what a published checkpoint proves of a certificate, also that there is none, or of all of an "
      "administration",
      "quipu proof status PE/OEA-2024-0001 --out firm.quipu-status");
  status.add("CERTIFICATE", &ReceiptOptions::id, "CC/NUMBER, or CC for all that it has ever issued")->required();
  status.add("--out", &ReceiptOptions::out, "File to write")->required();
  status.does(chosen, [](const Global& global, const ReceiptOptions& options) {
    return status_proof(global, options.id, options.out);
  });
  Command<ExportOptions> bundle(app, "export", "Write the whole ledger as an audit bundle, checked while it is fetched",
                                "quipu export --out bundle && quipu-audit verify bundle --genesis genesis.json");
  bundle.add("--out", &ExportOptions::out, "Folder to make")->required();
  bundle.does(chosen,
              [](const Global& global, const ExportOptions& options) { return export_bundle(global, options.out); });
}

void add_mirror(CLI::App& app, Chosen& chosen) {
  Command<MirrorOptions> copy(app, "mirror",
                              "Keep a verified copy of a node's mirror, brought up to each new checkpoint",
                              "quipu mirror http://bo.example:8480 bo-mirror/ --once && quipu-audit verify bo-mirror/ "
                              "--genesis genesis.json");
  copy.add("URL", &MirrorOptions::url, "The node; or a PostgreSQL database, postgres://..., to be filled with tables")
      ->required();
  CLI::Option* folder = copy.add("DIR", &MirrorOptions::folder, "Folder of the copy, new or one to go on with");
  CLI::Option* from = copy.add("--from", &MirrorOptions::from,
                               "Tables: the node's URL, or a folder that holds a mirror; else the node of --node");
  copy.add("--genesis", &MirrorOptions::genesis, "Tables: the network's genesis file, as you were given it");
  copy.add("--ledger", &MirrorOptions::ledger, "Tables: folder of the verified ledger that they are made from");
  copy.add("--events-at-once", &MirrorOptions::events_at_once, "Tables: how many go into one transaction")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  from->excludes(folder);
  copy.flag("--once", &MirrorOptions::once, "End when the copy is at the newest checkpoint");
  copy.add("--every", &MirrorOptions::every_s, "Seconds between looks for a newer one")->check(CLI::Range(1, 86'400));
  copy.does(chosen, [](const Global& global, const MirrorOptions& options) {
    return postgres::is_postgres_url(options.url) ? mirror_to_postgres(global, options) : mirror(global, options);
  });
  copy.app->parse_complete_callback([folder, kept = copy.options] {
    if (postgres::is_postgres_url(kept->url) == (folder->count() > 0))
      throw CLI::ValidationError("DIR", "a node's mirror goes into a DIR, a database has none");
  });
}

void add_node(CLI::App& app, Chosen& chosen) {
  CLI::App* node = noun(app, "node", "The node asked");
  no_argument(*node, chosen, "status", "Height, age, consensus, pool", "quipu node status --node http://127.0.0.1:8482",
              node_status);
  no_argument(*node, chosen, "peers", "The other members, as this node sees them", "quipu node peers", node_peers);
  no_argument(*node, chosen, "drain", "Take no more submissions and be not ready, before a restart; by its Unix socket",
              "quipu node drain --node unix:/var/lib/quipu/admin.socket",
              [](const Global& global) { return node_admin(global, "drain"); });
  no_argument(*node, chosen, "resume", "Undo drain", "quipu node resume --node unix:/var/lib/quipu/admin.socket",
              [](const Global& global) { return node_admin(global, "resume"); });
  one_argument(*node, chosen, "log-level", "Log more or less until the next start; by its Unix socket",
               "quipu node log-level debug --node unix:/var/lib/quipu/admin.socket", "LEVEL", node_log_level);
  CLI::App* block = noun(app, "block", "Blocks of the ledger");
  one_argument(*block, chosen, "show", "What a block holds and who signed it", "quipu block show 12", "HEIGHT",
               block_show);
  CLI::App* evidence = noun(app, "evidence", "Votes that prove a member guilty");
  no_argument(*evidence, chosen, "list", "The pairs of contradicting votes that this node has", "quipu evidence list",
              evidence_list);
}

// What works on a node's own disk is quipud's: it has the database, and belongs to the node's user.
void add_care(CLI::App& app, Chosen& chosen) {
  const std::pair<const char*, const char*> commands[] = {
      {"backup", "Back up a node, verified (quipud backup)"},
      {"restore", "Make a node's directory from a backup (quipud restore)"},
      {"reindex", "Make a ledger's indexes anew from its leaves (quipud reindex)"},
      {"doctor", "Tell what is wrong with a node, and what to do (quipud doctor)"}};
  for (const auto& [name, what] : commands) {
    CLI::App* command = app.add_subcommand(name, what);
    command->fallthrough(false);
    command->prefix_command();
    command->set_help_flag();
    command->callback([&chosen, command] {
      chosen.run = [&chosen, words = command->remaining(), name = command->get_name()] {
        return hand_over(chosen.global, name, words);
      };
    });
  }
}

void add_global(CLI::App& app, Chosen& chosen) {
  static const std::map<std::string, Output> outputs{
      {"text", Output::kText}, {"json", Output::kJson}, {"csv", Output::kCsv}, {"xlsx", Output::kXlsx}};
  app.add_option("--node", chosen.global.node, "URL of the node to ask: http://, https:// or unix:SOCKET")
      ->envname("QUIPU_NODE")
      ->capture_default_str();
  app.add_option("--token-file", chosen.global.token_file, "File whose first line is a token of the node")
      ->envname("QUIPU_TOKEN_FILE");
  app.add_option("--ca", chosen.global.ca,
                 "Of https://: PEM file of the CA that signed the node's certificate [the machine's store]")
      ->envname("QUIPU_CA");
  app.add_option("--client-certificate", chosen.global.client_certificate,
                 "Of https://: PEM file of a certificate that the node knows, in place of a token")
      ->envname("QUIPU_CLIENT_CERTIFICATE");
  app.add_option("--client-key", chosen.global.client_key, "PEM file of its key, where that is another")
      ->envname("QUIPU_CLIENT_KEY");
  // CLI11 2.1 would print the numbers of this enum as letters, which they are not.
  app.add_option_function<std::string>(
         "--output", [&chosen](const std::string& word) { chosen.global.output = outputs.at(word); },
         "text, json, or where there are rows csv, or xlsx with --out")
      ->check(CLI::IsMember({"text", "json", "csv", "xlsx"}))
      ->default_str("text");
  app.set_version_flag("--version", "quipu " QUIPU_VERSION);
  app.require_subcommand(1);
  // --node and --output may stand after the command too.
  app.fallthrough();
  app.footer("Each command has its own --help with an example.\nExit codes: 0 done, 1 failed, 2 wrong usage.");
}

int report(const Done& done) {
  if (done) return 0;
  std::cout << std::flush;
  std::cerr << "quipu: " << done.error() << "\n";
  return 1;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app("Quipu: a shared ledger of AEO certificates", "quipu");
  app.failure_message(usage::misread);
  Chosen chosen;
  add_global(app, chosen);
  add_keys(app, chosen);
  add_members(app, chosen);
  add_genesis(app, chosen);
  add_submitting(app, chosen);
  add_import(app, chosen);
  add_reconcile(app, chosen);
  add_approvals(app, chosen);
  add_proposals(app, chosen);
  add_recognise(app, chosen);
  add_lookups(app, chosen);
  add_records(app, chosen);
  add_list(app, chosen);
  add_changes(app, chosen);
  add_indicators(app, chosen);
  add_worklist(app, chosen);
  add_cases(app, chosen);
  add_statistics(app, chosen);
  add_files(app, chosen);
  add_mirror(app, chosen);
  add_node(app, chosen);
  add_care(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const auto why = other_output(app, chosen.tables, chosen.global.output)) {
    std::cerr << "quipu: " << *why << "\n";
    return 2;
  }
  return report(chosen.run());
}

}  // namespace quipu::cli
