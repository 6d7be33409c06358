// SPDX-License-Identifier: Apache-2.0
// Serves one node at a time on a Unix socket until told to end. Whoever is not one of the users named is turned away
// unheard, a second connection is told that the signer is in use. One thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/signer/socket.h"
#include "storage/signing.h"

namespace quipu::signer {

struct Service {
  Socket listener;
  storage::Signing& signing;
  std::vector<uid_t> users;  // who may connect
  std::function<void(const std::string&)> log;
};

// Returns when a byte comes in on, or the other end closes, `stop`: a pipe or a signalfd.
void serve(const Service& service, int stop);

}  // namespace quipu::signer
