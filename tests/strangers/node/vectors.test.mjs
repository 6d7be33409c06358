// SPDX-License-Identifier: Apache-2.0
// Our vectors (tests/vectors) as a stranger judges them who has read docs/formats.md alone: leaves by npm's packages, the rest by
// the few lines below on Node's own SHA-256 and Ed25519.
// Usage: QUIPU_VECTORS=DIR node --test
import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { test } from 'node:test'
import { check, kidOf, parse } from './leaf.mjs'

const read = (name) => JSON.parse(fs.readFileSync(path.join(process.env.QUIPU_VECTORS, name), 'utf8'))
const bytes = (hex) => Buffer.from(hex, 'hex')
const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest()
const u16 = (n) => { const out = Buffer.alloc(2); out.writeUInt16BE(n); return out }
const u64 = (n) => { const out = Buffer.alloc(8); out.writeBigUInt64BE(BigInt(n)); return out }
const tag = (text) => Buffer.from(text + '\0')
const nodeKey = (key) => crypto.createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') } })
const isSigned = (key, message, signature) => crypto.verify(null, message, nodeKey(key), signature)

// Each good vector gives what the file says; of the bad ones all but those that this stranger cannot see.
async function judge(format, verdict, unseen = []) {
  const { context, vectors } = read(format + '.json')
  for (const { name, good, why, input, gives } of vectors) {
    if (unseen.includes(why)) continue
    if (good) {
      for (const [field, value] of Object.entries(await verdict(context, input))) assert.deepEqual(value, gives[field], `${name}: ${field}`)
    } else {
      await assert.rejects(async () => verdict(context, input), undefined, `${format}: taken: ${name}`)
    }
  }
}

test('the manifest counts what is there', () => {
  for (const { file, good, bad } of read('manifest.json').formats) {
    const { vectors } = read(file)
    assert.equal(vectors.filter((each) => each.good).length, good)
    assert.equal(vectors.filter((each) => !each.good).length, bad)
  }
})

test('leaves, whose payload is none of our business', async () => {
  await judge('leaf', async (context, input) => {
    const leaf = new Uint8Array(bytes(input.bytes))
    const keys = new Map(context.keys.map(({ administration, public_key }) => {
      const key = new Uint8Array(bytes(public_key))
      return [kidOf(key), { administration, key }]
    }))
    const { header, payload } = parse(leaf)
    await check(leaf, { chainId: context.chain_id, keys })
    return { id: sha256(Buffer.of(0), leaf).toString('hex'), kid: Buffer.from(header.get(4)).toString('hex'),
             payload: Buffer.from(payload).toString('hex'), issued_at: header.get(15).get(6) }
  }, ['NOT_CANONICAL'])
})

// Section 5: members of a genesis file, by code, and what they sign.
function electorate(genesisText) {
  const genesis = JSON.parse(genesisText), chain = sha256(Buffer.from(genesisText))
  const voters = genesis.members.filter((each) => !each.observer)
    .map((each) => ({ code: each.administration, vote: Buffer.from(each.vote_key, 'base64') }))
    .sort((a, b) => (a.code < b.code ? -1 : 1))
  return { chain, voters, quorum: voters.length - Math.floor((voters.length - 1) / 3) }
}
const KINDS = [undefined, 'NOTARIZE', 'NULLIFY', 'FINALIZE']
const scope = (kind, { chain }) => Buffer.concat([tag('quipu-vote-v1'), Buffer.of(kind), chain, u64(0), chain])

class Reader {
  constructor(content) { this.rest = content }
  take(size) {
    assert(this.rest.length >= size, 'cut short')
    const part = this.rest.subarray(0, size)
    this.rest = this.rest.subarray(size)
    return part
  }
  end() { assert.equal(this.rest.length, 0, 'bytes behind it') }
}
function subjectOf(reader, kind) {
  assert(KINDS[kind], 'no such kind')
  return reader.take(kind === 2 ? 8 : 56)
}

test('quorum proofs: distinct members, enough of them, every signature', async () => {
  await judge('quorum', (context, input) => {
    const members = electorate(context.genesis), reader = new Reader(bytes(input.bytes))
    const kind = reader.take(1)[0], subject = subjectOf(reader, kind)
    const bitmap = reader.take(Math.ceil(members.voters.length / 8)), signers = []
    for (let i = 0; i < 8 * bitmap.length; i++) if (bitmap[i >> 3] >> (i & 7) & 1) signers.push(members.voters[i])
    const message = Buffer.concat([scope(kind, members), subject])
    for (const signer of signers) assert(isSigned(signer.vote, message, reader.take(64)), 'a false vote')
    reader.end()
    assert(signers.length >= members.quorum, 'too few votes')
    return { kind: KINDS[kind], signed_bytes: message.toString('hex'), signers: signers.map((each) => each.code) }
  })
})

