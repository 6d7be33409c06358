// SPDX-License-Identifier: Apache-2.0
// What a list of a million certificates takes, page after page: tests_http "[.bench]". The state is a map in memory; a
// disk adds what reading in order adds.
#include <chrono>
#include <iostream>
#include <map>

#include "node/ledger/state.pb.h"
#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

class MapState final : public ledger::StateView {
 public:
  void put(ledger::RecordType type, const std::string& id, const google::protobuf::MessageLite& record) {
    records_.emplace(ledger::map_key(type, "BR", id), record.SerializeAsString());
  }
  std::optional<Bytes> get(const ledger::MapKey& key) const override {
    const auto found = records_.find(key);
    return found == records_.end() ? std::nullopt : std::optional(found->second);
  }
  void scan(BytesView prefix, const Each& each) const override {
    ledger::MapKey first;
    std::copy(prefix.begin(), prefix.end(), first.bytes.begin());
    for (auto at = records_.lower_bound(first); at != records_.end() && at->first.view().starts_with(prefix); ++at) {
      if (!each(at->first, at->second)) return;
    }
  }

 private:
  std::map<ledger::MapKey, Bytes> records_;
};

// The log of another, a state of its own.
class OtherState final : public ledger::LedgerReader {
 public:
  OtherState(std::shared_ptr<const ledger::LedgerReader> log, std::shared_ptr<const ledger::StateView> state)
      : log_(std::move(log)), state_(std::move(state)) {}
  ledger::BlockSummary newest() const override { return log_->newest(); }
  std::optional<ledger::BlockSummary> block(consensus::Height height) const override { return log_->block(height); }
  std::optional<ledger::BlockSummary> block_at_time(std::uint64_t at) const override { return log_->block_at_time(at); }
  std::shared_ptr<const ledger::StateView> state(std::optional<consensus::Height>) const override { return state_; }
  std::optional<Bytes> leaf(std::uint64_t index) const override { return log_->leaf(index); }
  std::vector<Bytes> leaves(std::uint64_t first, std::uint64_t end) const override { return log_->leaves(first, end); }
  std::optional<ledger::LeafLocation> find(const crypto::Digest& hash) const override { return log_->find(hash); }
  crypto::Digest node(unsigned level, std::uint64_t index) const override { return log_->node(level, index); }
  std::vector<consensus::LinkProof> links(consensus::Height height) const override { return log_->links(height); }
  std::optional<Bytes> note(consensus::Height height) const override { return log_->note(height); }
  std::optional<consensus::Height> newest_note() const override { return log_->newest_note(); }
  std::vector<consensus::Height> note_heights(consensus::Height from, std::size_t most) const override {
    return log_->note_heights(from, most);
  }
  std::vector<ledger::EvidenceFile> evidence() const override { return log_->evidence(); }
  std::optional<crypto::StatusMap> map(consensus::Height height) const override { return log_->map(height); }
  bool calendar(const ledger::CalendarRange&, consensus::Height, const EachCertificate&) const override {
    return false;  // it would be of the other's state
  }

 private:
  std::shared_ptr<const ledger::LedgerReader> log_;
  std::shared_ptr<const ledger::StateView> state_;
};

class BigBackend final : public http::Backend {
 public:
  explicit BigBackend(std::shared_ptr<const ledger::StateView> state) : state_(std::move(state)) {}
  const ledger::Genesis& genesis() const override { return node_.genesis(); }
  std::shared_ptr<const ledger::LedgerReader> reader() const override {
    return std::make_shared<OtherState>(node_.reader(), state_);
  }
  http::NodeStatus status() const override { return node_.status(); }
  void submit(Bytes leaf, std::function<void(http::SubmitAnswer)> done) override { node_.submit(leaf, done); }
  http::SubmissionState submission(const crypto::Digest& id) const override { return node_.submission(id); }
  std::uint64_t next_sequence(const std::string& administration, const crypto::PublicKey& key) const override {
    return node_.next_sequence(administration, key);
  }
  std::string metrics() const override { return node_.metrics(); }

 private:
  MemoryLedger node_;
  std::shared_ptr<const ledger::StateView> state_;
};

std::shared_ptr<const ledger::StateView> many_firms(int count) {
  auto state = std::make_shared<MapState>();
  state->put(ledger::RecordType::kMember, "", ledger::v1::MemberRecord());
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(1'000'000 + i);
    ledger::v1::OperatorRecord firm;
    firm.set_subject("BR-" + number);
    firm.add_tins()->set_tin("BR" + number);
    firm.add_certificates("OEA" + number);
    state->put(ledger::RecordType::kOperator, firm.subject(), firm);
    ledger::v1::CertificateRecord certificate;
    certificate.set_certificate("OEA" + number);
    certificate.set_subject(firm.subject());
    certificate.set_scheme(ledger::v1::SECURITY);
    certificate.add_intervals()->set_from("2024-01-01");
    certificate.add_role_changes()->add_added(ledger::v1::EXPORTER);
    certificate.add_terms()->set_level("A");
    state->put(ledger::RecordType::kCertificate, certificate.certificate(), certificate);
  }
  return state;
}

}  // namespace

TEST_CASE("a list of a million certificates in pages of a thousand", "[.bench]") {
  BigBackend node(many_firms(1'000'000));
  const auto start = std::chrono::steady_clock::now();
  std::string after;
  std::size_t rows = 0;
  double slowest_ms = 0;
  do {
    Request request;
    request.method = "GET";
    request.target = "/v1/list?issuer=BR&on=2026-01-01&format=csv" + (after.empty() ? "" : "&after=" + after);
    const auto begun = std::chrono::steady_clock::now();
    Response page;
    route(node, request, [&](Response response) { page = std::move(response); });
    slowest_ms = std::max(slowest_ms,
                          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
    rows += static_cast<std::size_t>(std::count(page.body.begin(), page.body.end(), '\n')) - 1;
    after = header(page, "Quipu-Next-After");
  } while (!after.empty());
  const double all_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(rows == 1'000'000);
  std::cout << "a million rows: " << all_s << " s, slowest page " << slowest_ms << " ms\n";
}

}  // namespace routes_test
