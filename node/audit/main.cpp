// SPDX-License-Identifier: Apache-2.0
// quipu-audit: checks mirrors and receipts offline, from files alone.
#include <CLI/CLI.hpp>

#include "node/audit/fork_commands.h"
#include "node/audit/receipt_command.h"
#include "node/audit/status_command.h"
#include "node/audit/verify_command.h"
#include "node/usage/misread.h"

namespace quipu::audit {
namespace {

constexpr int kDone = 0, kWrongUsage = 2;

void add_verify_command(CLI::App& app, VerifyArguments& verify, int& result) {
  auto* command = app.add_subcommand("verify", "Recompute everything a mirror directory holds");
  command->add_option("directory", verify.directory, "The mirror")->required();
  command->add_option("--genesis", verify.genesis, "The genesis file, from a source you trust")->required();
  command->add_option("--against", verify.against, "Another mirror of the chain; may be repeated");
  command->add_option(
      "--receipt", verify.receipts,
      "A .tlog-proof, or what quipu-audit status checks, that must be of this history; may be repeated");
  command->add_option("--records", verify.records, "A directory of side records, each named by its commitment in hex");
  command->add_option(
      "--position", verify.position,
      "Go on from this file, which an earlier audit saved, if it is there; save how far this one comes");
  command->add_option("--report", verify.report, "Write the whole report to this file: .html, .txt, else JSON");
  command->add_option("--report-format", verify.report_format, "text, json or html, whatever the file is called")
      ->check(CLI::IsMember({"text", "json", "html"}));
  command->add_option("--output", verify.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->footer(
      "The last line is VERIFIED, BROKEN or COULD-NOT-CHECK, the one before it the report's digest: the SHA-256 of "
      "the\n"
      "JSON report, equal for equal files on every machine. Exit codes: 0 VERIFIED, 1 the others, 2 wrong usage.\n"
      "Example: quipu-audit verify mirror/ --genesis genesis.json --report report.html");
  command->callback([&] { result = run_verify(verify); });
}

void add_fork_commands(CLI::App& app, CompareArguments& compare, ForkArguments& fork, int& result) {
  auto* compare_command =
      app.add_subcommand("compare", "Is one history the beginning of the other, or who forked them?");
  compare_command->add_option("first", compare.first, "A mirror's directory, or a checkpoint note")->required();
  compare_command->add_option("second", compare.second, "Another of the same chain")->required();
  compare_command->add_option("--genesis", compare.genesis, "The genesis file, from a source you trust")->required();
  compare_command->add_option("--out", compare.out, "If they forked, write the proof into this directory");
  compare_command->add_option("--output", compare.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  compare_command->footer(
      "The last line is SAME, PREFIX, FORK, CONTRADICTION or COULD-NOT-CHECK.\n"
      "Exit codes: 0 SAME or PREFIX, 1 COULD-NOT-CHECK, 2 wrong usage, 3 FORK or CONTRADICTION.\n"
      "Examples:\n"
      "  quipu-audit compare export-bo/ export-pe/ --genesis genesis.json --out proofs/\n"
      "  quipu-audit compare checkpoint-of-last-year export-pe/ --genesis genesis.json --output json");
  compare_command->callback([&] { result = run_compare(compare); });

  auto* fork_command = app.add_subcommand("fork", "Check a .quipu-fork, the proof that compare --out writes");
  fork_command->add_option("file", fork.file, "The proof")->required();
  fork_command->add_option("--genesis", fork.genesis, "The genesis file, from a source you trust")->required();
  fork_command->add_option("--output", fork.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  fork_command->footer(
      "The last line begins with PROVEN, NOT-PROVEN or COULD-NOT-CHECK.\n"
      "Exit codes: 0 PROVEN, 1 anything else, 2 wrong usage.\n"
      "Example:\n"
      "  quipu-audit fork proofs/5d41402a.quipu-fork --genesis genesis.json");
  fork_command->callback([&] { result = run_fork(fork); });
}

int run(int argc, char** argv) {
  CLI::App app("Checks a Quipu mirror or receipt offline: files and keys, nothing else.", "quipu-audit");
  app.failure_message(usage::misread);
  app.set_version_flag("--version", "quipu-audit " QUIPU_VERSION);
  app.footer(
      "Examples:\n"
      "  quipu-audit verify mirror/ --genesis genesis.json --against other-mirror/\n"
      "  quipu-audit compare mirror/ other-mirror/ --genesis genesis.json");
  app.require_subcommand(1);
  int result = kDone;

  VerifyArguments verify_arguments;
  add_verify_command(app, verify_arguments, result);

  ReceiptArguments receipt;
  auto* receipt_command = app.add_subcommand("receipt", "Check a .tlog-proof against a trust policy");
  receipt_command->add_option("file", receipt.file, "The receipt")->required();
  receipt_command->add_option("--policy", receipt.policy, "The policy file, e.g. policy/0 of a mirror you trust")
      ->required();
  receipt_command->add_option("--output", receipt.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  receipt_command->footer("Example: quipu-audit receipt grant.tlog-proof --policy policy-0");
  receipt_command->callback([&] { result = run_receipt(receipt); });

  StatusArguments status;
  auto* status_command = app.add_subcommand(
      "status",
      "Check a .quipu-status, .quipu-status-list or .quipu-recognition against a trust policy, and say what it proves");
  status_command->add_option("file", status.file, "The status proof")->required();
  status_command->add_option("--policy", status.policy, "The policy file, e.g. policy/0 of a mirror you trust")
      ->required();
  status_command->add_option("--certificate", status.certificate,
                             "CC/NUMBER that it must be about; needed to read an absence");
  status_command->add_option("--on", status.on, "The day asked about; that of the proof's block without it");
  status_command->add_option("--output", status.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  status_command->footer(
      "Example: quipu-audit status firm.quipu-status --policy policy-0 --certificate PE/OEA-2024-0001 --on 2026-06-30\n"
      "         quipu-audit status answer.quipu-recognition --policy policy-0");
  status_command->callback([&] { result = run_status(status); });

  CompareArguments compare_arguments;
  ForkArguments fork_arguments;
  add_fork_commands(app, compare_arguments, fork_arguments, result);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUsage;
  }
  return result;
}

}  // namespace
}  // namespace quipu::audit

int main(int argc, char** argv) { return quipu::audit::run(argc, argv); }
