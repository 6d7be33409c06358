// SPDX-License-Identifier: Apache-2.0
// Our vectors (tests/vectors) as the page judges them: receipts, status proofs and lists, policies, checkpoints.
// Usage: QUIPU_SOURCE=ROOT node --test
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { loadVerifier } from './page.mjs'

const quipu = loadVerifier()
const read = (name) => JSON.parse(fs.readFileSync(path.join(process.env.QUIPU_SOURCE, 'tests', 'vectors', name + '.json'), 'utf8'))
const utf8 = (text) => new TextEncoder().encode(text)
const refuses = (promise, name) => assert.rejects(promise, (error) => error instanceof quipu.Refusal, `taken: ${name}`)

test('receipts', async () => {
  const { context, vectors } = read('receipt')
  for (const { name, good, input, gives } of vectors) {
    const said = quipu.verify(utf8(input.text), utf8(context.policy))
    if (!good) { await refuses(said, name); continue }
    const { checkpoint, index } = await said
    assert.deepEqual([Number(index), Number(checkpoint.size), checkpoint.origin], [gives.index, gives.size, gives.origin])
  }
})

// Who asks about a certificate compares its name with what the proof is about; of an absence the page does it when the number is typed.
test('status proofs', async () => {
  const { context, vectors } = read('status')
  for (const { name, good, why, input, gives } of vectors) {
    if (why === 'it is about another certificate') continue
    const said = quipu.verify(utf8(input.text), utf8(context.policy))
    if (!good) { await refuses(said, name); continue }
    const { record, seal } = await said
    assert.equal(Number(seal.height), gives.height)
    assert.equal(record === null ? 'NEVER_ISSUED' : quipu.status_on(record, input.on), gives.status, name)
    if (record !== null) assert.deepEqual([...quipu.roles_on(record, input.on).held].sort(), [...gives.roles].sort())
  }
})

test('status lists', async () => {
  const { context, vectors } = read('list')
  for (const { name, good, input, gives } of vectors) {
    const said = quipu.verify(utf8(input.text), utf8(context.policy))
    if (!good) { await refuses(said, name); continue }
    const { administration, records, seal } = await said
    assert.deepEqual([administration, Array.from(records, (each) => each.certificate), Number(seal.height)], [gives.administration, gives.certificates, gives.height])
  }
})

test('policies, by an honest receipt', async () => {
  const { text } = read('receipt').vectors.find((each) => each.good).input
  for (const { name, good, input } of read('policy').vectors) {
    const said = quipu.verify(utf8(text), utf8(input.text))
    await (good ? said : refuses(said, name))
  }
})

test('checkpoints, in a receipt', async () => {
  const { context, vectors } = read('checkpoint')
  const { text } = read('receipt').vectors.find((each) => each.good).input
  const head = text.slice(0, text.indexOf('\n\n') + 2)
  for (const { name, good, input } of vectors.filter((each) => each.name !== 'of an older tree')) {
    const said = quipu.verify(utf8(head + input.text), utf8(context.policy))
    await (good ? said : refuses(said, name))
  }
})
