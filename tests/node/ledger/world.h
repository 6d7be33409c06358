// SPDX-License-Identifier: Apache-2.0
// A ledger without network and blocks: members, arrangements and a state to which signed events are stated one by one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/genesis.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/recognition.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/state.pb.h"
#include "tests/node/ledger/witness.h"

namespace quipu::ledger::testing {

struct WorldMember {
  std::string code;
  std::int32_t utc_offset_minutes = 0;
  bool dual_control = false;
  bool observer = false;
};

class World {
 public:
  World(const std::vector<WorldMember>& members, const std::vector<v1::Arrangement>& arrangements);

  // In force from the first block on: before anything is stated that would have been judged by it.
  void sets(const std::string& parameter, const std::string& value);
  void lists(const std::string& name, std::initializer_list<const char*> codes);
  const Genesis& genesis() const { return *genesis_; }

  // The date of the next blocks, at noon UTC.
  void today(std::string_view date);
  void now_ms(std::uint64_t block_time_ms) { block_time_ms_ = block_time_ms; }
  std::string date() const { return Date::of(block_time_ms_, 0).text(); }

  // States one submission with the key that its first event needs: "OK" or the code's name. Nothing changes when it is
  // refused. Events without a decision date are decided today.
  std::string states(std::string_view author, std::vector<v1::Event> events);
  // The same from protobuf text, one event each.
  std::string says(std::string_view author, std::string_view event_text);
  std::string says(std::string_view author, std::initializer_list<std::string_view> event_texts);

  // The name of the event stated last, for approvals: {leaf, 0}.
  const v1::EventRef& last() const { return last_; }
  // Approves an event as of today.
  std::string approves(std::string_view author, const v1::EventRef& target, std::string_view decision_date = {});

  // For what the calls above never get wrong.
  Submission prepare(std::string_view author, std::vector<v1::Event> events, v1::KeyPurpose purpose);
  // Runs it as it is, signed with the key of this test program that its key id names, else with a stranger's.
  std::string offers(const Submission& submission);
  Rejection last_rejection;

  RecognitionAnswer asks(std::string_view recogniser, std::string_view tin, std::string_view role,
                         std::string_view flow, std::string_view day) const;
  std::string reason(std::string_view recogniser, std::string_view tin, std::string_view day,
                     std::string_view role = "EXPORTER", std::string_view flow = "IMPORT") const;
  std::string status(std::string_view issuer, std::string_view certificate, std::string_view day) const;
  v1::CertificateRecord certificate(std::string_view issuer, std::string_view number) const;

  const Overlay& state() const { return state_; }
  // A state that no log leads to; what is stated from now on is no provocation for a witness.
  Overlay& state_by_hand();
  Origin origin() const { return {{height_ + 1}, block_time_ms_, leaf_index_, genesis_->scope(), genesis_->origin}; }

 private:
  void found();
  void tick();
  Submission as_signed(const Submission& submission) const;

  Bytes founding_;                                 // the genesis file but what is in force by the next two
  std::map<std::string, std::string> parameters_;  // JSON by name
  std::map<std::string, std::string> lists_;
  std::shared_ptr<const Genesis> genesis_;
  Overlay state_{empty_state()};
  std::vector<Stated> history_;  // what was taken
  bool by_hand_ = false;
  std::uint64_t height_ = 0;
  std::uint64_t block_time_ms_ = 0;
  std::uint64_t taken_ms_ = 0;  // the time of what was taken last
  std::uint64_t leaf_index_ = 2;
  v1::EventRef last_;
};

v1::Event event_from_text(std::string_view text);
v1::Arrangement arrangement_of(std::string id, std::vector<std::string> parties, std::string signed_on,
                               std::uint32_t notice_days, bool consent_required);
crypto::PublicKey key_of(std::string_view member, v1::KeyPurpose purpose);
// A key of this name, which World may sign with from now on.
const crypto::SecretKey& officers_key(const std::string& name);

// AR (dual control, -03:00), BR, CL, PE vote, UY observes. Arrangements ARR (all five, consent, 60 days) from
// 2022-05-18, PACIFIC (CL, PE, no consent) from 2018-07-20. Block date 2025-03-10.
World small_world();

// The same, where on 2024-01-10 BR has registered S1 (TIN BR12345678000190, covering its branches by 8 characters) with
// consent and granted it C1, SECURITY, for IMPORTER and EXPORTER until 2026-12-31, and CL recognises BR under ARR.
World world_with_certificate();

}  // namespace quipu::ledger::testing
