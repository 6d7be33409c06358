// SPDX-License-Identifier: Apache-2.0
// Deleter of what a C library hands out: std::unique_ptr<X509, Free<X509_free>>. Stateless.
#pragma once

namespace quipu::crypto {

template <auto release>
struct Free {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

}  // namespace quipu::crypto
