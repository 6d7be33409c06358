// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/config.h"

#include <fmt/format.h>
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
  std::expected<FollowerConfig, std::string> read_follower() const { return read_follower_config(path_); }

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

TEST_CASE("an address to listen on that is none is refused by name before anything is made") {
  for (const auto* wrong : {"127.0.0.1", "8480", "127.0.0.1:", "127.0.0.1:84x", "127.0.0.1:99999", "localhost:8480"}) {
    CHECK(error_of(fmt::format("[http]\nlisten = \"{}\"\n", wrong)).find("http.listen must be") != std::string::npos);
    CHECK(error_of(fmt::format("[peers]\nlisten = \"{}\"\n", wrong)).find("peers.listen must be") != std::string::npos);
  }
  for (const auto* right : {"0.0.0.0:8480", "[::1]:8480", "127.0.0.1:0"})
    CHECK(error_of(fmt::format("[http]\nlisten = \"{}\"\n", right)) == "");
  NodeConfig config;
  config.administration = "BO";
  CHECK(check_bounds(config));
  config.timing = "lcoal";
  CHECK(check_bounds(config).error() == "node.timing must be wan or local");
}

TEST_CASE("a configuration that is not there or is a folder is told so") {
  for (const fs::path& wrong : {fs::path("nosuch.toml"), fs::temp_directory_path()}) {
    const auto read = read_config(wrong);
    REQUIRE_FALSE(read);
    CHECK(read.error().starts_with("cannot read " + wrong.string()));
  }
}

TEST_CASE("a certificate without its key or a CA for callers without a certificate is refused by name") {
  CHECK(error_of("[http]\ncertificate = \"node.pem\"\n").find("http.certificate_key") != std::string::npos);
  CHECK(error_of("[http]\ncertificate_key = \"node.key\"\n").find("http.certificate_key") != std::string::npos);
  CHECK(error_of("[http]\nclient_ca = \"ca.pem\"\n").find("http.client_ca") != std::string::npos);
  CHECK(error_of("[http]\ncertificate = \"node.pem\"\ncertificate_key = \"node.key\"\n").empty());
}

TEST_CASE("receivers of webhooks are read with what they leave out") {
  const auto read =
      ConfigFile(
          "[node]\nadministration = \"BO\"\n"
          "[[webhooks]]\nname = \"a\"\nurl = \"https://a.example/x\"\nsecret_file = \"a.secret\"\n"
          "[[webhooks]]\nname = \"b\"\nurl = \"http://127.0.0.1:9\"\nsecret_file = \"b.secret\"\nas = \"PE\"\n"
          "kinds = [\"certificate_suspended\", \"certificate_revoked\"]\nrecognition_changes_only = true\n"
          "ca = \"ca.pem\"\nsince = 61\n")
          .read();
  INFO((read ? "" : read.error()));
  REQUIRE(read);
  REQUIRE(read->webhooks.size() == 2);
  const auto& first = read->webhooks[0];
  CHECK(first.name == "a");
  CHECK(first.as == "BO");
  CHECK(first.kinds.empty());
  CHECK_FALSE(first.recognition_changes_only);
  CHECK_FALSE(first.since);
  const auto& second = read->webhooks[1];
  CHECK(second.url == "http://127.0.0.1:9");
  CHECK(second.secret_file == "b.secret");
  CHECK(second.as == "PE");
  CHECK(second.kinds.size() == 2);
  CHECK(second.recognition_changes_only);
  CHECK(second.ca == "ca.pem");
  CHECK(second.since == 61U);
}

