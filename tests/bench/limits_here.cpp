// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/limits_here.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "crypto/keyfile.h"
#include "crypto/signature.h"

namespace quipu::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double thread_cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// `step` again and again for `time`; how often a second.
template <class Step>
double rate_of(std::chrono::milliseconds time, const Step& step) {
  const auto start = Clock::now();
  std::uint64_t count = 0;
  while (Clock::now() - start < time) {
    step();
    ++count;
  }
  return static_cast<double>(count) / seconds_since(start);
}

}  // namespace

double verify_rate(std::chrono::milliseconds time) {
  const auto key = crypto::generate_key();
  const Bytes message(400, 'q');
  const auto signature = key.sign(message);
  return rate_of(time, [&] {
    if (!crypto::verify(key.public_key(), message, signature)) throw std::runtime_error("a good signature fails");
  });
}

double verify_cost_us(std::chrono::milliseconds time) {
  const auto start = Clock::now();
  const double before_us = thread_cpu_us();
  const double count = verify_rate(time) * seconds_since(start);
  return (thread_cpu_us() - before_us) / count;
}

double verify_rate(std::chrono::milliseconds time, unsigned threads) {
  std::vector<double> rates(threads);
  {
    std::vector<std::jthread> running;
    for (auto& rate : rates) running.emplace_back([&rate, time] { rate = verify_rate(time); });
  }
  double all = 0;
  for (const double rate : rates) all += rate;
  return all;
}

double sync_rate(const std::filesystem::path& folder, std::chrono::milliseconds time) {
  const auto path = folder / "sync-rate.tmp";
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot write " + path.string());
  const std::string block(4096, 'q');
  const double rate = rate_of(time, [&] {
    if (write(file, block.data(), block.size()) < 0 || fdatasync(file) != 0) throw std::runtime_error("disk");
  });
  close(file);
  std::filesystem::remove(path);
  return rate;
}

}  // namespace quipu::bench
