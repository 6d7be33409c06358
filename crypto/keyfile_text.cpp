// SPDX-License-Identifier: Apache-2.0
#include "crypto/keyfile_text.h"

#include <algorithm>
#include <charconv>

namespace quipu::crypto {
namespace {

constexpr std::string_view kFirstLine = "quipu-key-v1\n";
constexpr std::size_t kMaxLabelSize = 200;
constexpr const char* kPurposes[] = {"issuer",   "approver", "governance", "vote",
                                     "cosigner", "log",      "transport",  "side"};

std::string line(std::string_view name, std::string_view value) {
  return std::string(name) + ": " + std::string(value) + '\n';
}

// Takes `name: value` lines in order; after the first that is missing, everything is empty.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text), ok_(text.starts_with(kFirstLine)) {
    if (ok_) at_ = kFirstLine.size();
  }
  std::string_view value(std::string_view name) {
    const std::string_view rest = text_.substr(at_);
    const std::size_t end = rest.find('\n');
    ok_ = ok_ && end != std::string_view::npos && rest.starts_with(std::string(name) + ": ");
    if (!ok_) return {};
    at_ += end + 1;
    return rest.substr(name.size() + 2, end - name.size() - 2);
  }
  template <class F>
  F fixed(std::string_view name) {
    const auto parsed = F::from(from_base64(value(name)).value_or(""));
    ok_ = ok_ && parsed;
    return parsed.value_or(F{});
  }
  std::uint64_t number(std::string_view name) {
    const std::string_view digits = value(name);
    std::uint64_t parsed = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
    ok_ = ok_ && digits == std::to_string(parsed);
    return parsed;
  }
  bool done() const { return ok_ && at_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_;
};

}  // namespace

std::string KeyFileText::authenticated() const {
  return std::string(kFirstLine) + line("administration", header.administration) + line("purpose", header.purpose) +
         line("label", header.label) + line("public-key", to_base64(header.public_key.view())) +
         line("kdf", "argon2id") + line("ops", std::to_string(ops)) +
         line("memory-bytes", std::to_string(memory_bytes)) + line("salt", to_base64(salt.view())) +
         line("nonce", to_base64(nonce.view()));
}

std::string KeyFileText::format() const { return authenticated() + line("box", to_base64(box)); }

std::optional<KeyFileText> KeyFileText::parse(std::string_view text) {
  LineReader in(text);
  KeyFileText parsed;
  parsed.header.administration = in.value("administration");
  parsed.header.purpose = in.value("purpose");
  parsed.header.label = in.value("label");
  parsed.header.public_key = in.fixed<PublicKey>("public-key");
  const bool known = in.value("kdf") == "argon2id";
  parsed.ops = in.number("ops");
  parsed.memory_bytes = in.number("memory-bytes");
  parsed.salt = in.fixed<Salt>("salt");
  parsed.nonce = in.fixed<Nonce>("nonce");
  parsed.box = from_base64(in.value("box")).value_or("");
  if (!known || !in.done() || parsed.box.size() != kBoxSize) return std::nullopt;
  return parsed;
}

std::string header_fault(const KeyFile& header) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (header.administration.size() != 2 || !std::ranges::all_of(header.administration, capital)) {
    return "the administration is not a code of two capital letters";
  }
  if (std::ranges::find(kPurposes, header.purpose) == std::end(kPurposes)) return "the purpose is unknown";
  if (header.label.size() > kMaxLabelSize) return "the label is longer than 200 bytes";
  if (std::ranges::any_of(header.label, control)) return "the label has control characters";
  if (!admissible(header.public_key)) return "the public key is not a sound Ed25519 key";
  return {};
}

}  // namespace quipu::crypto
