// SPDX-License-Identifier: Apache-2.0
// A certificate authority for tests: it signs what it is asked to, in PEM files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace test_ca {

// A folder of its own that goes with it.
class Folder {
 public:
  explicit Folder(const std::string& name);
  ~Folder();
  std::filesystem::path operator/(const std::string& file) const { return path_ / file; }

 private:
  std::filesystem::path path_;
};

struct Wish {
  std::string names = "IP:127.0.0.1,DNS:localhost";  // as OpenSSL writes alternative names
  std::int64_t from_s = -3'600;                      // from now
  std::int64_t until_s = 90LL * 86'400;
  bool of_caller = false;
};

class Authority {
 public:
  Authority(const Folder& folder, const std::string& name);
  ~Authority();
  std::filesystem::path certificate() const { return certificate_; }
  // Writes the certificate, and its key (mode 0600) into the other file.
  void sign(const std::filesystem::path& certificate, const std::filesystem::path& key, const Wish& wish = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::filesystem::path certificate_;
};

}  // namespace test_ca
