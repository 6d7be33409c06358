// SPDX-License-Identifier: Apache-2.0
#include "node/http/request_reader.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "consensus/limits.h"

namespace quipu::http {

namespace {

namespace beast = boost::beast::http;
using Parser = beast::request_parser<beast::string_body>;

// Chunk headers have no bound of their own in the parser.
constexpr std::size_t kMostUnparsed = 64 << 10;

std::string text(boost::beast::string_view value) { return {value.data(), value.size()}; }

std::size_t body_limit(const Parser& parser) {
  const auto& head = parser.get();
  const bool batch = head.method() == beast::verb::post && head.target().starts_with("/v1/recognition");
  return batch ? limits::kHttpBatchBytes : limits::kHttpBodyBytes;
}

int status_of(const boost::beast::error_code& error) {
  if (error == beast::error::body_limit) return 413;
  if (error == beast::error::header_limit) return 431;
  return 400;
}

}  // namespace

struct RequestReader::State {
  Bytes pending;
  std::size_t used = 0;  // of `pending`
  std::optional<Parser> parser;
  bool head_seen = false;
  int refusal = 0;

  BytesView unparsed() const { return BytesView(pending).substr(used); }

  void begin() {
    parser.emplace();
    parser->header_limit(limits::kHttpHeaderBytes);
    parser->body_limit(limits::kHttpBatchBytes);
    parser->eager(false);
    head_seen = false;
  }

  Step refuse(int status) {
    refusal = status;
    return Step::kRefused;
  }

  // Head done: the route decides how large the body may be.
  Step accept_head() {
    head_seen = true;
    parser->eager(true);
    const std::size_t most = body_limit(*parser);
    const auto announced = parser->content_length();
    if (announced && *announced > most) return refuse(413);
    parser->body_limit(most);
    const bool waits = parser->get()[beast::field::expect] == "100-continue";
    return waits && !parser->is_done() && unparsed().empty() ? Step::kContinue : Step::kNeedMore;
  }
};

RequestReader::RequestReader() : state_(std::make_unique<State>()) {}
RequestReader::~RequestReader() = default;

void RequestReader::receive(BytesView bytes) {
  state_->pending.erase(0, state_->used);
  state_->used = 0;
  state_->pending.append(bytes);
}

bool RequestReader::idle() const { return !state_->parser && state_->unparsed().empty(); }
int RequestReader::refusal_status() const { return state_->refusal; }

RequestReader::Step RequestReader::advance() {
  State& state = *state_;
  if (state.refusal != 0) return Step::kRefused;
  for (;;) {
    if (state.parser && state.parser->is_done()) return Step::kRequest;
    const BytesView rest = state.unparsed();
    if (rest.empty()) return Step::kNeedMore;
    if (!state.parser) state.begin();
    boost::beast::error_code error;
    state.used += state.parser->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    if (error == beast::error::need_more) {
      return state.unparsed().size() > kMostUnparsed ? state.refuse(400) : Step::kNeedMore;
    }
    if (error) return state.refuse(status_of(error));
    if (state.head_seen || !state.parser->is_header_done()) continue;
    const Step step = state.accept_head();
    if (step != Step::kNeedMore) return step;
  }
}

RequestReader::Taken RequestReader::take() {
  auto message = state_->parser->release();
  state_->parser.reset();
  Taken taken;
  taken.keep_alive = message.keep_alive();
  taken.head_only = message.method() == beast::verb::head;
  taken.request.method = taken.head_only ? "GET" : text(message.method_string());
  taken.request.target = text(message.target());
  taken.request.content_type = text(message[beast::field::content_type]);
  taken.request.accept = text(message[beast::field::accept]);
  taken.request.accept_encoding = text(message[beast::field::accept_encoding]);
  taken.request.if_none_match = text(message[beast::field::if_none_match]);
  taken.request.authorization = text(message[beast::field::authorization]);
  taken.request.last_event_id = text(message["Last-Event-ID"]);
  taken.request.body = std::move(message.body());
  return taken;
}

}  // namespace quipu::http
