// SPDX-License-Identifier: Apache-2.0
// A submission's leaf as strangers' packages read it: a COSE_Sign1 (RFC 9052) with a payload that is none of our business.
// Everything here throws when something is not as docs/formats.md says, section 3.
import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { createRequire } from 'node:module'
import * as ed25519 from '@noble/ed25519'
import * as cborg from 'cborg'

// Node 18 cannot import this package's modules, but requires them.
const { Algorithms, Sign1 } = createRequire(import.meta.url)('@auth0/cose')

const ALG_ED25519 = -19 // RFC 9864
const CONTENT_TYPE = 'application/x-protobuf; messageType=quipu.ledger.v1.Submission'
const COSE_SIGN1 = 18

ed25519.hashes.sha512 = (message) => new Uint8Array(crypto.createHash('sha512').update(message).digest())

const equal = (one, other) => Buffer.compare(one, other) === 0

// Bytes that the deterministic encoding of RFC 8949, 4.2.1, gives again.
function decode(bytes, tags) {
  const value = cborg.decode(bytes, { strict: true, useMaps: true, rejectDuplicateMapKeys: true, tags })
  assert(equal(cborg.encode(value, cborg.rfc8949EncodeOptions), bytes), 'not the deterministic encoding')
  return value
}

export function parse(leaf) {
  const statement = decode(leaf, cborg.Tagged.preserve(COSE_SIGN1))
  assert(statement instanceof cborg.Tagged, 'no tag')
  assert(Array.isArray(statement.value) && statement.value.length === 4, 'not four parts')
  const [headerBytes, unprotected, payload, signature] = statement.value
  for (const part of [headerBytes, payload, signature]) assert(part instanceof Uint8Array, 'not bytes')
  assert(unprotected instanceof Map && unprotected.size === 0, 'unprotected headers')
  assert.equal(signature.length, 64)
  return { headerBytes, header: decode(headerBytes), payload, signature }
}

export const kidOf = (key) => crypto.createHash('sha256').update(key).digest().subarray(0, 8).toString('hex')

// The author's key by what the header claims, from the keys that the genesis file names.
export function authorOf({ header }, ledger) {
  assert.deepEqual([...header.keys()], [1, 3, 4, 15])
  assert.equal(header.get(1), ALG_ED25519)
  assert.equal(header.get(3), CONTENT_TYPE)
  const claims = header.get(15)
  assert.deepEqual([...claims.keys()], [1, 2, 6])
  assert.equal(claims.get(2), ledger.chainId)
  assert(Number.isSafeInteger(claims.get(6)) && claims.get(6) > 0, 'no issued-at')
  const author = ledger.keys.get(Buffer.from(header.get(4)).toString('hex'))
  assert(author, 'a key of nobody')
  assert.equal(claims.get(1), author.administration)
  return author
}

const signedBytes = ({ headerBytes, payload }) => cborg.encode(['Signature1', headerBytes, new Uint8Array(), payload])

const nodeKey = (key) =>
  crypto.createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') } })

// The package is older than -19, which is EdDSA with the curve fixed: what it verifies of old as -8. The signed bytes
// stay as they are, with -19 in them.
async function byCose(leaf, key) {
  const message = Sign1.decode(leaf)
  assert.equal(message.alg, ALG_ED25519)
  Object.defineProperty(message, 'alg', { value: Algorithms.EdDSA })
  await message.verify(nodeKey(key))
}

async function byNoble(leaf, key) {
  const parsed = parse(leaf)
  assert(ed25519.verify(parsed.signature, signedBytes(parsed), key, { zip215: false }), 'a wrong signature')
}

async function byNode(leaf, key) {
  const parsed = parse(leaf)
  assert(crypto.verify(null, signedBytes(parsed), nodeKey(key), parsed.signature), 'a wrong signature')
}

export const verifiers = { '@auth0/cose': byCose, '@noble/ed25519': byNoble, 'node:crypto': byNode }

export async function check(leaf, ledger) {
  const author = authorOf(parse(leaf), ledger)
  for (const verify of Object.values(verifiers)) await verify(leaf, author.key)
  return author
}
