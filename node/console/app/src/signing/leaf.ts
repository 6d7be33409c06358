// SPDX-License-Identifier: Apache-2.0
// A submission's leaf: a COSE_Sign1 in the one shape that the ledger takes (docs/formats.md, section 3).
import { joined, sha256, utf8, type Bytes } from './bytes'
import { encode, type Message } from './canonical'

const ALG_ED25519 = -19
const CONTENT_TYPE = 'application/x-protobuf; messageType=quipu.ledger.v1.Submission'
const MOST_BYTES = 61_440

// CBOR's major types.
const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5

function head(major: number, value: number): Bytes {
  const type = major << 5
  if (value < 24) return Uint8Array.of(type | value)
  if (value < 0x100) return Uint8Array.of(type | 24, value)
  if (value < 0x10000) return Uint8Array.of(type | 25, value >> 8, value & 255)
  const out = new Uint8Array(5)
  out[0] = type | 26
  new DataView(out.buffer).setUint32(1, value)
  return out
}
const integer = (value: number): Bytes => (value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value))
const bytes = (content: Bytes): Bytes => joined(head(BYTES, content.length), content)
const text = (content: string): Bytes => joined(head(TEXT, utf8(content).length), utf8(content))

export interface Statement {
  readonly chainId: string
  readonly administration: string
  readonly sequence: number
  readonly issuedAt: number // Unix seconds
  readonly events: readonly Message[]
}

function protectedHeader(statement: Statement, kid: Bytes): Bytes {
  const claims = joined(head(MAP, 3), integer(1), text(statement.administration), integer(2), text(statement.chainId), integer(6), integer(statement.issuedAt))
  return joined(head(MAP, 4), integer(1), integer(ALG_ED25519), integer(3), text(CONTENT_TYPE), integer(4), bytes(kid), integer(15), claims)
}

export type Sign = (message: Bytes) => Promise<Bytes>

export async function signedLeaf(statement: Statement, kid: Bytes, sign: Sign): Promise<Bytes> {
  const payload = encode('Submission', {
    chain_id: statement.chainId,
    administration: statement.administration,
    sequence: statement.sequence,
    events: statement.events,
  })
  const header = protectedHeader(statement, kid)
  const signed = joined(head(ARRAY, 4), text('Signature1'), bytes(header), bytes(new Uint8Array()), bytes(payload))
  const leaf = joined(Uint8Array.of(0xd2), head(ARRAY, 4), bytes(header), head(MAP, 0), bytes(payload), bytes(await sign(signed)))
  if (leaf.length > MOST_BYTES) throw new RangeError('the submission is larger than the ledger takes')
  return leaf
}

// The submission's id: its RFC 6962 leaf hash.
export const leafId = (leaf: Bytes): Promise<Bytes> => sha256(joined(Uint8Array.of(0), leaf))
