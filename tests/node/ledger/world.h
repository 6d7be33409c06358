// SPDX-License-Identifier: Apache-2.0
// A ledger without network, blocks or signatures: members, arrangements and a state to which events are stated one by
// one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/recognition.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/state.pb.h"

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
  std::string offers(const Submission& submission);  // runs it as it is
  Rejection last_rejection;

  RecognitionAnswer asks(std::string_view recogniser, std::string_view tin, std::string_view role,
                         std::string_view flow, std::string_view day) const;
  std::string reason(std::string_view recogniser, std::string_view tin, std::string_view day,
                     std::string_view role = "EXPORTER", std::string_view flow = "IMPORT") const;
  std::string status(std::string_view issuer, std::string_view certificate, std::string_view day) const;
  v1::CertificateRecord certificate(std::string_view issuer, std::string_view number) const;

  Overlay& state() { return state_; }
  const Overlay& state() const { return state_; }
  Origin origin() const { return {{height_ + 1}, block_time_ms_, leaf_index_, {}, "world.quipu.invalid"}; }

 private:
  void add_member(const WorldMember& member);

  Overlay state_{empty_state()};
  std::uint64_t height_ = 0;
  std::uint64_t block_time_ms_ = 0;
  std::uint64_t leaf_index_ = 2;
  v1::EventRef last_;
};

v1::Event event_from_text(std::string_view text);
v1::Arrangement arrangement_of(std::string id, std::vector<std::string> parties, std::string signed_on,
                               std::uint32_t notice_days, bool consent_required);
crypto::PublicKey key_of(std::string_view member, v1::KeyPurpose purpose);

// AR (dual control, -03:00), BR, CL, PE vote, UY observes. Arrangements ARR (all five, consent, 60 days) from
// 2022-05-18, PACIFIC (CL, PE, no consent) from 2018-07-20. Block date 2025-03-10.
World small_world();

// The same, where on 2024-01-10 BR has registered S1 (TIN BR12345678000190, covering its branches by 8 characters) with
// consent and granted it C1, SECURITY, for IMPORTER and EXPORTER until 2026-12-31, and CL recognises BR under ARR.
World world_with_certificate();

}  // namespace quipu::ledger::testing