test('evidence: two votes of one member in one view that no honest member signs', async () => {
  await judge('evidence', (context, input) => {
    const members = electorate(context.genesis), reader = new Reader(bytes(input.bytes))
    assert.deepEqual(reader.take(40), Buffer.concat([u64(0), members.chain]))
    const signer = members.voters[reader.take(2).readUInt16BE()], votes = []
    for (let i = 0; i < 2; i++) {
      const kind = reader.take(1)[0], subject = subjectOf(reader, kind)
      assert(isSigned(signer.vote, Buffer.concat([scope(kind, members), subject]), reader.take(64)), 'a false vote')
      votes.push({ kind, subject, view: subject.readBigUInt64BE() })
    }
    reader.end()
    const [a, b] = votes, blocks = a.kind !== 2 && b.kind !== 2
    assert.equal(a.view, b.view)
    assert(blocks ? !a.subject.equals(b.subject) : a.kind !== b.kind && (a.kind === 3 || b.kind === 3), 'no contradiction')
    return { member: signer.code, view: Number(a.view), path: 'evidence/' + sha256(bytes(input.bytes)).toString('hex') }
  })
})

// Section 6: the map.
function varint(n) {
  const out = []
  for (; n > 127; n >>>= 7) out.push(n & 127 | 128)
  return Buffer.of(...out, n)
}
const mapLeaf = (key, value) => sha256(Buffer.of(0), varint(key.length), key, varint(value.length), value)
const bit = (key, at) => key[at >> 3] >> (7 - (at & 7)) & 1
function takeVarint(reader) {
  for (let value = 0, shift = 0; ; shift += 7) {
    const byte = reader.take(1)[0]
    value |= (byte & 127) << shift
    if (byte < 128) return value
  }
}
function rootFrom(key, value, steps, wanted = key) {
  let hash = mapLeaf(key, value)
  for (let below = Infinity; steps.rest.length > 0;) {
    const at = takeVarint(steps), beside = steps.take(32)
    assert(at < below && bit(key, at) === bit(wanted, at), 'a step out of place')
    below = at
    hash = sha256(Buffer.of(1), varint(at), ...(bit(key, at) ? [beside, hash] : [hash, beside]))
  }
  return hash
}
test('records: keys and leaves of the map', async () => {
  await judge('record', (_, input) => {
    const key = Buffer.concat([Buffer.of(input.type), Buffer.from(input.administration),
                               sha256(tag('quipu-map-v1'), Buffer.from(input.identifier))])
    return { key: key.toString('hex'), map_leaf: mapLeaf(key, bytes(input.value)).toString('hex') }
  }, ['not canonical'])
})
test('the map: what is there and what is not', async () => {
  await judge('map', (_, input) => {
    const key = bytes(input.key), reader = new Reader(bytes(input.proof))
    let root
    if (input.value !== null) {
      root = rootFrom(key, bytes(input.value), reader)
    } else if (reader.rest.length === 0) {
      root = sha256()
    } else {
      const other = reader.take(takeVarint(reader)), value = reader.take(takeVarint(reader))
      assert(!other.equals(key), 'the key itself')
      root = rootFrom(other, value, reader, key)
    }
    assert.equal(root.toString('hex'), input.root)
    return {}
  })
})

test('a handover: the block that a quorum of the members before finalized, and whom it names', async () => {
  await judge('handover', (context, input) => {
    const members = electorate(context.genesis), reader = new Reader(bytes(input.bytes))
    const header = reader.take(120), next = header.subarray(88)
    assert.equal(header.readBigUInt64BE(), 0n)
    const block = sha256(tag('quipu-block-v1'), members.chain, header)
    const proof = new Reader(reader.take(reader.take(4).readUInt32BE()))
    assert.equal(proof.take(1)[0], 3)
    const subject = proof.take(56), bitmap = proof.take(Math.ceil(members.voters.length / 8))
    assert(subject.subarray(24).equals(block) && subject.subarray(16, 24).equals(header.subarray(8, 16)), 'another block')
    const message = Buffer.concat([scope(3, members), subject])
    let votes = 0
    members.voters.forEach((voter, i) => {
      if (!(bitmap[i >> 3] >> (i & 7) & 1)) return
      assert(isSigned(voter.vote, message, proof.take(64)), 'a false vote')
      votes++
    })
    proof.end()
    assert(votes >= members.quorum, 'too few votes')
    assert(sha256(tag('quipu-members-v1'), reader.rest).equals(next), 'other members')
    const voters = []
    while (reader.rest.length > 0) voters.push(reader.take(reader.take(2).readUInt16BE()).subarray(2, 4).toString())
    return { height: Number(header.readBigUInt64BE(8)), anchor: block.toString('hex'), membership_hash: next.toString('hex'), voters }
  })
})
