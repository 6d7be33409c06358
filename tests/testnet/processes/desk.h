// SPDX-License-Identifier: Apache-2.0
// An officer's desk: the program quipu, run as a person or a script runs it. One thread.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "tests/testnet/processes/local_network.h"

namespace quipu::processes::trial {

// What a program that has ended left behind.
struct Said {
  int code = 0;
  std::string out;
  std::string error;
  boost::json::value json() const;  // of `out`
};

class Desk {
 public:
  // Talks to the node of `through`.
  Desk(LocalNetwork& network, const std::string& through);

  // quipu WORDS --output json --node ...; `input` is what it reads from standard input.
  Said quipu(const std::vector<std::string>& words, const std::string& input = "") const;
  // Path of the issuer or approver key of an administration.
  std::string key(const std::string& code, const std::string& purpose) const;
  // A file of this desk's own.
  std::string write(const std::string& name, const std::string& content) const;
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  const std::string& url() const { return url_; }

 private:
  LocalNetwork& network_;
  std::string url_;
  std::filesystem::path folder_;
};

// One line, with a next step after what went wrong.
void check_failed(const Said& said, const std::string& what, const std::string& next_step);

}  // namespace quipu::processes::trial
