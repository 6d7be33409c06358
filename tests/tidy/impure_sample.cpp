// SPDX-License-Identifier: Apache-2.0
// A library that asks for all a pure folder must not have: purity.py must find every kind in it. Linked into nothing.
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

namespace quipu::tidy {

long impure(std::mutex& mutex) {
  const std::lock_guard lock(mutex);
  std::ifstream file("somewhere");
  std::cout << file.is_open();
  std::random_device device;
  std::this_thread::sleep_for(std::chrono::milliseconds(device() % 2));
  std::thread([] {}).join();
  usleep(1);
  if (::socket(AF_UNIX, SOCK_STREAM, 0) < 0 || std::getenv("HOME") == nullptr) return std::rand();
  return std::time(nullptr) + std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace quipu::tidy
