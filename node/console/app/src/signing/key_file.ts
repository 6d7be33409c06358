// SPDX-License-Identifier: Apache-2.0
// The encrypted key file of `quipu key new` (crypto/keyfile_text.h), opened here: neither file nor passphrase leave the page.
import { xsalsa20poly1305 } from '@noble/ciphers/salsa'
import { argon2idAsync } from '@noble/hashes/argon2'
import { equal, fromBase64, sha256, utf8, type Bytes } from './bytes'

export type KeyFault = 'NO_KEY_FILE' | 'KEY_COST' | 'WRONG_PASSPHRASE' | 'KEY_CHANGED' | 'NO_ED25519' | 'NOT_SECURE'
export class KeyRefusal extends Error {
  constructor(readonly fault: KeyFault) {
    super(fault)
  }
}

export interface KeyHeader {
  readonly administration: string
  readonly purpose: string
  readonly label: string
  readonly publicKey: Bytes
}
interface KeyFile extends KeyHeader {
  readonly ops: number
  readonly memoryBytes: number
  readonly salt: Bytes
  readonly nonce: Bytes
  readonly box: Bytes
  readonly authenticated: string // everything before the line of the box
}

const NAMES = ['administration', 'purpose', 'label', 'public-key', 'kdf', 'ops', 'memory-bytes', 'salt', 'nonce', 'box']
const MIB = 1 << 20
const SEED = 32

function demand(holds: boolean, fault: KeyFault): asserts holds {
  if (!holds) throw new KeyRefusal(fault)
}

function sized(text: string | undefined, size: number): Bytes {
  const bytes = fromBase64(text ?? '')
  demand(bytes !== undefined && bytes.length === size, 'NO_KEY_FILE')
  return bytes
}
function decimal(text: string | undefined): number {
  demand(/^(0|[1-9][0-9]{0,15})$/.test(text ?? ''), 'NO_KEY_FILE')
  return Number(text)
}

export function parseKeyFile(text: string): KeyFile {
  const lines = text.split('\n')
  demand(text.length <= 4096 && lines.length === NAMES.length + 2 && lines[0] === 'quipu-key-v1' && lines.at(-1) === '', 'NO_KEY_FILE')
  const values = NAMES.map((name, at) => {
    const line = lines[at + 1] ?? ''
    demand(line.startsWith(`${name}: `), 'NO_KEY_FILE')
    return line.slice(name.length + 2)
  })
  const [administration = '', purpose = '', label = '', publicKey, kdf, ops, memory, salt, nonce, box] = values
  demand(/^[A-Z]{2}$/.test(administration) && kdf === 'argon2id', 'NO_KEY_FILE')
  return {
    administration,
    purpose,
    label,
    publicKey: sized(publicKey, 32),
    ops: decimal(ops),
    memoryBytes: decimal(memory),
    salt: sized(salt, 16),
    nonce: sized(nonce, 24),
    box: sized(box, 80),
    authenticated: lines.slice(0, NAMES.length).join('\n') + '\n',
  }
}

// PKCS #8 of an Ed25519 seed (RFC 8410): what browsers import.
const PKCS8 = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20)

async function importSeed(seed: Uint8Array): Promise<CryptoKey> {
  const pkcs8 = new Uint8Array(PKCS8.length + SEED)
  pkcs8.set(PKCS8)
  pkcs8.set(seed, PKCS8.length)
  try {
    return await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign'])
  } catch {
    throw new KeyRefusal('NO_ED25519')
  } finally {
    pkcs8.fill(0)
  }
}

async function isPairOf(secret: CryptoKey, publicKey: Bytes): Promise<boolean> {
  const probe = utf8('quipu-console-probe')
  const signature = await crypto.subtle.sign({ name: 'Ed25519' }, secret, probe)
  const verifying = await crypto.subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify'])
  return crypto.subtle.verify({ name: 'Ed25519' }, verifying, signature, probe)
}

function openedBox(file: KeyFile, key: Uint8Array): Uint8Array {
  try {
    return xsalsa20poly1305(key, file.nonce).decrypt(file.box)
  } catch {
    throw new KeyRefusal('WRONG_PASSPHRASE')
  }
}

export interface UnlockedKey extends KeyHeader {
  readonly kid: Bytes
  readonly sign: (message: Bytes) => Promise<Bytes>
}

// The secret ends as a key that the browser gives nobody back. `progress`: 0 to 1, as the passphrase is stretched.
export async function unlockKey(file: KeyFile, passphrase: string, progress: (part: number) => void): Promise<UnlockedKey> {
  demand(globalThis.isSecureContext, 'NOT_SECURE')
  demand(file.ops >= 1 && file.ops <= 4 && file.memoryBytes >= 8 * MIB && file.memoryBytes <= 1024 * MIB, 'KEY_COST')
  const stretched = await argon2idAsync(utf8(passphrase), file.salt, {
    t: file.ops,
    m: file.memoryBytes / 1024,
    p: 1,
    dkLen: 32,
    maxmem: 2 ** 32 - 1,
    onProgress: progress,
  })
  const opened = openedBox(file, stretched)
  try {
    demand(equal(opened.subarray(SEED), await sha256(utf8(file.authenticated))), 'KEY_CHANGED')
    const secret = await importSeed(opened.subarray(0, SEED))
    demand(await isPairOf(secret, file.publicKey), 'KEY_CHANGED')
    const { administration, purpose, label, publicKey } = file
    return {
      administration,
      purpose,
      label,
      publicKey,
      kid: (await sha256(publicKey)).slice(0, 8),
      sign: async (message) => new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, secret, message)),
    }
  } finally {
    opened.fill(0)
    stretched.fill(0)
  }
}
