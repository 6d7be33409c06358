// SPDX-License-Identifier: Apache-2.0
#include "tests/node/audit/mutations/specimens.h"

#include <catch2/catch.hpp>

#include "crypto/status_proof.h"
#include "node/ledger/status_list.h"
#include "tests/node/audit/sample_epochs.h"

namespace quipu::audit::mutations {
namespace {

using ledger::testing::event_from_text;
using sample::Chain;

std::shared_ptr<const ledger::Submission> stated(const Chain& chain, const std::string& author, std::uint64_t sequence,
                                                 const std::vector<std::string>& events) {
  ledger::v1::Submission message;
  message.set_chain_id(chain.genesis.chain_id);
  message.set_administration(author);
  message.set_sequence(sequence);
  for (const auto& text : events) {
    *message.add_events() = event_from_text(text);
    message.mutable_events()->rbegin()->set_decision_date("2026-09-21");
  }
  return sample::decoded(ledger::sign_submission(message, sample::key(author, "issuer"), chain.next_time_ms() / 1'000));
}

// One firm with two certificates of BO, one of them suspended.
void certify(Chain& chain, std::vector<ledger::ExecutedBlock>& blocks) {
  const auto append = [&](const sample::Submissions& submissions) {
    blocks.push_back(chain.build(submissions));
    chain.append(blocks.back());
  };
  append(
      {stated(chain, "BO", 1,
              {"operator_registered { subject: 'S1' person: LEGAL tin: 'BO123456' }",
               "certificate_granted { certificate: 'C1' subject: 'S1' scheme: SECURITY roles: [IMPORTER, EXPORTER] }",
               "certificate_granted { certificate: 'C2' subject: 'S1' scheme: COMPLIANCE roles: CARRIER }"}),
       stated(chain, "CL", 1, {"operator_registered { subject: 'S1' person: LEGAL tin: 'CL123456' }"})});
  append({stated(chain, "BO", 2, {"certificate_suspended { certificate: 'C1' ground: CURE }"}),
          stated(chain, "BR", 1, {"operator_registered { subject: 'S1' person: LEGAL tin: 'BR123456' }"})});
}

void accuse(Chain& chain) {
  using consensus::VoteKind;
  const consensus::Subject a{{7}, {6}, {3}, crypto::sha256("a")}, b{{7}, {6}, {3}, crypto::sha256("b")};
  chain.add_evidence({chain.vote_of(3, VoteKind::kNotarize, a), chain.vote_of(3, VoteKind::kNotarize, b)});
  chain.add_evidence({chain.vote_of(1, VoteKind::kFinalize, a), chain.vote_of(1, VoteKind::kFinalize, b)});
}

// Certificates, evidence, skipped views, a repeat, two publications.
Export small() {
  Export out{"small", Chain(), {}, {}};
  certify(out.chain, out.blocks);
  out.chain.publish();
  out.chain.skip_view();
  out.chain.skip_view();
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    const auto of = [&](const std::string& code) {
      return "operator_registered { subject: 'T" + std::to_string(sequence) + "' person: LEGAL tin: '" + code + "90" +
             std::to_string(sequence) + "' }";
    };
    out.blocks.push_back(out.chain.build(
        {stated(out.chain, "PE", sequence, {of("PE")}), stated(out.chain, "CL", sequence + 1, {of("CL")})}));
    out.chain.append(out.blocks.back());
    if (sequence == 2) out.chain.repeat();
  }
  out.chain.publish();
  accuse(out.chain);
  out.files = out.chain.files();
  return out;
}

// More than a full tile.
Export large() {
  Export out{"large", Chain(), {}, {}};
  out.chain.grow(8, 9);
  out.chain.publish();
  out.files = out.chain.files();
  return out;
}

Export of_four_epochs() {
  Export out{"epochs", sample::published(), {}, {}};
  out.files = out.chain.files();
  return out;
}

std::string status_of(const Chain& chain, const ledger::MapKey& key) {
  const auto& position = chain.position;
  const auto value_of = [&](BytesView other) { return position.state->get(*ledger::MapKey::from(other)).value(); };
  ledger::StatusBundle bundle{{.key = key, .value = position.state->get(key)}};
  bundle.proof = bundle.value ? crypto::presence_proof(position.map, key.view())
                              : crypto::absence_proof(position.map, key.view(), value_of);
  bundle.seal = chain.receipt(position.tree.size() - 1);
  return bundle.format();
}

std::string list_of(const Chain& chain, const std::string& administration) {
  const auto& position = chain.position;
  const auto value_of = [&](BytesView other) { return position.state->get(*ledger::MapKey::from(other)).value(); };
  const Bytes prefix = ledger::map_prefix(ledger::RecordType::kCertificate, administration);
  ledger::StatusList list{.administration = administration};
  position.state->scan(prefix, [&](const ledger::MapKey& key, BytesView value) {
    list.entries.emplace_back(key.view(), value);
    return true;
  });
  list.proof = crypto::prefix_proof(position.map, prefix, value_of);
  list.seal = chain.receipt(position.tree.size() - 1);
  return list.format();
}

// The same firm's chain, but its members' keys are others'.
std::string receipt_of_strangers() {
  std::vector<ledger::v1::Member> members;
  for (const auto& code : sample::kCodes) {
    auto member = sample::member(code + " false");
    member.set_administration(code);
    members.push_back(member);
  }
  Chain chain(*ledger::parse_genesis(*ledger::make_genesis_file("sample-1", sample::kCreated_ms, members, "")));
  for (const auto& code : sample::kCodes) chain.renamed[code] = code + " false";
  chain.publish();
  return chain.receipt(0).format();
}

Specimens make() {
  Specimens out;
  out.exports.push_back(small());
  out.exports.push_back(of_four_epochs());
  out.exports.push_back(large());
  const Chain& chain = out.exports.front().chain;
  out.policy = ledger::policy_file(chain.genesis.origin, chain.genesis.members);
  for (std::uint64_t leaf = 0; leaf < chain.leaves().size(); leaf += 3) {
    out.receipts.push_back(chain.receipt(leaf).format());
  }
  for (const char* number : {"C1", "C2", "C3", "NONE"}) {
    const auto key = ledger::map_key(ledger::RecordType::kCertificate, "BO", number);
    out.statuses.push_back({key, status_of(chain, key)});
  }
  for (const char* code : {"BO", "PE"}) out.lists.push_back(list_of(chain, code));
  out.strangers_receipt = receipt_of_strangers();
  return out;
}

}  // namespace

const Specimens& specimens() {
  static const Specimens all = make();
  return all;
}

}  // namespace quipu::audit::mutations
