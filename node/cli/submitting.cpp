// SPDX-License-Identifier: Apache-2.0
#include "node/cli/submitting.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <iostream>
#include <thread>
#include <utility>

#include "crypto/merkle.h"
#include "node/cli/json_fields.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

using ledger::v1::Event;
using Clock = std::chrono::steady_clock;
constexpr std::int64_t kPatience_ms = 120'000;
constexpr std::int64_t kFirstWait_ms = 200;
constexpr std::int64_t kLongestWait_ms = 5'000;
constexpr std::int64_t kPoll_ms = 50;
constexpr int kSequenceAttempts = 5;

std::string id_of(BytesView leaf) { return crypto::to_hex(crypto::leaf_hash(leaf).view()); }

std::string see(BytesView leaf) { return "quipu submission show " + id_of(leaf); }

std::string undecided(const Sent& sent, BytesView leaf) {
  const std::string why = sent.refusal.sentence();
  if (!sent.perhaps_taken) return why + "; nothing was taken, so submit it again later";
  return why + "; it may have been taken: before you submit it again ask " + see(leaf);
}

// Two minutes of silence look like a command that hangs.
OnWait say_once() {
  return [said = false](const std::string& why) mutable {
    if (!std::exchange(said, true)) std::cerr << "waiting: " << why << std::endl;
  };
}

}  // namespace

std::uint64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

void sleep_ms(std::int64_t time_ms) { std::this_thread::sleep_for(std::chrono::milliseconds(time_ms)); }

Bytes sign_events(const std::vector<Event>& events, const crypto::UnlockedKey& key, const std::string& chain_id,
                  std::uint64_t sequence) {
  ledger::v1::Submission message;
  message.set_chain_id(chain_id);
  message.set_administration(key.header.administration);
  message.set_sequence(sequence);
  for (const Event& event : events) *message.add_events() = event;
  return ledger::sign_submission(message, key.secret, now_s());
}

Sent send_patiently(NodeClient& node, BytesView leaf, std::int64_t patience_ms, const OnWait& on_wait) {
  const auto until = Clock::now() + std::chrono::milliseconds(patience_ms);
  bool perhaps_taken = false;
  for (std::int64_t backoff_ms = kFirstWait_ms;; backoff_ms = std::min(backoff_ms * 2, kLongestWait_ms)) {
    Sent sent = node.send(leaf);
    perhaps_taken = perhaps_taken || sent.perhaps_taken;
    sent.perhaps_taken = perhaps_taken;
    if (sent.kind != Sent::Kind::kLater || Clock::now() >= until) return sent;
    if (on_wait) on_wait(sent.refusal.sentence());
    sleep_ms(std::max(sent.wait_ms, backoff_ms));
  }
}

std::expected<SubmissionAnswer, std::string> wait_until_settled(
    NodeClient& node, const crypto::Digest& id, const std::function<std::expected<void, std::string>()>& again) {
  const auto until = Clock::now() + std::chrono::milliseconds(kPatience_ms);
  std::string last;
  while (Clock::now() < until) {
    const auto answer = node.submission(id);
    if (!answer && !answer.error().passing) return std::unexpected(answer.error().why);
    last = answer ? answer->status : answer.error().why;
    if (last == "FINAL" || last == "REJECTED" || last == "EXPIRED") return *answer;
    if (last == "UNKNOWN") {
      if (auto sent = again(); !sent) return std::unexpected(sent.error());
    }
    sleep_ms(answer ? kPoll_ms : kFirstWait_ms);
  }
  return std::unexpected("not final after two minutes (" + last + "): ask again with quipu submission show " +
                         crypto::to_hex(id.view()));
}

std::expected<SubmissionAnswer, std::string> wait_until_settled(NodeClient& node, BytesView leaf) {
  return wait_until_settled(node, crypto::leaf_hash(leaf), [&]() -> std::expected<void, std::string> {
    const Sent sent = send_patiently(node, leaf, kPatience_ms, say_once());
    if (sent.kind != Sent::Kind::kTaken) return std::unexpected(undecided(sent, leaf));
    return {};
  });
}

std::expected<void, std::string> final_or_why(const SubmissionAnswer& answer) {
  if (answer.status == "FINAL") return {};
  if (answer.status == "EXPIRED") return std::unexpected("expired before it was taken: submit it again");
  return std::unexpected("rejected at height " + std::to_string(answer.height) + ": " + answer.refusal.sentence() +
                         "; " + advice_on(answer.refusal.code));
}

