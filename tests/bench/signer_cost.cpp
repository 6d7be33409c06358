// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/signer_cost.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <vector>

#include "crypto/digest.h"
#include "crypto/keyfile.h"
#include "node/signer/remote_signing.h"
#include "node/signer/server.h"
#include "storage/signing.h"

namespace quipu::bench {

namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<storage::Signing> fresh(const std::filesystem::path& file) {
  std::filesystem::remove(file);
  consensus::SafetyRecord first;
  first.chain = crypto::sha256("bench");
  if (!storage::SafetyFile::initialise(storage::create_slot_file(file).value(), first))
    throw std::runtime_error("no safety file");
  return storage::sign_here(storage::open_slot_file(file).value(), first, "bench", crypto::generate_key(),
                            crypto::generate_key())
      .value();
}

double vote_us(storage::Signing& signing, std::uint64_t view) {
  const consensus::Subject subject{{view}, {view - 1}, {view}, crypto::sha256("block")};
  const auto from = Clock::now();
  if (!signing.sign({{0}, {view}, consensus::VoteKind::kNotarize}, subject)) throw std::runtime_error("not signed");
  return std::chrono::duration<double, std::micro>(Clock::now() - from).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

SignerCost alternate(storage::Signing& here, storage::Signing& there, std::chrono::milliseconds time) {
  for (auto* signing : {&here, &there}) signing->enter_epoch({crypto::sha256("bench"), {0}, {}}, {}, {});
  std::vector<double> here_us;
  std::vector<double> there_us;
  const auto until = Clock::now() + 2 * time;
  for (std::uint64_t view = 1; Clock::now() < until || view < 3; ++view) {
    here_us.push_back(vote_us(here, view));
    there_us.push_back(vote_us(there, view));
  }
  return {median(std::move(here_us)), median(std::move(there_us))};
}

}  // namespace

SignerCost signer_cost(const std::filesystem::path& folder, std::chrono::milliseconds time) {
  const auto here = fresh(folder / "slots-here.tmp");
  const auto behind = fresh(folder / "slots-there.tmp");
  const auto socket = folder / "signer.sock";
  int stop[2];
  if (pipe(stop) != 0) throw std::runtime_error("no pipe");
  auto listener = signer::listen_at(socket, std::nullopt).value();
  std::jthread serving([&, end = stop[0]] {
    signer::serve({std::move(listener), *behind, {geteuid()}, [](const std::string&) {}}, end);
  });
  signer::RemotePlace place;
  place.socket = socket;
  place.chain = crypto::sha256("bench");
  const auto there = signer::sign_there(std::move(place)).value();
  const auto cost = alternate(*here, *there, time);
  close(stop[1]);
  serving.join();
  close(stop[0]);
  for (const auto* name : {"slots-here.tmp", "slots-there.tmp", "signer.sock"}) std::filesystem::remove(folder / name);
  return cost;
}

}  // namespace quipu::bench
