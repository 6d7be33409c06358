// SPDX-License-Identifier: Apache-2.0
// `virtual:verifier`: the script of verify.html without its page, so that receipts are verified by one code only.
import fs from 'node:fs'

export function scriptOf(page) {
  const script = page.match(/<script>([\s\S]*)<\/script>/)?.[1]
  const end = script?.indexOf('// ---- In plain words') ?? -1
  if (end < 0) throw new Error('verify.html has no script, or another one')
  return script.slice(0, end).replace('globalThis.quipu =', 'const exported =') + '\nexport default exported\n'
}

export function verifier(file) {
  return {
    name: 'quipu-verifier',
    resolveId: (id) => (id === 'virtual:verifier' ? '\0' + id : undefined),
    load: (id) => (id === '\0virtual:verifier' ? scriptOf(fs.readFileSync(file, 'utf8')) : undefined),
  }
}
