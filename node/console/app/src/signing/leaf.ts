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

export interface Claims {
  readonly chainId: string
  readonly administration: string
  readonly issuedAt: number // Unix seconds
}
export interface Statement extends Claims {
  readonly sequence: number
  readonly events: readonly Message[]
}

function protectedHeader({ administration, chainId, issuedAt }: Claims, kid: Bytes): Bytes {
  const claims = joined(head(MAP, 3), integer(1), text(administration), integer(2), text(chainId), integer(6), integer(issuedAt))
  return joined(head(MAP, 4), integer(1), integer(ALG_ED25519), integer(3), text(CONTENT_TYPE), integer(4), bytes(kid), integer(15), claims)
}

export type Sign = (message: Bytes) => Promise<Bytes>

export async function signedPayload(payload: Bytes, claims: Claims, kid: Bytes, sign: Sign): Promise<Bytes> {
  const header = protectedHeader(claims, kid)
  const signed = joined(head(ARRAY, 4), text('Signature1'), bytes(header), bytes(new Uint8Array()), bytes(payload))
  const leaf = joined(Uint8Array.of(0xd2), head(ARRAY, 4), bytes(header), head(MAP, 0), bytes(payload), bytes(await sign(signed)))
  if (leaf.length > MOST_BYTES) throw new RangeError('the submission is larger than the ledger takes')
  return leaf
}

export function signedLeaf(statement: Statement, kid: Bytes, sign: Sign): Promise<Bytes> {
  const { chainId, administration, sequence, events } = statement
  return signedPayload(encode('Submission', { chain_id: chainId, administration, sequence, events }), statement, kid, sign)
}

// The submission's id: its RFC 6962 leaf hash.
export const leafId = (leaf: Bytes): Promise<Bytes> => sha256(joined(Uint8Array.of(0), leaf))
