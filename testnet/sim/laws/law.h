// SPDX-License-Identifier: Apache-2.0
// What must hold whatever happens, watched from outside the nodes: on the wire, on the disks, in what clients are told.
// Laws share no predicate with production code beyond decoding and Ed25519. One file per law.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/host/host.h"
#include "node/replica/replica.h"
#include "storage/database.h"
#include "testnet/sim/cast.h"
#include "testnet/sim/network.h"

namespace quipu::testnet {

struct Violation {
  std::string law;
  std::string what;
};

// Keeps the first violation; the run ends with it.
class Report {
 public:
  void broken(std::string law, std::string what) {
    if (!first_) first_ = Violation{std::move(law), std::move(what)};
  }
  const std::optional<Violation>& first() const { return first_; }

 private:
  std::optional<Violation> first_;
};

struct Who {
  Endpoint endpoint = 0;
  std::size_t administration = 0;                       // its place in the cast
  std::shared_ptr<const ledger::Membership> members{};  // of the epoch that it is in
  bool older = false;                                   // its program knows fewer versions: it may have to halt

  // Among these; their number when it does not vote.
  consensus::MemberIndex member(const Cast& cast) const {
    const auto index = members->members.index_of(cast.code(administration));
    return index.value_or(static_cast<consensus::MemberIndex>(members->members.size()));
  }
};
std::string name_of(const Who& who);

// Called about honest nodes only, in the order things happen.
class Law {
 public:
  virtual ~Law() = default;
  // Also when an epoch begins.
  virtual void booted(const Who&, const host::Host&, const replica::Restored&) {}
  virtual void lost_power(const Who&, [[maybe_unused]] std::size_t unsynced_kept) {}
  virtual void lost_database(const Who&) {}  // all of it, but not the safety file
  virtual void database_written(const Who&, const storage::Batch&, storage::Durability) {}
  virtual void slot_written(const Who&, const consensus::SafetyRecord&) {}
  virtual void performing(const Who&, const replica::Effect&) {}
  virtual void performed(const Who&, const replica::Effect&) {}
  virtual void sent(const Who&, const consensus::Message&) {}
  virtual void stepped(const Who&, const replica::Status&) {}
  // By clients. `valid`: the only reason to refuse it is another submission with the same sequence.
  virtual void submitted(BytesView leaf, [[maybe_unused]] bool valid) { (void)leaf; }
};

// Each constructor's file says what the law is. `honest[a]`: administration a runs our code, once.
struct LawContext {
  std::shared_ptr<const Cast> cast;
  std::vector<bool> honest;
  Report& report;
};
std::unique_ptr<Law> agreement(const LawContext& context);
std::unique_ptr<Law> bounds(const LawContext& context);
std::unique_ptr<Law> durable_outcomes(const LawContext& context);
std::unique_ptr<Law> durable_votes(const LawContext& context);
std::unique_ptr<Law> honest_votes(const LawContext& context);
std::unique_ptr<Law> quorum_proofs(const LawContext& context);
std::unique_ptr<Law> submissions(const LawContext& context);

std::vector<std::unique_ptr<Law>> all_laws(const LawContext& context);

}  // namespace quipu::testnet
