// SPDX-License-Identifier: Apache-2.0
// What an exported ledger holds: the chain's name and its members' keys from the genesis file, and the leaves.
import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { kidOf } from './leaf.mjs'

// Keys that sign submissions. They are those of the genesis file for as long as no event changes keys.
function keysOf(genesis) {
  const keys = new Map()
  for (const member of genesis.members) {
    for (const text of [...(member.issuer_keys ?? []), ...(member.approver_keys ?? []), member.governance_key]) {
      const key = new Uint8Array(Buffer.from(text, 'base64'))
      keys.set(kidOf(key), { administration: member.administration, key })
    }
  }
  return keys
}

function filesBelow(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const name = path.join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(name) : [name]
    })
    .sort()
}

// An entry bundle: u16 length || bytes, to the end.
function leavesOf(bundle) {
  const leaves = []
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + bundle.readUInt16BE(at)
    assert(end <= bundle.length, 'a bundle ends within a leaf')
    leaves.push(new Uint8Array(bundle.subarray(at + 2, end)))
    at = end
  }
  return leaves
}

export function readLedger(folder) {
  const genesisFile = fs.readFileSync(path.join(folder, 'genesis'))
  const genesis = JSON.parse(genesisFile)
  const bundles = filesBelow(path.join(folder, 'tile', 'entries'))
  return {
    genesisFile,
    chainId: genesis.chain_id,
    keys: keysOf(genesis),
    leaves: bundles.flatMap((name) => leavesOf(fs.readFileSync(name))),
  }
}
