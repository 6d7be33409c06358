// SPDX-License-Identifier: Apache-2.0
// What is not exactly a good leaf is refused, by each package for itself where it can see it.
// Usage: QUIPU_EXPORT=DIR node --test
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as cborg from 'cborg'
import { authorOf, check, parse, verifiers } from './leaf.mjs'
import { readLedger } from './ledger.mjs'

const ledger = readLedger(process.env.QUIPU_EXPORT)
const leaf = ledger.leaves.find((each) => each[0] === 0xd2)
const author = authorOf(parse(leaf), ledger)

function turned(at, bit) {
  const other = new Uint8Array(leaf)
  other[at] ^= 1 << bit
  return other
}

test('the leaf is good as it is', async () => {
  await check(leaf, ledger)
})

test('every bit of a leaf counts', async () => {
  for (let bit = 0; bit < 8 * leaf.length; bit++) {
    const other = turned(bit >> 3, bit & 7)
    await assert.rejects(check(other, ledger), `accepted with another byte ${bit >> 3}`)
  }
})

for (const [name, verify] of Object.entries(verifiers)) {
  test(`${name} refuses another byte anywhere in the signed parts and in the signature`, async () => {
    const { headerBytes, payload, signature } = parse(leaf)
    for (const part of [headerBytes, payload, signature]) {
      const begin = Buffer.from(leaf).indexOf(part)
      assert(begin > 0)
      for (let i = 0; i < part.length; i++) {
        await assert.rejects(verify(turned(begin + i, i % 8), author.key), `accepted with another byte ${begin + i}`)
      }
    }
  })

  test(`${name} refuses another author's key`, async () => {
    const other = [...ledger.keys.values()].find((each) => each.administration !== author.administration)
    await assert.rejects(verify(leaf, other.key))
  })
}

// The same values in another spelling, with the signature that is good for them: each is one more leaf for one statement.
function spelledOtherwise() {
  const { headerBytes, payload, signature } = parse(leaf)
  const parts = [headerBytes, new Map(), payload, signature]
  const encode = (value) => cborg.encode(value, cborg.rfc8949EncodeOptions)
  const withoutTag = encode(parts)
  const longArray = new Uint8Array([0xd2, 0x98, 0x04, ...withoutTag.subarray(1)])
  return {
    'without its tag': withoutTag,
    'with a tag of another kind': encode(new cborg.Tagged(98, parts)),
    'with a length that is not the shortest': longArray,
    'with an unprotected header': encode(new cborg.Tagged(18, [headerBytes, new Map([[4, author.key]]), payload, signature])),
    'with a byte behind it': new Uint8Array([...leaf, 0]),
    'cut short': leaf.subarray(0, leaf.length - 1),
  }
}

test('another spelling of the same statement is refused', async () => {
  for (const [how, other] of Object.entries(spelledOtherwise())) await assert.rejects(check(other, ledger), how)
})

test('a leaf of another chain or of a key that nobody has is refused', async () => {
  await assert.rejects(check(leaf, { ...ledger, chainId: 'another-1' }))
  await assert.rejects(check(leaf, { ...ledger, keys: new Map() }))
})
