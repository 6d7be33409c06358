// SPDX-License-Identifier: Apache-2.0
#include "tests/node/side/network.h"

#include <algorithm>

#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::side::testing {

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

Bytes commitment_bytes(const Bytes& identity) { return Bytes(commitment_of(RecordKind::kIdentity, identity).view()); }

}  // namespace

Bytes identity_record(const std::string& name, char salt) {
  ledger::v1::IdentityRecord record;
  record.set_salt(std::string(32, salt));
  record.set_legal_name(name);
  return ledger::canonical_bytes(record);
}

Bytes tin_record(const std::string& tin, char salt) {
  ledger::v1::TinRecord record;
  record.set_salt(std::string(32, salt));
  record.set_tin(tin);
  return ledger::canonical_bytes(record);
}

ledger::v1::Event registered(const std::string& subject, const Bytes& identity) {
  ledger::v1::Event event;
  auto& stated = *event.mutable_operator_registered();
  stated.set_subject(subject);
  stated.set_person(ledger::v1::LEGAL);
  stated.set_tin("BR7" + subject);
  stated.set_identity_commitment(commitment_bytes(identity));
  return event;
}

ledger::v1::Event amended(const std::string& subject, const Bytes& identity) {
  ledger::v1::Event event;
  event.mutable_operator_amended()->set_subject(subject);
  event.mutable_operator_amended()->set_identity_commitment(commitment_bytes(identity));
  return event;
}

Network::Network(ledger::testing::World& world, const std::vector<std::string>& members) : world_(world) {
  now_.utc_ms = static_cast<std::int64_t>(world.origin().block_time_ms);
  for (const auto& code : members) members_[code];
  for (const auto& code : members) start(code);
}

void Network::start(const std::string& code) {
  auto& member = members_.at(code);
  std::set<Subject> accounted;
  for (const auto& account : member.accounts) accounted.insert(account.subject);
  member.exchange = std::make_unique<Exchange>(code, member.owners, accounted);
  member.up = true;
  show(code);
  for (const auto& [other, peer] : members_) {
    if (other == code || !peer.up) continue;
    step(code, PeerUp{other});
    step(other, PeerUp{code});
  }
}

void Network::stop(const std::string& code) {
  members_.at(code).up = false;
  for (const auto& [other, peer] : members_) {
    if (peer.up) step(other, PeerDown{code});
  }
}

void Network::show(const std::string& code, Changes changes) {
  const auto origin = world_.origin();
  now_.utc_ms = std::max(now_.utc_ms, static_cast<std::int64_t>(origin.block_time_ms));
  step(code, Advanced{std::make_shared<ledger::Overlay>(world_.state()), origin.height.value,
                      ledger::Date::of(origin.block_time_ms, 0), std::move(changes)});
  tick(code);
}

void Network::show_all() {
  for (const auto& [code, member] : members_) {
    if (member.up) show(code);
  }
}

void Network::show_changed(const Subject& subject) {
  for (const auto& [code, member] : members_) {
    if (member.up) show(code, {.subjects = {subject}, .all = false});
  }
}

// Whatever is to be done at once.
void Network::tick(const std::string& code) {
  auto& exchange = *members_.at(code).exchange;
  while (exchange.next_deadline_us() && *exchange.next_deadline_us() <= now_.steady_us) step(code, Tick{});
}

void Network::pass(std::int64_t seconds) {
  const std::int64_t until_us = now_.steady_us + seconds * 1'000'000;
  while (now_.steady_us < until_us) {
    now_.steady_us += 500'000;
    now_.utc_ms += 500;
    for (const auto& [code, member] : members_) {
      if (member.up) tick(code);
    }
  }
}

Verdict Network::hand_in(const std::string& code, const std::string& subject, RecordKind kind, const Bytes& record) {
  step(code, HandedIn{1, subject, kind, record});
  return members_.at(code).verdicts.back();
}

void Network::asks(const std::string& from, const std::string& to, std::vector<Commitment> commitments) {
  step(to, Asked{from, std::move(commitments)});
}

void Network::step(const std::string& code, Input input) {
  perform(code, members_.at(code).exchange->step(std::move(input), now_));
}

void Network::perform(const std::string& code, Effects effects) {
  auto& member = members_.at(code);
  const auto perform_one = Overloaded{
      [&](Request& request) {
        ++member.requests;
        member.longest_request = std::max(member.longest_request, request.commitments.size());
        if (members_.at(request.to).up) step(request.to, Asked{code, request.commitments});
      },
      [&](Answer& answer) {
        std::vector<Bytes> records;
        for (const auto& commitment : answer.commitments) records.push_back(member.disk.at(commitment));
        answers.emplace_back(code, records);
        std::optional<std::vector<Bytes>> sent = std::move(records);
        if (tamper) sent = tamper(code, answer.to, *std::move(sent));
        if (sent && members_.at(answer.to).up) step(answer.to, Came{code, *std::move(sent)});
      },
      [&](Keep& keep) {
        member.disk[keep.commitment] = keep.record;
        member.owners[keep.commitment] = keep.owner;
      },
      [&](Delete& gone) {
        member.disk.erase(gone.commitment);
        member.owners.erase(gone.commitment);
      },
      [&](Account& account) { member.accounts.push_back(account); },
      [&](Judged& judged) { member.verdicts.push_back(judged.verdict); },
  };
  for (auto& effect : effects) std::visit(perform_one, effect);
}

}  // namespace quipu::side::testing
