// SPDX-License-Identifier: Apache-2.0
// Receipts, status proofs, status lists and policies that tests_mutations has changed, with what our programs say of each.
import fs from 'node:fs'

export const mutations = () => JSON.parse(fs.readFileSync(process.env.QUIPU_MUTATIONS_FILE, 'utf8'))

// In the page or beside it. Of the absence of another certificate than was asked about the page says so when its number is typed; of
// another administration's list, that it is that one's.
export async function judgeAll(list, quipu) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  const aboutLine = (text) => atob(text).split('\n')[1]
  const said = []
  for (const { proof, policy, honest } of list) {
    try {
      const { kind, record } = await quipu.verify(bytes(proof), bytes(policy))
      const named = kind === 'list' || (kind === 'status' && record === null)
      said.push(!named || aboutLine(proof) === aboutLine(honest))
    } catch (error) {
      said.push(error instanceof quipu.Refusal ? false : String(error))
    }
  }
  return said
}
