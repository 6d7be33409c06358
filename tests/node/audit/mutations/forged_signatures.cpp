// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/node/audit/mutations/signed_lies.h"

namespace quipu::audit::mutations {
namespace {

using consensus::LinkProof;
using consensus::QuorumProof;
using sample::Files;
using Result = std::optional<Files>;

using ChangeLinks = std::function<bool(std::vector<LinkProof>& links, const Export& given, Dice& dice)>;

// Of a chain of one epoch, whose members are known by their sample keys.
ChangeExport linking(ChangeLinks change) {
  return [change](const Export& given, Dice& dice, std::string& where) -> Result {
    if (given.chain.position.membership->epoch.value > 0) return std::nullopt;
    where = "quorum/" + std::to_string(1 + dice.below(given.chain.position.height.value));
    Files out = given.files;
    auto links = ledger::decode_links(out.at(where), 4);
    if (!links || !change(*links, given, dice) || links->empty()) return std::nullopt;
    out[where] = ledger::encode_links(*links, 4);
    return out;
  };
}

QuorumProof& any_proof(std::vector<LinkProof>& links, Dice& dice) {
  auto& link = dice.any_of(links);
  return link.skipped.empty() || dice.one_in(2) ? link.step : dice.any_of(link.skipped);
}

Bytes signed_by(const Export& given, const QuorumProof& proof) {
  return consensus::vote_bytes(given.chain.scope(), proof.kind, proof.subject);
}

bool vote_of_a_stranger(std::vector<LinkProof>& links, const Export& given, Dice& dice) {
  auto& proof = any_proof(links, dice);
  const char* purposes[] = {"cosigner", "issuer", "stranger"};
  const auto key = sample::key(dice.any_of(sample::kCodes), dice.any_of(purposes));
  dice.any_of(proof.signatures) = key.sign(signed_by(given, proof));
  return true;
}

bool vote_of_another_member(std::vector<LinkProof>& links, const Export&, Dice& dice) {
  auto& proof = any_proof(links, dice);
  const auto [a, b] = dice.two(proof.signatures.size());
  proof.signatures[a] = proof.signatures[b];
  return true;
}

bool vote_for_something_else(std::vector<LinkProof>& links, const Export& given, Dice& dice) {
  auto& proof = any_proof(links, dice);
  QuorumProof other = proof;
  dice.one_in(2) ? void(other.subject.view.value += 1 + dice.below(9))
                 : void(other.subject.block = crypto::sha256(dice.bytes(8)));
  const std::size_t at = dice.below(proof.signatures.size());
  proof.signatures[at] = sample::key(sample::kCodes[proof.signers[at]], "vote").sign(signed_by(given, other));
  return true;
}

// The absent member is said to have signed with one of the others' signatures.
bool vote_claimed_for_the_absent(std::vector<LinkProof>& links, const Export&, Dice& dice) {
  auto& proof = any_proof(links, dice);
  proof.signers[dice.below(proof.signers.size())] = 3;
  std::ranges::sort(proof.signers);
  return true;
}

bool too_few_votes(std::vector<LinkProof>& links, const Export&, Dice& dice) {
  auto& proof = any_proof(links, dice);
  const auto at = static_cast<std::ptrdiff_t>(dice.below(proof.signers.size()));
  proof.signers.erase(proof.signers.begin() + at);
  proof.signatures.erase(proof.signatures.begin() + at);
  return true;
}

bool other_view(std::vector<LinkProof>& links, const Export& given, Dice& dice) {
  auto& proof = any_proof(links, dice);
  proof.subject.view.value += 1 + dice.below(3);
  const std::size_t honest = dice.below(proof.signatures.size());  // all but these sign again
  for (std::size_t i = 0; i < honest; ++i) {
    proof.signatures[i] = sample::key(sample::kCodes[proof.signers[i]], "vote").sign(signed_by(given, proof));
  }
  return true;
}

bool link_not_shown(std::vector<LinkProof>& links, const Export&, Dice& dice) {
  auto& link = dice.any_of(links);
  if (!link.skipped.empty() && dice.one_in(2)) {
    link.skipped.erase(link.skipped.begin() + static_cast<std::ptrdiff_t>(dice.below(link.skipped.size())));
  } else {
    links.erase(links.begin() + static_cast<std::ptrdiff_t>(dice.below(links.size())));
  }
  return true;
}

bool links_exchanged(std::vector<LinkProof>& links, const Export& given, Dice& dice) {
  const auto path = "quorum/" + std::to_string(1 + dice.below(given.chain.position.height.value));
  const auto others = ledger::decode_links(given.files.at(path), 4);
  if (!others) return false;
  dice.any_of(links) = dice.any_of(*others);
  return true;
}

using ChangeNote = std::function<bool(crypto::Note& note, const Export& given, Dice& dice)>;

// The newest checkpoint in both its places, or an older one.
ChangeExport noting(ChangeNote change) {
  return [change](const Export& given, Dice& dice, std::string& where) -> Result {
    Files out = given.files;
    std::vector<std::string> paths;
    for (const auto& [path, content] : out) {
      if (path.starts_with("checkpoints/")) paths.push_back(path);
    }
    where = dice.any_of(paths);
    const bool newest = out.at(where) == out.at("checkpoint");
    auto note = crypto::Note::parse(out.at(where));
    if (!note || !change(*note, given, dice)) return std::nullopt;
    out[where] = note->format();
    if (newest) out["checkpoint"] = note->format();
    return out;
  };
}

bool cosignature_of_a_stranger(crypto::Note& note, const Export&, Dice& dice) {
  auto& line = note.lines[1 + dice.below(note.lines.size() - 1)];
  const auto time_s = crypto::cosignature_time_s(line).value_or(0);
  const auto id = line.id;
  line = crypto::cosign_note(note.text, line.name, sample::key("stranger", "cosigner"), time_s);
  if (dice.one_in(2)) line.id = id;
  return true;
}

bool cosignature_of_another_member(crypto::Note& note, const Export&, Dice& dice) {
  const auto [a, b] = dice.two(note.lines.size());
  dice.one_in(2) ? std::swap(note.lines[a], note.lines[b]) : void(note.lines[a].signature = note.lines[b].signature);
  return true;
}

bool cosigned_at_another_time(crypto::Note& note, const Export&, Dice& dice) {
  auto& line = note.lines[1 + dice.below(note.lines.size() - 1)];
  line.signature[dice.below(8)] ^= static_cast<char>(1 << dice.below(7));
  return true;
}

bool lines_too_few_or_many(crypto::Note& note, const Export&, Dice& dice) {
  const std::size_t at = dice.below(note.lines.size());
  if (dice.one_in(2)) {
    note.lines.erase(note.lines.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    note.lines.push_back(note.lines[at]);
  }
  return true;
}

// Another tree under the true name, cosigned by one member alone or by nobody.
bool other_tree(crypto::Note& note, const Export& given, Dice& dice) {
  auto checkpoint = crypto::Checkpoint::parse(note.text);
  if (!checkpoint) return false;
  dice.one_in(2) ? void(checkpoint->root = crypto::sha256(dice.bytes(8)))
                 : void(checkpoint->size = 1 + dice.below(checkpoint->size));
  const std::string text = checkpoint->text();
  if (text == note.text) return false;
  note.text = text;
  note.lines[0] = crypto::sign_note(text, given.chain.genesis.origin, sample::key("BR", "log"));
  if (dice.one_in(2)) {
    note.lines[1] =
        crypto::cosign_note(text, given.chain.genesis.origin + "/BO", sample::key("BO", "cosigner"), 1'790'000'000);
  }
  return true;
}

// An honest checkpoint of before, as if nothing had come after it.
Result older_for_newest(const Export& given, Dice&, std::string& where) {
  Files out = given.files;
  const auto newest = out.at("checkpoint");
  for (const auto& [path, content] : given.files) {
    if (!path.starts_with("checkpoints/") || content == newest) continue;
    where = path;
    out["checkpoint"] = content;
    std::erase_if(out,
                  [&](const auto& file) { return file.first.starts_with("checkpoints/") && file.second == newest; });
    return out;
  }
  return std::nullopt;
}

Result foreign_key_in_policy(const Export& given, Dice& dice, std::string& where) {
  Files out = given.files;
  where = "policy/0";
  const std::string& origin = given.chain.genesis.origin;
  const auto stranger = sample::key("stranger", "cosigner").public_key();
  const std::string line =
      dice.one_in(2)
          ? "log " + crypto::NoteVerifier{origin, crypto::NoteKeyType::kEd25519, stranger}.vkey()
          : "witness X " + crypto::NoteVerifier{origin + "/X", crypto::NoteKeyType::kCosignature, stranger}.vkey();
  out[where] = line + "\n" + out[where];
  return out;
}

}  // namespace

std::vector<ExportMutation> forged_signatures() {
  return {{"a vote is a stranger's", linking(vote_of_a_stranger)},
          {"a vote is another member's", linking(vote_of_another_member)},
          {"a vote is for something else", linking(vote_for_something_else)},
          {"a vote is claimed for who did not vote", linking(vote_claimed_for_the_absent)},
          {"votes are too few", linking(too_few_votes)},
          {"votes are of another view", linking(other_view)},
          {"a view step is not shown", linking(link_not_shown)},
          {"a view step is another's", linking(links_exchanged)},
          {"a cosignature is a stranger's", noting(cosignature_of_a_stranger)},
          {"a cosignature is another member's", noting(cosignature_of_another_member)},
          {"a cosignature is of another time", noting(cosigned_at_another_time)},
          {"lines of a checkpoint are too few or too many", noting(lines_too_few_or_many)},
          {"a checkpoint is of another tree", noting(other_tree)},
          {"the newest checkpoint is an older one", older_for_newest},
          {"a policy trusts a stranger", foreign_key_in_policy}};
}

}  // namespace quipu::audit::mutations
