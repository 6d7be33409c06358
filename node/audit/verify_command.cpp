// SPDX-License-Identifier: Apache-2.0
#include "node/audit/verify_command.h"

#include <unistd.h>

#include <cstdio>
#include <expected>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "crypto/signature.h"
#include "node/audit/directory_bundle.h"
#include "node/audit/document.h"
#include "node/audit/verify.h"

namespace quipu::audit {
namespace {

namespace fs = std::filesystem;

constexpr int kDone = 0, kFailed = 1;

// A bar on the terminal, redrawn when another percent is done.
class ProgressBar {
 public:
  void operator()(std::uint64_t done, std::uint64_t total) {
    const auto percent = static_cast<int>(total == 0 ? 100 : done * 100 / total);
    if (percent == shown_) return;
    shown_ = percent;
    std::fprintf(stderr, "\r[%-50.*s] %3d %% of %llu leaves", percent / 2,
                 "##################################################", percent, static_cast<unsigned long long>(total));
    if (percent == 100) std::fputc('\n', stderr);
  }

 private:
  int shown_ = -1;
};

int could_not(const std::string& why) {
  std::cout << "COULD-NOT-CHECK " << why << "\n";
  return kFailed;
}

// What was named on the command line, opened. Reports name the others by their place on it, never by their paths.
struct Opened {
  Bytes genesis;
  std::unique_ptr<Bundle> mirror;
  std::unique_ptr<Bundle> records{};
  std::vector<std::unique_ptr<Bundle>> others{};
  std::vector<Supplied> supplied{};
  std::optional<Bytes> position{};
};

std::expected<void, std::string> open_others(Opened& out, const VerifyArguments& arguments) {
  for (const auto& directory : arguments.against) {
    auto other = open_directory(directory, "against-" + std::to_string(out.others.size() + 1));
    if (!other) return std::unexpected(other.error());
    out.others.push_back(*std::move(other));
  }
  for (const auto& path : arguments.receipts) {
    auto content = read_file(path);
    if (!content) return std::unexpected(content.error());
    out.supplied.push_back({"receipt-" + std::to_string(out.supplied.size() + 1), *std::move(content)});
  }
  if (arguments.records.empty()) return {};
  auto records = open_directory(arguments.records, "records");
  if (!records) return std::unexpected(records.error());
  out.records = *std::move(records);
  return {};
}

std::expected<Opened, std::string> open(const VerifyArguments& arguments) {
  auto genesis = read_file(arguments.genesis);
  if (!genesis) return std::unexpected(genesis.error());
  auto mirror = open_directory(arguments.directory, "mirror");
  if (!mirror) return std::unexpected(mirror.error());
  // A mirror from which a file was taken is broken; a folder that never was one is a slip of the hand.
  if (!(*mirror)->has("genesis") && !(*mirror)->has("checkpoint"))
    return std::unexpected(arguments.directory + " holds no mirror: name a directory made by quipu export");
  Opened out{.genesis = *std::move(genesis), .mirror = *std::move(mirror)};
  if (auto others = open_others(out, arguments); !others) return std::unexpected(others.error());
  if (!arguments.position.empty() && fs::exists(arguments.position)) {
    auto position = read_file(arguments.position);
    if (!position) return std::unexpected(position.error());
    out.position = *std::move(position);
  }
  return out;
}

// Whole or not at all, so that an interruption leaves the position before. A position that cannot be saved is said, and
// costs the next audit time, nothing else.
void save_position(const fs::path& path, const Bytes& position) {
  const fs::path beside = path.string() + ".new";
  std::ofstream file(beside, std::ios::binary);
  file << position << std::flush;
  file.close();
  std::error_code error;
  if (file) fs::rename(beside, path, error);
  if (!file || error) std::cerr << "quipu-audit: cannot save the position in " << path.string() << "\n";
}

std::string format_of(const VerifyArguments& arguments) {
  if (!arguments.report_format.empty()) return arguments.report_format;
  const auto suffix = fs::path(arguments.report).extension();
  if (suffix == ".html" || suffix == ".htm") return "html";
  return suffix == ".txt" || suffix == ".text" ? "text" : "json";
}

bool write_report(const VerifyArguments& arguments, const Report& report) {
  const std::string format = format_of(arguments);
  std::ofstream file(arguments.report, std::ios::binary);
  if (format == "json") {
    file << report.json();
  } else {
    file << (format == "html" ? html_of(document_of(report)) : text_of(document_of(report)));
  }
  file << std::flush;
  return file.good();
}

}  // namespace

int run_verify(const VerifyArguments& arguments) {
  if (!crypto::self_test()) return could_not("this machine's cryptography fails its self-test");
  auto opened = open(arguments);
  if (!opened) return could_not(opened.error());
  Request request{.bundle = *opened->mirror, .genesis = std::move(opened->genesis)};
  for (const auto& other : opened->others) request.elsewhere.push_back(other.get());
  request.records = opened->records.get();
  request.supplied = std::move(opened->supplied);
  request.position = std::move(opened->position);
  if (!arguments.position.empty()) {
    request.save = [&](const Bytes& position) { save_position(arguments.position, position); };
  }
  request.threads = std::thread::hardware_concurrency();
  if (isatty(STDERR_FILENO) == 1) request.progress = ProgressBar();
  const Report report = verify(request);
  if (!arguments.report.empty() && !write_report(arguments, report))
    return could_not("cannot write " + arguments.report);
  std::cout << (arguments.output == "json" ? report.json() : report.text());
  return report.verdict() == Verdict::kVerified ? kDone : kFailed;
}

}  // namespace quipu::audit
