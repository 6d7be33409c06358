// SPDX-License-Identifier: Apache-2.0
// What the console signs, in Node: the worked leaf of docs/formats.md, every statement of the sample programmes, a key file
// of our own program.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import * as crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { openModules } from './modules.mjs'

const { QUIPU_SOURCE, QUIPU_BIN, QUIPU_WORK } = process.env
globalThis.crypto ??= crypto.webcrypto
globalThis.isSecureContext = true // Node is no page

let modules, leaf, keyFile, canonical, verifier
before(async () => {
  modules = await openModules()
  leaf = await modules.load('/src/signing/leaf.ts')
  keyFile = await modules.load('/src/signing/key_file.ts')
  canonical = await modules.load('/src/signing/canonical.ts')
  verifier = (await modules.load('virtual:verifier')).default
})
after(() => modules?.close())

const bytes = (hex) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hex = (content) => Buffer.from(content).toString('hex')

// The value that a line of docs/formats.md gives a name.
function worked(name) {
  const formats = fs.readFileSync(path.join(QUIPU_SOURCE, 'docs', 'formats.md'), 'utf8')
  const line = formats.split('\n').find((each) => each.startsWith(`${name}: `))
  assert(line, `docs/formats.md has no ${name}`)
  return bytes(line.slice(name.length + 2))
}
const seedKey = (seed) => crypto.createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.concat([bytes('302e020100300506032b657004220420'), seed]) })

test('the worked leaf of docs/formats.md comes out byte for byte', async () => {
  const secret = seedKey(worked('seed'))
  const sign = async (message) => new Uint8Array(crypto.sign(null, message, secret))
  const made = await leaf.signedPayload(bytes('0a0178'), { chainId: 'andes-1', administration: 'PE', issuedAt: 1700000000 }, worked('kid'), sign)
  const parts = ['d2845863', hex(worked('header, algorithm and content type')), hex(worked('header, kid and claims')), 'a0430a01785840', hex(worked('signature'))]
  assert.equal(hex(made), parts.join(''))
})

// What verify.html reads from a leaf, in the form of proto3 JSON.
function asJson(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asJson(each)]))
}
// Defaults say nothing, and a number may be written as text.
const saysNothing = (value) => value === '' || value === '0' || value === false || (Array.isArray(value) && value.length === 0)
function spoken(value) {
  if (Array.isArray(value)) return value.map(spoken)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spoken(each)]).filter(([, each]) => !saysNothing(each)))
}

test('every statement of the sample programmes is read again as it was', async () => {
  const sign = async () => new Uint8Array(64)
  let statements = 0
  const kinds = new Set()
  for (const country of ['BO', 'CL', 'PE']) {
    const lines = fs.readFileSync(path.join(QUIPU_SOURCE, 'testnet', 'sample', 'history', `${country}.jsonl`), 'utf8').trim().split('\n')
    for (const line of lines) {
      const { event } = JSON.parse(line)
      const made = await leaf.signedLeaf({ chainId: 'test-1', administration: country, sequence: 1, issuedAt: 1700000000, events: [event] }, new Uint8Array(8), sign)
      const [read] = verifier.read_submission(made).submission.events
      assert.deepEqual(spoken(asJson(read)), spoken(event))
      statements++
      Object.keys(event).forEach((name) => kinds.add(name))
    }
  }
  assert(statements > 3000 && kinds.size > 12, `${statements} statements, ${[...kinds]}`)
})

test('a field that the schema does not know, and a value of another kind, are refused', () => {
  assert.throws(() => canonical.encode('Event', { certificate_eaten: {} }), /no certificate_eaten/)
  assert.throws(() => canonical.encode('CertificateGranted', { certificate: 7 }), /certificate is no string/)
  assert.throws(() => canonical.encode('CertificateGranted', { scheme: 'NONE' }), /scheme is no Scheme/)
  assert.throws(() => canonical.encode('ListAttested', { list_root: '?' }), /list_root is no bytes/)
})

function newKeyFile(name, passphrase) {
  const file = path.join(QUIPU_WORK, name)
  fs.rmSync(file, { force: true })
  const more = passphrase === undefined ? ['--testnet'] : ['--passphrase-file', passphrase]
  execFileSync(path.join(QUIPU_BIN, 'quipu'), ['key', 'new', '--administration', 'PE', '--purpose', 'issuer', '--label', 'desk 4', '--out', file, ...more])
  return fs.readFileSync(file, 'utf8')
}

test('a key file of quipu key new is opened, signs as its key, and no other passphrase opens it', async () => {
  const file = keyFile.parseKeyFile(newKeyFile('desk.key'))
  assert.deepEqual([file.administration, file.purpose, file.label], ['PE', 'issuer', 'desk 4'])
  const key = await keyFile.unlockKey(file, '', () => undefined)
  assert.equal(hex(key.kid), hex(crypto.createHash('sha256').update(file.publicKey).digest().subarray(0, 8)))
  const message = bytes('00ff17')
  const signer = crypto.createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(file.publicKey).toString('base64url') } })
  assert(crypto.verify(null, message, signer, await key.sign(message)))
  await assert.rejects(keyFile.unlockKey(file, 'x', () => undefined), { fault: 'WRONG_PASSPHRASE' })
})

test('a key file that was changed, or is none, is refused', async () => {
  const text = newKeyFile('changed.key')
  const refused = async (changed, fault) => assert.rejects(async () => keyFile.unlockKey(keyFile.parseKeyFile(changed), '', () => undefined), { fault })
  await refused(text.replace('purpose: issuer', 'purpose: approver'), 'KEY_CHANGED')
  await refused(text.replace('administration: PE', 'administration: CL'), 'KEY_CHANGED')
  await refused(text.replace(/memory-bytes: \d+/, 'memory-bytes: 8000000000000'), 'KEY_COST')
  for (const broken of ['', 'quipu-key-v2\n', text.slice(0, -1), text + 'x: y\n', text.replace('box: ', 'box: A')]) await refused(broken, 'NO_KEY_FILE')
})
