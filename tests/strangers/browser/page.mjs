// SPDX-License-Identifier: Apache-2.0
// The script of node/console/verify.html without its page, and the files that our programs made for it.
import fs from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'
import { webcrypto } from 'node:crypto'

export const pageFile = path.join(process.env.QUIPU_SOURCE, 'node', 'console', 'verify.html')
export const ledger = process.env.QUIPU_LEDGER

export function loadVerifier() {
  const script = fs.readFileSync(pageFile, 'utf8').match(/<script>([\s\S]*)<\/script>/)[1]
  const context = vm.createContext({ crypto: webcrypto, TextEncoder, TextDecoder, atob, btoa, Uint8Array, DataView, Error })
  vm.runInContext(script, context)
  return context.quipu
}

const read = (...parts) => new Uint8Array(fs.readFileSync(path.join(ledger, ...parts)))
export const policyFile = path.join(ledger, 'export', 'policy', '0')
export const policy = () => read('export', 'policy', '0')
export const files = (folder) => fs.readdirSync(path.join(ledger, folder)).map((name) => ({
  name, path: path.join(ledger, folder, name), bytes: read(folder, name),
}))
export const expected = (name = 'expected') => JSON.parse(fs.readFileSync(path.join(ledger, `${name}.json`), 'utf8'))