TEST_CASE("a receiver of webhooks that is none is refused by its place and setting") {
  const std::string good = "[[webhooks]]\nname = \"a\"\nurl = \"https://a.example/x\"\nsecret_file = \"a.secret\"\n";
  CHECK(error_of(good).empty());
  CHECK(error_of(good + good).find("webhooks[1]: another is called a") != std::string::npos);
  CHECK(error_of(good + "colour = \"red\"\n").find("webhooks[0]: unknown setting colour") != std::string::npos);
  CHECK(error_of(good + "since = -1\n").find("since") != std::string::npos);
  CHECK(error_of(good + "kinds = \"certificate_suspended\"\n").find("kinds") != std::string::npos);
  CHECK(error_of(good + "kinds = [1]\n").find("kinds") != std::string::npos);
  CHECK(error_of(good + "kinds = [\"certificate_eaten\"]\n").find("certificate_eaten") != std::string::npos);
  CHECK(error_of(good + "recognition_changes_only = \"yes\"\n").find("recognition_changes_only") != std::string::npos);
  CHECK(error_of("[[webhooks]]\nname = \"a\"\n").find("webhooks[0]: url") != std::string::npos);
  CHECK(error_of("[webhooks]\nname = \"a\"\n").find("[[webhooks]]") != std::string::npos);
  CHECK(error_of("webhooks = 3\n").find("webhooks") != std::string::npos);
  std::string many;
  for (int i = 0; i < 17; ++i) {
    many += "[[webhooks]]\nname = \"a" + std::to_string(i) + "\"\nurl = \"http://a\"\nsecret_file = \"s\"\n";
  }
  CHECK(error_of(many).find("more than 16") != std::string::npos);
}

TEST_CASE("a follower's file has receivers of webhooks and each says whose firms") {
  const std::string receiver =
      "[[webhooks]]\nname = \"a\"\nurl = \"https://a.example/x\"\nsecret_file = \"a.secret\"\n";
  const auto read = ConfigFile(receiver + "as = \"PE\"\n").read_follower();
  INFO((read ? "" : read.error()));
  REQUIRE(read);
  REQUIRE(read->webhooks.size() == 1);
  CHECK(read->webhooks[0].as == "PE");
  CHECK(read->directory == fs::temp_directory_path());
  CHECK(ConfigFile("").read_follower()->webhooks.empty());

  const auto error_of_follower = [](const std::string& content) {
    const auto config = ConfigFile(content).read_follower();
    return config ? std::string() : config.error();
  };
  CHECK(error_of_follower(receiver).find("webhooks[0]: as must name a member") != std::string::npos);
  CHECK(error_of_follower(receiver + "colour = \"red\"\n").find("unknown setting colour") != std::string::npos);
  CHECK(error_of_follower("[node]\nadministration = \"PE\"\n").find("node is no setting of a follower") !=
        std::string::npos);
  CHECK(error_of_follower("[[webhooks]\n").find("line 1") != std::string::npos);
}

TEST_CASE("managed signing is off by default and wants named callers when it is on") {
  CHECK(error_of("").empty());
  const std::string on = "[managed_signing]\nissuer_key = \"keys/issuer.key\"\n";
  CHECK(error_of(on).find("managed_signing.identities") != std::string::npos);
  CHECK(error_of(on + "identities = \"guest\"\n").find("managed_signing.identities") != std::string::npos);
  CHECK(error_of(on + "identities = \"t-1 t-2\"\nconfirmations = 2\n").empty());
  CHECK(error_of(on + "identities = \"t-1 t-1\"\nconfirmations = 2\n").find("managed_signing.confirmations") !=
        std::string::npos);
  CHECK(error_of("[managed_signing]\nconfirmations = 0\n").find("managed_signing.confirmations") != std::string::npos);
  CHECK(error_of("[managed_signing]\nper_hour = 0\n").find("managed_signing.per_hour") != std::string::npos);
}

TEST_CASE("the example of a webhook in the default configuration is one") {
  NodeConfig config;
  config.administration = "PE";
  std::string text = format_config(config);
  const auto begin = text.find("# [[webhooks]]");
  REQUIRE(begin != std::string::npos);
  std::string example = text.substr(begin);
  for (std::size_t at = 0; (at = example.find("# ", at)) != std::string::npos;) {
    if (at == 0 || example[at - 1] == '\n')
      example.erase(at, 2);
    else
      at += 2;
  }
  const auto read = ConfigFile(text.substr(0, begin) + example).read();
  INFO((read ? "" : read.error()));
  REQUIRE(read);
  REQUIRE(read->webhooks.size() == 1);
  CHECK(read->webhooks[0].since == 0U);
}

TEST_CASE("settings that are unknown or of another type or out of bounds are refused by name") {
  CHECK(error_of("[log]\ncolour = \"red\"\n").find("log.colour") != std::string::npos);
  CHECK(error_of("[log]\nlevel = 3\n").find("log.level") != std::string::npos);
  CHECK(error_of("[log]\nformat = \"xml\"\n").find("log.format") != std::string::npos);
}

}  // namespace quipu::runtime::test
