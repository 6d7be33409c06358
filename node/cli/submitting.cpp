// SPDX-License-Identifier: Apache-2.0
#include "node/cli/submitting.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "crypto/merkle.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

using ledger::v1::Event;
constexpr std::int64_t kPatience_ms = 120'000;
constexpr std::int64_t kLongestWait_ms = 5'000;
constexpr std::int64_t kPoll_ms = 50;
constexpr int kSequenceAttempts = 5;

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

std::expected<void, std::string> send_patiently(NodeClient& node, BytesView leaf) {
  std::int64_t waited_ms = 0;
  for (std::int64_t backoff_ms = 200;; backoff_ms = std::min(backoff_ms * 2, kLongestWait_ms)) {
    const Sent sent = node.send(leaf);
    if (sent.kind == Sent::Kind::kTaken) return {};
    if (sent.kind == Sent::Kind::kRefused || waited_ms > kPatience_ms) return std::unexpected(sent.why);
    const std::int64_t wait_ms = std::max(sent.wait_ms, backoff_ms);
    sleep_ms(wait_ms);
    waited_ms += wait_ms;
  }
}

std::expected<SubmissionAnswer, std::string> wait_until_final(NodeClient& node, BytesView leaf) {
  const crypto::Digest id = crypto::leaf_hash(leaf);
  for (std::int64_t waited_ms = 0; waited_ms <= kPatience_ms; waited_ms += kPoll_ms) {
    auto answer = node.submission(id);
    if (!answer || answer->status == "FINAL") return answer;
    if (answer->status == "REJECTED") return std::unexpected("rejected: " + answer->why);
    if (answer->status == "EXPIRED") return std::unexpected("expired before it was taken: submit it again");
    if (answer->status == "UNKNOWN") {
      if (auto sent = send_patiently(node, leaf); !sent) return std::unexpected(sent.error());
    }
    sleep_ms(kPoll_ms);
  }
  return std::unexpected("still pending after two minutes: ask again with quipu submission show " +
                         crypto::to_hex(id.view()));
}

std::expected<Bytes, std::string> submit_events(NodeClient& node, const std::vector<Event>& events,
                                                const crypto::UnlockedKey& key) {
  const auto chain = node.chain();
  if (!chain) return std::unexpected(chain.error());
  for (int attempt = 0;; ++attempt) {
    const auto sequence = node.sequence(key.header.administration, key.header.public_key);
    if (!sequence) return std::unexpected(sequence.error());
    Bytes leaf = sign_events(events, key, chain->chain_id, sequence->next);
    const auto sent = send_patiently(node, leaf);
    if (sent) return leaf;
    const bool taken = sent.error().starts_with("SEQUENCE_TAKEN");
    if (!taken || attempt == kSequenceAttempts) return std::unexpected(sent.error());
  }
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
