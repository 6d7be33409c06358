// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/courier.h"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "node/http/server.h"
#include "node/http/tls_identity.h"
#include "node/webhooks/position.h"
#include "tests/node/http/asking.h"
#include "tests/node/http/test_ca.h"
#include "tests/node/runtime/scratch.h"

namespace webhooks_test {

using namespace quipu;
using namespace quipu::webhooks;
using namespace routes_test;

namespace {

constexpr const char* kSecretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

Response with_status(int status) {
  Response response;
  response.status = status;
  return response;
}

// Takes posts, but for as many as it is told to answer otherwise; what it took as "LEAF/EVENT".
class Receiver {
 public:
  explicit Receiver(http::TlsIdentity* identity = nullptr)
      : scheme_(identity == nullptr ? "http" : "https"),
        server_(
            io_, "127.0.0.1:0", [this](const Request& request, const Respond& respond) { answer(request, respond); },
            identity) {
    REQUIRE(server_.start());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Receiver() {
    server_.stop(1'000);
    thread_.join();
  }
  std::string url() const { return scheme_ + "://127.0.0.1:" + std::to_string(server_.port()) + "/hooks"; }

  void refuse(int times, Response with) {
    const std::lock_guard lock(mutex_);
    refusals_ = times;
    refusal_ = std::move(with);
  }
  void keep_silent() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
  }
  std::vector<std::string> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  int asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void answer(const Request& request, const Respond& respond) {
    const std::lock_guard lock(mutex_);
    ++asked_;
    if (silent_) return;
    if (request.target != "/hooks" || request.method != "POST") return respond(with_status(404));
    if (refusals_ > 0) {
      --refusals_;
      return respond(refusal_);
    }
    const auto change = json::parse(request.body).at("data").at("change");
    taken_.push_back(std::to_string(change.at("index").to_number<int>()) + "/" +
                     std::to_string(change.at("event").to_number<int>()));
    respond(with_status(204));
  }

  const std::string scheme_;
  boost::asio::io_context io_{1};
  mutable std::mutex mutex_;
  std::vector<std::string> taken_;
  Response refusal_;
  int refusals_ = 0;
  int asked_ = 0;
  bool silent_ = false;
  http::Server server_;
  std::thread thread_;
};

bool comes_true(const auto& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

struct Office {
  Office() {
    fill(node);
    std::ofstream(scratch.path / "secret") << kSecretText << "\n";
    std::filesystem::permissions(scratch.path / "secret", std::filesystem::perms::owner_read);
    endpoint = {.name = "desk", .url = receiver.url(), .secret_file = "secret", .as = "BO"};
  }

  std::expected<std::unique_ptr<Courier>, std::string> try_open() {
    return Courier::open(
        node.genesis(), endpoint,
        {.folder = scratch.path, .positions = scratch.path / "webhooks", .newest = [this] { return newest(); }},
        {[this] { return node.reader(); }, [] { return std::int64_t{1'800'000'000'000}; },
         [this](const std::string& line, bool) {
           const std::lock_guard lock(mutex);
           log += line + "\n";
         }});
  }
  std::unique_ptr<Courier> open() {
    auto courier = try_open();
    INFO((courier ? "" : courier.error()));
    REQUIRE(courier);
    (*courier)->start();
    return *std::move(courier);
  }
  std::string refusal() {
    const auto courier = try_open();
    return courier ? "" : courier.error();
  }

  std::optional<std::uint64_t> newest() const {
    return filled ? std::optional(node.reader()->newest().height.value) : std::nullopt;
  }

  void register_firm(int number) {
    const std::string firm = "BO-" + std::to_string(number);
    submit(node, "BO", static_cast<std::uint64_t>(number),
           R"([{"decision_date":"2026-01-01","operator_registered":{"subject":")" + firm + R"(","tin":"BO)" +
               std::to_string(1'000 + number) + R"(","person":"LEGAL"}}])");
  }

  bool comes_to(const std::vector<std::string>& wanted) {
    const bool came = comes_true([&] { return receiver.taken() == wanted; });
    CHECK(receiver.taken() == wanted);
    return came;
  }

  Scratch scratch;
  MemoryLedger node;
  Receiver receiver;
  Endpoint endpoint;
  std::atomic<bool> filled{true};  // the ledger, as far as it is known to go
  std::mutex mutex;
  std::string log;
};

using Taken = std::vector<std::string>;

}  // namespace

TEST_CASE("a courier begins with what comes after its first start or after the height it is told", "[webhooks]") {
  Office office;
  SECTION("from now on") {
    const auto courier = office.open();
    office.register_firm(2);
    courier->wake();
    CHECK(office.comes_to({"6/0"}));
  }
  SECTION("from a height") {
    office.endpoint.since = 0;
    const auto courier = office.open();
    CHECK(office.comes_to({"2/0", "2/1"}));
    CHECK(comes_true([&] { return courier->standing().height == 2; }));
    CHECK(courier->standing().taken == 2);
    CHECK(courier->standing().waiting_since_ms == 0);
  }
}

TEST_CASE("a courier that does not know where to begin tells nothing of what fills the ledger", "[webhooks]") {
  Office office;
  office.filled = false;
  {
    const auto courier = office.open();  // ended before it has begun
  }
  const auto courier = office.open();
  office.register_firm(2);
  courier->wake();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(courier->standing().height == 0);
  const auto newest = office.node.reader()->newest().height.value;
  office.filled = true;
  courier->wake();
  CHECK(comes_true([&] { return courier->standing().height == newest; }));
  const auto noted = read_position(office.scratch.path / "webhooks" / "desk.position").value();
  CHECK((noted && noted->height == newest));
  office.register_firm(3);
  courier->wake();
  CHECK(office.comes_to({"8/0"}));
}

TEST_CASE("a courier that has begun goes on although nobody knows how far the ledger goes", "[webhooks]") {
  Office office;
  {
    const auto courier = office.open();
  }
  office.filled = false;
  office.register_firm(2);
  const auto courier = office.open();
  CHECK(office.comes_to({"6/0"}));
}

TEST_CASE("a courier goes on where it stopped and what came meanwhile is told in order", "[webhooks]") {
  Office office;
  office.endpoint.since = 0;
  {
    const auto courier = office.open();
    CHECK(office.comes_to({"2/0", "2/1"}));
  }
  office.register_firm(2);
  office.register_firm(3);
  office.endpoint.since = 0;  // a beginning, not a place to go back to
  const auto courier = office.open();
  CHECK(office.comes_to({"2/0", "2/1", "6/0", "8/0"}));
}

TEST_CASE("what is not taken is posted again and nothing overtakes it", "[webhooks]") {
  Office office;
  office.endpoint.since = 0;
  Response elsewhere = with_status(302);
  elsewhere.headers.emplace_back("Location", office.receiver.url() + "/elsewhere");
  office.receiver.refuse(1, GENERATE_COPY(with_status(500), elsewhere));
  const auto courier = office.open();
  CHECK(comes_true([&] { return courier->standing().failed == 1; }));
  CHECK(courier->standing().waiting_since_ms > 0);
  CHECK(office.receiver.taken().empty());
  CHECK(office.comes_to({"2/0", "2/1"}));
  CHECK(office.receiver.asked() == 3);
}

TEST_CASE("a courier killed between two messages tells again what it had not noted and nothing less", "[webhooks]") {
  Office office;
  office.endpoint.since = 0;
  const auto file = office.scratch.path / "webhooks" / "desk.position";
  {
    const auto courier = office.try_open();
  }
  const auto beginning = read_position(file).value().value();
  {
    const auto courier = office.open();
    CHECK(office.comes_to({"2/0", "2/1"}));
  }
  REQUIRE(write_position(file, beginning));
  const auto courier = office.open();
  CHECK(office.comes_to({"2/0", "2/1", "2/0", "2/1"}));
}

TEST_CASE("a courier stops at once although the receiver keeps silent or is tried again later", "[webhooks]") {
  Office office;
  office.endpoint.since = 0;
  SECTION("silent") { office.receiver.keep_silent(); }
  SECTION("tried again") {
    Response busy = with_status(503);
    busy.headers.emplace_back("Retry-After", "200");
    office.receiver.refuse(1'000, busy);
  }
  auto courier = office.open();
  CHECK(comes_true([&] { return office.receiver.asked() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto before = std::chrono::steady_clock::now();
  courier.reset();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  CHECK(office.receiver.taken().empty());
}

TEST_CASE("a receiver that is away is no reason to lose anything", "[webhooks]") {
  Office office;
  office.endpoint.since = 0;
  auto receiver = office.receiver.url();
  office.endpoint.url = "http://127.0.0.1:1/hooks";
  {
    const auto courier = office.open();
    CHECK(comes_true([&] { return courier->standing().failed == 1; }));
    CHECK(courier->standing().height == 0);
  }
  CHECK(office.log.find("desk: msg_") != std::string::npos);
  CHECK(office.log.find("no answer from http://127.0.0.1:1") != std::string::npos);
  office.endpoint.url = receiver;
  const auto courier = office.open();
  CHECK(office.comes_to({"2/0", "2/1"}));
}

TEST_CASE("a secret is exchanged while the courier runs and a lost one costs no message", "[webhooks]") {
  Office office;
  office.endpoint.since = 0;
  const auto courier = office.try_open();
  REQUIRE(courier);
  std::filesystem::remove(office.scratch.path / "secret");
  (*courier)->start();
  CHECK(comes_true([&] { return (*courier)->standing().failed == 1; }));
  CHECK(office.receiver.asked() == 0);
  std::ofstream(office.scratch.path / "secret.new") << "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  std::filesystem::permissions(office.scratch.path / "secret.new", std::filesystem::perms::owner_read);
  std::filesystem::rename(office.scratch.path / "secret.new", office.scratch.path / "secret");
  CHECK(office.comes_to({"2/0", "2/1"}));
  CHECK(office.log.find("whsec_") == std::string::npos);
}

TEST_CASE("a receiver over TLS is told when its certificate is believed and nothing when it is not", "[webhooks]") {
  Office office;
  office.endpoint.since = 0;
  const test_ca::Folder folder("webhooks");
  const test_ca::Authority authority(folder, "ca");
  const test_ca::Authority other(folder, "other");
  authority.sign(folder / "node.pem", folder / "node.key");
  const auto identity = http::TlsIdentity::open({folder / "node.pem", folder / "node.key", {}}, [](auto&&...) {});
  REQUIRE(identity);
  const Receiver receiver(identity->get());
  office.endpoint.url = receiver.url();
  SECTION("believed") {
    office.endpoint.ca = authority.certificate();
    const auto courier = office.open();
    CHECK(comes_true([&] { return receiver.taken() == Taken{"2/0", "2/1"}; }));
  }
  SECTION("not believed") {
    office.endpoint.ca = other.certificate();
    const auto courier = office.open();
    CHECK(comes_true([&] { return courier->standing().failed == 1; }));
    CHECK(receiver.asked() == 0);
  }
}

TEST_CASE("a courier is refused that could not work and the reason is named", "[webhooks]") {
  Office office;
  const auto secret = office.scratch.path / "secret";
  SECTION("no secret") {
    office.endpoint.secret_file = "nowhere";
    CHECK(office.refusal().find("nowhere: there is no such file") != std::string::npos);
  }
  SECTION("a secret for everybody") {
    std::filesystem::permissions(secret, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    CHECK(office.refusal().find("chmod o-r") != std::string::npos);
  }
  SECTION("a CA that is none") {
    office.endpoint.url = "https://127.0.0.1:1/hooks";
    office.endpoint.ca = "secret";
    CHECK(office.refusal().find("secret") != std::string::npos);
  }
  SECTION("a position of another chain") {
    {
      const auto courier = office.try_open();
    }
    REQUIRE(write_position(office.scratch.path / "webhooks" / "desk.position", {.chain = "abcd", .height = 1}));
    CHECK(office.refusal().find("another chain") != std::string::npos);
  }
  CHECK(office.refusal().find("whsec_") == std::string::npos);
}

}  // namespace webhooks_test
