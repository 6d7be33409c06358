// SPDX-License-Identifier: Apache-2.0
// A node's mirror as it serves it, from a node that runs and from the ledger of one that does not.
#include "node/fetch/http_client.h"
#include "node/host/stored_ledger.h"
#include "node/http/routes.h"
#include "node/runtime/care/mirror_folder.h"

namespace quipu::runtime {

namespace {

constexpr int kOk = 200;
constexpr int kAbsent = 404;

std::expected<std::optional<Bytes>, std::string> file_of(int status, Bytes body, const std::string& path) {
  if (status == kAbsent) return std::nullopt;
  if (status == 401 || status == 403)
    return std::unexpected("it does not open its mirror: give --token-file with a token of the role mirror or auditor");
  if (status != kOk) return std::unexpected("HTTP status " + std::to_string(status) + " for " + path);
  return std::optional(std::move(body));
}

class NodeSource final : public follow::Source {
 public:
  explicit NodeSource(fetch::HttpClient client) : client_(std::move(client)) {}
  const std::string& name() const override { return client_.url(); }
  std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) override {
    auto reply = client_.get("/" + path, "*/*", most_bytes);
    if (!reply) return std::unexpected(reply.error());
    return file_of(reply->status, std::move(reply->body), path);
  }

 private:
  fetch::HttpClient client_;
};

// As much of a node as the mirror's routes ask for.
class StoredBackend final : public http::Backend {
 public:
  StoredBackend(ledger::Genesis genesis, const storage::Database& database)
      : genesis_(std::move(genesis)), reader_(host::stored_ledger(database.snapshot())) {}
  const ledger::Genesis& genesis() const override { return genesis_; }
  std::shared_ptr<const ledger::LedgerReader> reader() const override { return reader_; }
  http::NodeStatus status() const override { return {}; }
  void submit(Bytes, std::function<void(http::SubmitAnswer)> done) override {
    done({http::SubmitAnswer::Kind::kReadOnly, {}, {}, {}, "this node does not run"});
  }
  http::SubmissionState submission(const crypto::Digest&) const override { return {}; }
  std::uint64_t next_sequence(const std::string&, const crypto::PublicKey&) const override { return 0; }
  std::string metrics() const override { return {}; }

 private:
  ledger::Genesis genesis_;
  std::shared_ptr<const ledger::LedgerReader> reader_;
};

class StoredSource final : public follow::Source {
 public:
  StoredSource(ledger::Genesis genesis, const storage::Database& database) : backend_(std::move(genesis), database) {}
  const std::string& name() const override { return name_; }
  std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) override {
    http::Response response;
    http::Request request;
    request.method = "GET";
    request.target = "/" + path;
    // Without a lane the answer is there when it returns.
    http::route(backend_, request, [&response](http::Response answer) { response = std::move(answer); });
    if (response.body.size() > most_bytes) return std::unexpected(path + " is too long");
    return file_of(response.status, std::move(response.body), path);
  }

 private:
  StoredBackend backend_;
  std::string name_ = "the node's ledger";
};

}  // namespace

std::expected<std::unique_ptr<follow::Source>, std::string> node_source(const std::string& url,
                                                                        const std::string& token,
                                                                        const std::filesystem::path& ca) {
  auto client = fetch::HttpClient::make(url, {.ca = ca});
  if (!client) return std::unexpected(client.error());
  if (!token.empty()) client->show(token);
  return std::make_unique<NodeSource>(std::move(*client));
}

std::unique_ptr<follow::Source> stored_source(ledger::Genesis genesis, const storage::Database& database) {
  return std::make_unique<StoredSource>(std::move(genesis), database);
}

}  // namespace quipu::runtime
