// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/key_possession.h"

namespace quipu::ledger {

Bytes possession_bytes(const consensus::ChainId& chain, std::string_view administration, int purpose,
                       BytesView public_key) {
  crypto::ByteWriter out;
  out.tag("quipu-possession-v1").raw(chain.view()).raw(administration).u8(static_cast<std::uint8_t>(purpose));
  return out.raw(public_key).take();
}

}  // namespace quipu::ledger
