// SPDX-License-Identifier: Apache-2.0
#include "storage/signing.h"

#include "crypto/note.h"

namespace quipu::storage {

namespace {

class SigningHere final : public Signing {
 public:
  SigningHere(Signer signer, crypto::SecretKey cosigner, std::string origin)
      : signer_(std::move(signer)), cosigner_(std::move(cosigner)), origin_(std::move(origin)) {}

  std::expected<crypto::Signature, consensus::Refusal> sign(const consensus::Slot& slot,
                                                            const consensus::Subject& subject) override {
    return signer_.sign(slot, subject);
  }
  void enter_epoch(const consensus::Scope& scope, const consensus::Tip& tip, consensus::View handed_over) override {
    signer_.enter_epoch(scope, tip, handed_over);
  }
  void abstain(consensus::View until) override { signer_.abstain(until); }
  void set_tip(const consensus::Tip& tip) override { signer_.set_tip(tip); }

  std::optional<crypto::Signature> cosign(std::uint64_t size, const crypto::Digest& root,
                                          std::uint64_t time_s) override {
    const auto& tip = record().tip;
    if (size != tip.tree_size || root != tip.tree_root) return std::nullopt;
    const crypto::Checkpoint checkpoint{origin_, size, root};
    return cosigner_.sign(crypto::cosignature_message(checkpoint.text(), time_s));
  }

  const consensus::SafetyRecord& record() const override { return signer_.record(); }
  const crypto::PublicKey& vote_key() const override { return signer_.public_key(); }
  const crypto::PublicKey& cosigner_key() const override { return cosigner_.public_key(); }
  std::uint64_t syncs() const override { return signer_.syncs(); }

 private:
  Signer signer_;
  crypto::SecretKey cosigner_;
  std::string origin_;
};

}  // namespace

std::expected<std::unique_ptr<Signing>, std::string> sign_here(std::unique_ptr<SlotDevice> slots,
                                                               const consensus::SafetyRecord& first,
                                                               const std::string& origin, crypto::SecretKey vote,
                                                               crypto::SecretKey cosigner) {
  auto file = is_lost(*slots) ? SafetyFile::begin_again(std::move(slots), first) : SafetyFile::load(std::move(slots));
  if (!file) return std::unexpected(file.error());
  if (file->record().chain != first.chain)
    return std::unexpected("the safety file belongs to another chain: put this member's own file back");
  // Which epoch it really is, the state finds out; until then the signer is in that of its own record.
  const consensus::Scope scope{first.chain, file->record().epoch, first.chain};
  return std::make_unique<SigningHere>(Signer(std::move(*file), std::move(vote), scope), std::move(cosigner), origin);
}

}  // namespace quipu::storage
