// SPDX-License-Identifier: Apache-2.0
#include "tests/node/http/test_ca.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>

namespace test_ca {

namespace fs = std::filesystem;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

Folder::Folder(const std::string& name)
    : path_(fs::temp_directory_path() / ("quipu-" + name + "-" + std::to_string(::getpid()))) {
  fs::remove_all(path_);
  fs::create_directories(path_);
}

Folder::~Folder() { fs::remove_all(path_); }

struct Authority::State {
  Key key;
  Certificate certificate;
};

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate blank(EVP_PKEY* key, const std::string& name, const Wish& wish) {
  static long serial = 1;
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x), wish.from_s);
  X509_gmtime_adj(X509_getm_notAfter(x), wish.until_s);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1, 0);
  X509_set_pubkey(x, key);
  return certificate;
}

void write_certificate(const fs::path& file, X509* certificate) {
  std::FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out != nullptr);
  PEM_write_X509(out, certificate);
  std::fclose(out);
}

void write_key(const fs::path& file, EVP_PKEY* key) {
  std::FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out != nullptr);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
}

Authority::Authority(const Folder& folder, const std::string& name)
    : state_(std::make_unique<State>()), certificate_(folder / (name + ".pem")) {
  state_->key.reset(EVP_EC_gen("P-256"));
  state_->certificate = blank(state_->key.get(), name, {});
  X509* x = state_->certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  extend(x, x, NID_basic_constraints, "critical,CA:TRUE");
  REQUIRE(X509_sign(x, state_->key.get(), EVP_sha256()) > 0);
  write_certificate(certificate_, x);
}

Authority::~Authority() = default;

void Authority::sign(const fs::path& certificate, const fs::path& key, const Wish& wish) const {
  const Key own(EVP_EC_gen("P-256"));
  const Certificate made = blank(own.get(), wish.of_caller ? "an officer" : "a node", wish);
  X509* issuer = state_->certificate.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  extend(made.get(), issuer, NID_ext_key_usage, wish.of_caller ? "clientAuth" : "serverAuth");
  if (!wish.of_caller) extend(made.get(), issuer, NID_subject_alt_name, wish.names);
  REQUIRE(X509_sign(made.get(), state_->key.get(), EVP_sha256()) > 0);
  write_certificate(certificate, made.get());
  write_key(key, own.get());
}

}  // namespace test_ca