std::expected<Bytes, std::string> submit_events(NodeClient& node, const std::vector<Event>& events,
                                                const crypto::UnlockedKey& key) {
  const auto chain = node.chain();
  if (!chain) return std::unexpected(chain.error());
  for (int attempt = 0;; ++attempt) {
    const auto sequence = node.sequence(key.header.administration, key.header.public_key);
    if (!sequence) return std::unexpected(sequence.error().why);
    Bytes leaf = sign_events(events, key, chain->chain_id, sequence->next);
    const Sent sent = send_patiently(node, leaf, kPatience_ms, say_once());
    if (sent.kind == Sent::Kind::kTaken) return leaf;
    if (sent.kind == Sent::Kind::kLater) return std::unexpected(undecided(sent, leaf));
    // Signed anew only when the first bytes cannot have got anywhere, or it would be stated twice.
    const bool number_taken = sent.refusal.code == "SEQUENCE_TAKEN";
    if (number_taken && sent.perhaps_taken) return std::unexpected(undecided(sent, leaf));
    if (number_taken && attempt < kSequenceAttempts) continue;
    return std::unexpected(sent.refusal.sentence() + "; " + advice_on(sent.refusal.code));
  }
}

std::expected<boost::json::object, std::string> state_until_final(NodeClient& node, const std::vector<Event>& events,
                                                                  const crypto::UnlockedKey& key) {
  const auto leaf = submit_events(node, events, key);
  if (!leaf) return std::unexpected(leaf.error());
  const auto answer = wait_until_settled(node, *leaf);
  if (!answer) return std::unexpected(answer.error());
  if (auto good = final_or_why(*answer); !good) return std::unexpected(good.error());
  return boost::json::object{{"id", id_of(*leaf)}, {"status", answer->status}, {"height", answer->height}};
}

std::string advice_on(const std::string& code) {
  if (code == "SEQUENCE_TAKEN") return "another program signs with this key: run the same command again";
  if (code == "ISSUED_TOO_EARLY" || code == "ISSUED_IN_FUTURE") return "set this machine's clock and submit it again";
  if (code == "UNKNOWN_KEY") return "sign with a key that quipu member list shows";
  if (code == "WRONG_KEY_PURPOSE") return "sign with a key of the right purpose, which quipu key show FILE tells";
  if (code == "WRONG_CHAIN") return "name a node of that ledger with --node";
  if (code == "TARGET_UNKNOWN") return "take a reference of your administration from quipu approval list";
  if (code == "ALREADY_APPROVED" || code == "ALREADY_VOTED") return "nothing is left to do";
  if (code == "PROPOSAL_UNKNOWN") return "take a name that quipu proposal list shows";
  if (code == "PROPOSAL_CLOSED" || code == "PROPOSAL_EXPIRED")
    return "open it again under another name if it is wanted";
  if (code == "DRAFT_WITHDRAWN") return "if it is wanted after all, submit it with --draft and a name of its own";
  if (code == "FORBIDDEN") return "ask the node's operator";
  if (code == "TOO_OFTEN") return "submit it again later";
  if (code == "BAD_POSSESSION") return "make the file anew with quipu member ready: the epoch may be another by now";
  if (code == "PENDING_LAPSED") return "state the event again, then approve that one";
  if (code == "HAS_PENDING" || code == "NOT_GRANTED") return "approve what waits first, see quipu approval list";
  return "correct it and submit it again";
}

std::expected<bool, std::string> has_dual_control(NodeClient& node, const std::string& administration) {
  const auto answer = node.get_json("/v1/members");
  if (!answer) return std::unexpected(answer.error());
  for (const auto& member : array_at(*answer, "members")) {
    if (text_at(member, "administration") != administration) continue;
    const auto* chosen = member.get_object().if_contains("dual_control");
    return chosen && chosen->is_bool() && chosen->get_bool();
  }
  return std::unexpected(administration + " is not a member of this ledger: name a node of the right one with --node");
}

bool under_dual_control(const Event& event) {
  return event.has_certificate_granted() || event.has_certificate_suspended() || event.has_certificate_revoked() ||
         event.has_certificate_annulled();
}

std::string certificate_of(const Event& event) {
  switch (event.statement_case()) {
    case Event::kCertificateGranted:
      return event.certificate_granted().certificate();
    case Event::kCertificateAmended:
      return event.certificate_amended().certificate();
    case Event::kCertificateRenewed:
      return event.certificate_renewed().certificate();
    case Event::kCertificateExtended:
      return event.certificate_extended().certificate();
    case Event::kCertificateSuspended:
      return event.certificate_suspended().certificate();
    case Event::kSuspensionProlonged:
      return event.suspension_prolonged().certificate();
    case Event::kCertificateReinstated:
      return event.certificate_reinstated().certificate();
    case Event::kCertificateRevoked:
      return event.certificate_revoked().certificate();
    case Event::kCertificateSurrendered:
      return event.certificate_surrendered().certificate();
    case Event::kCertificateAnnulled:
      return event.certificate_annulled().certificate();
    default:
      return {};
  }
}

Event approval_of(const crypto::Digest& leaf, std::uint32_t index, const std::string& decision_date) {
  Event event;
  event.set_decision_date(decision_date);
  auto* target = event.mutable_event_approved()->mutable_target();
  target->set_leaf(Bytes(leaf.view()));
  target->set_index(index);
  return event;
}

}  // namespace quipu::cli
