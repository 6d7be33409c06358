// SPDX-License-Identifier: Apache-2.0
// How the pure ledger reads its state, and how a block's changes are stacked on it. A StateView is immutable while it
// lives; an Overlay belongs to one thread until it is shared as const.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "crypto/bytes.h"

namespace quipu::ledger {

// Key of one record in the status map (docs/formats.md): type u8 || administration 2 B || SHA-256("quipu-map-v1" 00 ||
// id).
using MapKey = crypto::Fixed<35, struct MapKeyTag>;

enum class RecordType : std::uint8_t {
  kCertificate = 0x01,  // issuer; number
  kOperator = 0x02,     // issuer; subject
  kKey = 0x03,          // owner; hex of the public key
  kEdge = 0x04,         // recogniser; arrangement/issuer
  kSequence = 0x05,     // owner; hex of the public key
  kConsent = 0x06,      // issuer; subject
  kDenial = 0x07,       // recogniser; arrangement/issuer/subject
  kTin = 0x08,          // author; TIN
  kAlias = 0x09,        // recogniser; kind/alias
  kProposal = 0x0a,     // opener; id
  kRegister = 0x0b,     // "--"; word/id: parameter, list, definition, arrangement
  kMember = 0x0c,       // itself; empty
  kValidation = 0x0d,
  kExpert = 0x0e,
  kCase = 0x0f,         // author; id
  kIndicator = 0x10,    // reporter; arrangement/partner/flow/mode/group/month
  kApproval = 0x11,     // author; leaf hex/event
  kProgramme = 0x13,    // issuer; month, or empty
  kApplication = 0x18,  // author; id
  kSubmission = 0x19,   // author; hex of the leaf hash
  kReaffirmed = 0x1a,   // author; leaf index/event
};

// `administration` is exactly two characters ("--" for kRegister).
MapKey map_key(RecordType type, std::string_view administration, std::string_view identifier);
// type || administration, for scans: everything of one kind of one administration. Without administration: of all.
Bytes map_prefix(RecordType type, std::string_view administration = {});

class StateView {
 public:
  virtual ~StateView() = default;
  virtual std::optional<Bytes> get(const MapKey& key) const = 0;
  // Ascending by key, until `each` returns false.
  using Each = std::function<bool(const MapKey& key, BytesView value)>;
  virtual void scan(BytesView prefix, const Each& each) const = 0;
};

class Overlay final : public StateView {
 public:
  explicit Overlay(std::shared_ptr<const StateView> below) : below_(std::move(below)) {}
  void put(const MapKey& key, Bytes value) { changes_.insert_or_assign(key, std::move(value)); }
  std::optional<Bytes> get(const MapKey& key) const override;
  void scan(BytesView prefix, const Each& each) const override;
  const std::map<MapKey, Bytes>& changes() const { return changes_; }

 private:
  std::shared_ptr<const StateView> below_;
  std::map<MapKey, Bytes> changes_;
};

// Nothing in it.
std::shared_ptr<const StateView> empty_state();

}  // namespace quipu::ledger
