// SPDX-License-Identifier: Apache-2.0
// A node's mirror in a folder: once, or for good.
#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/mirror_copy.h"

namespace quipu::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::chrono::milliseconds kLook(200);

std::atomic<bool> interrupted = false;
void interrupt(int) { interrupted = true; }

// False once the program is to end.
bool pass_seconds(std::int64_t seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!interrupted && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(kLook);
  return !interrupted;
}

void tell(const Global& global, const MirrorCopy& copy, const std::string& folder) {
  print_answer(json::object{{"mirror", folder}, {"height", copy.height()}, {"size", copy.size()}}, global.output);
  std::cout << std::flush;
}

}  // namespace

Done export_bundle(const Global& global, const std::string& out) {
  if (fs::exists(out)) return std::unexpected(out + " exists: export into a new folder");
  const fs::path partial = out + ".partial";
  std::error_code error;
  fs::remove_all(partial, error);
  fs::create_directories(partial, error);
  if (error) return std::unexpected("cannot make " + partial.string() + ": " + error.message());
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  MirrorCopy bundle(*node, partial);
  if (auto done = bundle.update(); !done) return std::unexpected(done.error());
  fs::rename(partial, out, error);
  if (error) return std::unexpected("cannot name the bundle " + out + ": " + error.message());
  print_answer(json::object{{"bundle", out}, {"height", bundle.height()}, {"size", bundle.size()}}, global.output);
  return {};
}

// A node that does not answer for a while is asked again; what contradicts the copy ends it.
Done mirror(const Global& global, const MirrorOptions& options) {
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error) return std::unexpected("cannot make " + options.folder + ": " + error.message());
  Global of_url = global;
  of_url.node = options.url;
  auto node = connect(of_url);
  if (!node) return std::unexpected(node.error());
  MirrorCopy copy(*node, options.folder);
  if (auto opened = copy.open(); !opened) return opened;
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  do {
    const auto news = copy.update();
    if (!news && (options.once || copy.contradicted())) return std::unexpected(news.error());
    if (!news) {
      std::cerr << "not now: " << news.error() << "\n";
      if (auto opened = copy.open(); !opened) return opened;
    } else if (*news == MirrorCopy::News::kYes || options.once) {
      tell(global, copy, options.folder);
    }
  } while (!options.once && pass_seconds(options.every_s));
  return {};
}

}  // namespace quipu::cli
