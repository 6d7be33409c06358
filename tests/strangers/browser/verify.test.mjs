// SPDX-License-Identifier: Apache-2.0
// The page's verifier, in Node's WebCrypto: what our programs made it accepts and reads as they do; every turned bit it refuses.
// Usage: QUIPU_SOURCE=ROOT QUIPU_LEDGER=DIR node --test
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expected, files, loadVerifier, policy } from './page.mjs'

const quipu = loadVerifier()
const receipts = files('receipts')
const statuses = files('status')
const lists = files('lists')

async function turnedBits(name, bytes, accept, step = 1) {
  for (let at = 0; at < bytes.length; at += step) {
    const other = new Uint8Array(bytes)
    other[at] ^= 1 << at % 8
    await assert.rejects(accept(other), (error) => error instanceof quipu.Refusal, `${name}: accepted with another byte ${at}`)
  }
}

test('every receipt is verified and its statement read', async () => {
  assert(receipts.length >= 6)
  for (const { bytes } of receipts) {
    const said = await quipu.verify(bytes, policy())
    assert.equal(said.kind, 'receipt')
    assert.match(said.submission.administration, /^(BO|CL)$/)
    assert(said.submission.events.length >= 1)
    assert.equal(said.checkpoint.cosigners.length, 3)
  }
})

test('every status proof says what quipu-audit says, on every day that was asked', async () => {
  const asked = expected()
  assert(asked.length >= 20)
  for (const { file, day, status, roles } of asked) {
    const said = await quipu.verify(statuses.find((each) => each.name === file).bytes, policy())
    if (status === 'NEVER_ISSUED') {
      assert.equal(said.record, null)
      continue
    }
    assert.equal(quipu.status_on(said.record, day), status, `${file} on ${day}`)
    assert.deepEqual([...quipu.roles_on(said.record, day).held].sort(), [...roles].sort())
  }
})

test('every status list has the certificates that quipu-audit says, with their status on every day that was asked', async () => {
  const asked = expected('expected_lists')
  assert(asked.some((each) => each.certificates.length >= 8) && asked.some((each) => each.certificates.length === 0))
  for (const { file, day, on, administration, certificates } of asked) {
    const said = await quipu.verify(lists.find((each) => each.name === file).bytes, policy())
    assert.equal(day, on)
    assert.equal(said.administration, administration)
    const read = Array.from(said.records, (record) => [`${administration}/${record.certificate}`, quipu.status_on(record, day)])
    assert.deepEqual(read.sort(), certificates.map((each) => [each.certificate, each.status]).sort(), `${file} on ${day}`)
  }
})

test('the time of a statement is read whatever bytes it has', () => {
  // The worked leaf of docs/formats.md with other times; nobody checks its signature here.
  const header = 'a4013203783e6170706c69636174696f6e2f782d70726f746f6275663b206d657373616765547970653d71756970752e6c65646765722e76312e' +
    '5375626d697373696f6e044821fe31dfa154a2610fa3016250450267616e6465732d31061a'
  for (const time of ['6553f100', '65a3f1a3', 'a3a3a3a3', '651a001a']) {
    const leaf = Uint8Array.from(Buffer.from(`d2845863${header}${time}a0430a01785840${'00'.repeat(64)}`, 'hex'))
    assert.equal(quipu.read_submission(leaf).issued_s, parseInt(time, 16))
  }
})

test('every byte of a receipt counts', async () => {
  await turnedBits('receipt', receipts[0].bytes, (bytes) => quipu.verify(bytes, policy()))
})

test('every byte of a status proof counts', async () => {
  for (const { name, bytes } of [statuses.find((each) => !each.name.includes('none')), statuses.find((each) => each.name.includes('none'))]) {
    const key = new TextDecoder().decode(bytes).split('\n')[1]
    await turnedBits(name, bytes, async (other) => {
      const said = await quipu.verify(other, policy())
      // The absence of another key may be true as well: whoever asks names the certificate.
      if (said.record === null && new TextDecoder().decode(other).split('\n')[1] !== key) throw new quipu.Refusal('ANOTHER')
    })
  }
})

test('a status list with a bit turned anywhere is refused', async () => {
  for (const { name, bytes } of lists) {
    const code = (given) => new TextDecoder().decode(given).split('\n')[1]
    await turnedBits(name, bytes, async (other) => {
      const said = await quipu.verify(other, policy())
      // That another administration has no certificate either may be true: the page says whose list it is.
      if (said.records.length === 0 && code(other) !== code(bytes)) throw new quipu.Refusal('ANOTHER')
    }, Math.ceil(bytes.length / 600))  // some of every line, of each record too
  }
})

test('a list with a certificate left out, put in twice, or taken from another list is refused', async () => {
  const [full, none] = ['BO', 'PE'].map((code) => new TextDecoder().decode(lists.find((each) => each.name.startsWith(code)).bytes))
  const lines = full.split('\n'), at = lines.findIndex((line) => line.startsWith('record '))
  const count = lines.filter((line) => line.startsWith('record ')).length
  const refused = (text, code) => assert.rejects(quipu.verify(new TextEncoder().encode(text), policy()), (error) => error.code === code, code)
  for (let left = at; left < at + count; left++) await refused(lines.filter((_, i) => i !== left).join('\n'), 'LIST')
  await refused(lines.toSpliced(at, 0, lines[at]).join('\n'), 'ORDER')
  await refused(lines.filter((line) => !line.startsWith('record ')).join('\n'), 'LIST')
  await refused(none.replace('\nmap ', `\n${lines[at]}\nmap `), 'LIST')
})

test('a policy with a turned bit is refused or trusts somebody else', async () => {
  const good = policy()
  let refused = 0
  for (let at = 0; at < good.length; at++) {
    const other = new Uint8Array(good)
    other[at] ^= 1 << at % 8
    refused += await quipu.verify(receipts[0].bytes, other).then(() => 0, () => 1)
  }
  // Names of groups and witnesses, comments and a lower quorum are the policy's own affair.
  assert(refused > good.length / 2)
})

test('neither half a file nor another is taken for a proof', async () => {
  const { bytes } = receipts[0]
  for (let size = 0; size < bytes.length; size += 31)
    await assert.rejects(quipu.verify(bytes.subarray(0, size), policy()), quipu.Refusal)
  await assert.rejects(quipu.verify(policy(), policy()), quipu.Refusal)
  await assert.rejects(quipu.verify(bytes, bytes), quipu.Refusal)
})
