// SPDX-License-Identifier: Apache-2.0
// Checks every leaf of an exported ledger with strangers' packages. The genesis file in the export is only what its
// exporter says: compare the digest printed with the one you know.
// Usage: node check_leaves.mjs EXPORT
import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { check } from './leaf.mjs'
import { readLedger } from './ledger.mjs'

const isTagged = (leaf, tag) => Buffer.from(leaf.subarray(0, tag.length + 1)).toString('latin1') === tag + '\0'

async function checkAll(ledger) {
  const chain = crypto.createHash('sha256').update(ledger.genesisFile).digest()
  const [genesisLeaf, ...leaves] = ledger.leaves
  assert.deepEqual(Buffer.from(genesisLeaf), Buffer.concat([Buffer.from('quipu-genesis-v1\0'), chain]), 'leaf 0')
  const authors = {}
  let seals = 0
  for (const [i, leaf] of leaves.entries()) {
    if (isTagged(leaf, 'quipu-seal-v1')) {
      seals++
      continue
    }
    const { administration } = await check(leaf, ledger).catch((error) => {
      throw new Error(`leaf ${i + 1}: ${error.message}`)
    })
    authors[administration] = (authors[administration] ?? 0) + 1
  }
  console.log(`chain ${ledger.chainId}, genesis file ${chain.toString('hex')}`)
  console.log(`${seals} seals; submissions with a good signature: ${JSON.stringify(authors)}`)
}

try {
  await checkAll(readLedger(process.argv[2]))
  console.log('ACCEPTED')
} catch (error) {
  console.log('REFUSED:', error.message)
  process.exitCode = 1
}
