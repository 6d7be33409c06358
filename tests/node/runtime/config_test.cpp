// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/config.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

namespace quipu::runtime::test {

namespace fs = std::filesystem;

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& content)
      : path_(fs::temp_directory_path() / ("quipu-config-" + std::to_string(::getpid()) + ".toml")) {
    std::ofstream(path_) << content;
  }
  ~ConfigFile() { fs::remove(path_); }
  std::expected<NodeConfig, std::string> read() const { return read_config(path_); }

 private:
  fs::path path_;
};

std::string error_of(const std::string& content) {
  const auto config = ConfigFile("[node]\nadministration = \"BO\"\n" + content).read();
  return config ? std::string() : config.error();
}

TEST_CASE("a configuration is read back as it was written") {
  NodeConfig config;
  config.administration = "BO";
  config.http_listen = "127.0.0.1:9000";
  config.workers = 3;
  config.peer_addresses = {{"BR", "10.1.2.3:8481"}, {"PE", "[fd00::1]:8481"}};
  const auto read = ConfigFile(format_config(config)).read();
  INFO((read ? "" : read.error()));
  REQUIRE(read);
  CHECK(read->http_listen == config.http_listen);
  CHECK(read->workers == config.workers);
  CHECK(read->peer_addresses == config.peer_addresses);
}

TEST_CASE("a configuration without addresses of peers leaves them to the genesis file") {
  NodeConfig config;
  config.administration = "BO";
  const auto read = ConfigFile(format_config(config)).read();
  REQUIRE(read);
  CHECK(read->peer_addresses.empty());
}

TEST_CASE("addresses of peers that are none are refused by name") {
  CHECK(error_of("[peers.addresses]\nBR = \"10.1.2.3\"\n").find("peers.addresses.BR") != std::string::npos);
  CHECK(error_of("[peers.addresses]\nBR = 8481\n").find("peers.addresses.BR") != std::string::npos);
  CHECK(error_of("[peers.addresses]\nBrazil = \"10.1.2.3:8481\"\n").find("Brazil") != std::string::npos);
  CHECK(error_of("[peers]\naddresses = \"10.1.2.3:8481\"\n").find("peers.addresses") != std::string::npos);
  CHECK(error_of("[http.addresses]\nBR = \"10.1.2.3:8481\"\n").find("http.addresses") != std::string::npos);
}

TEST_CASE("a certificate without its key or a CA for callers without a certificate is refused by name") {
  CHECK(error_of("[http]\ncertificate = \"node.pem\"\n").find("http.certificate_key") != std::string::npos);
  CHECK(error_of("[http]\ncertificate_key = \"node.key\"\n").find("http.certificate_key") != std::string::npos);
  CHECK(error_of("[http]\nclient_ca = \"ca.pem\"\n").find("http.client_ca") != std::string::npos);
  CHECK(error_of("[http]\ncertificate = \"node.pem\"\ncertificate_key = \"node.key\"\n").empty());
}

TEST_CASE("settings that are unknown or of another type or out of bounds are refused by name") {
  CHECK(error_of("[log]\ncolour = \"red\"\n").find("log.colour") != std::string::npos);
  CHECK(error_of("[log]\nlevel = 3\n").find("log.level") != std::string::npos);
  CHECK(error_of("[log]\nformat = \"xml\"\n").find("log.format") != std::string::npos);
}

}  // namespace quipu::runtime::test
