// SPDX-License-Identifier: Apache-2.0
#include "node/fetch/http_client.h"
#include "node/follow/source.h"

namespace quipu::follow {

namespace {

class HttpSource final : public Source {
 public:
  explicit HttpSource(fetch::HttpClient client) : client_(std::move(client)) {}
  const std::string& name() const override { return client_.url(); }
  std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) override {
    auto reply = client_.get("/" + path, "*/*", most_bytes);
    if (!reply) return std::unexpected(reply.error());
    if (reply->status == 404) return std::nullopt;
    if (reply->status != 200) return std::unexpected("HTTP status " + std::to_string(reply->status) + " for " + path);
    return std::move(reply->body);
  }

 private:
  fetch::HttpClient client_;
};

}  // namespace

std::expected<std::unique_ptr<Source>, std::string> http_source(const std::string& url, const std::string& token,
                                                                const std::filesystem::path& ca) {
  auto client = fetch::HttpClient::make(url, {.ca = ca});
  if (!client) return std::unexpected(client.error());
  if (!token.empty()) client->show(token);
  return std::make_unique<HttpSource>(std::move(*client));
}

}  // namespace quipu::follow
