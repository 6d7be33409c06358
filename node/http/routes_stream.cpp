// SPDX-License-Identifier: Apache-2.0
// Final events as they come, in log order, as server-sent events (HTML Standard, section 9.2). Each has its place in
// the log as its id, so that a client that was cut off goes on after the last one it saw.
#include "node/http/changes.h"
#include "node/http/handlers.h"
#include "node/http/known_administration.h"

namespace quipu::http {

namespace {

constexpr std::size_t kEventsAtOnce = 64;

class ChangeStream final : public BodySource {
 public:
  ChangeStream(Backend& backend, std::string by, std::string arrangement, ChangeWindow from)
      : backend_(backend), by_(std::move(by)), arrangement_(std::move(arrangement)), from_(from) {}

  Bytes more() override {
    const auto reader = backend_.reader();
    const auto newest = reader->newest();
    if (newest.height.value == from_.since && !from_.after) return {};
    const AskedState asked{reader, reader->state(std::nullopt), newest, newest};
    const auto interest = interest_of(*asked.state, by_, arrangement_);
    const auto page = changes_in(backend_.genesis().chain_id, asked, interest, from_);
    from_.after = page.more_after;
    if (!page.more_after) from_.since = newest.height.value;
    Bytes out;
    for (const Change& change : page.changes) append(out, change);
    return out;
  }
  // Where the ledger is, though nothing was stated that this client asked for.
  Bytes sign_of_life() override {
    return ": height " + std::to_string(backend_.reader()->newest().height.value) + "\n\n";
  }

 private:
  static void append(Bytes& out, const Change& change) {
    JsonWriter json;
    write_change(json, change);
    out.append("id: ").append(text_of(change.place)).append("\ndata: ").append(std::move(json).take()).append("\n\n");
  }

  Backend& backend_;
  std::string by_;
  std::string arrangement_;
  ChangeWindow from_;
};

// After the last event that the client saw, or what `since` names, or from now on.
std::expected<ChangeWindow, Response> asked_start(const Call& call) {
  const auto reader = call.backend.reader();
  const auto newest = reader->newest();
  ChangeWindow from{.since = newest.height.value, .after = std::nullopt, .limit = kEventsAtOnce};
  if (!call.request.last_event_id.empty()) {
    from.since = 0;
    from.after = parse_place(call.request.last_event_id);
    if (from.after && from.after->first < newest.tree_size) return from;
    return std::unexpected(problem(ApiCode::kBadParameter, "Last-Event-ID is no LEAF/EVENT of this ledger"));
  }
  if (const auto since = call.query("since")) {
    auto block = block_named(call, *reader, newest, "since", *since);
    if (!block) return std::unexpected(std::move(block.error()));
    from.since = block->height.value;
  }
  return from;
}

}  // namespace

Response get_stream(const Call& call) {
  const auto fault = call.unexpected({"since", "by", "arrangement"});
  if (fault) return problem(ApiCode::kBadParameter, *fault);
  std::string by = call.query("by").value_or("");
  if (auto unknown = unknown_administration(call, {"by"})) return *std::move(unknown);
  const auto from = asked_start(call);
  if (!from) return from.error();
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = "retry: 2000\n\n";
  response.source =
      std::make_shared<ChangeStream>(call.backend, std::move(by), call.query("arrangement").value_or(""), *from);
  return response;
}

}  // namespace quipu::http
