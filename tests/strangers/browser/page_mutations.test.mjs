// SPDX-License-Identifier: Apache-2.0
// The mutations that our programs refuse are refused by the page, too, in Node's WebCrypto; and no others.
// Usage: QUIPU_SOURCE=ROOT QUIPU_MUTATIONS_FILE=FILE node --test
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAll, mutations } from './mutations.mjs'
import { loadVerifier } from './page.mjs'

test('the page says of every mutation what our programs say', async () => {
  const list = mutations()
  assert(list.filter((each) => !each.verified).length >= 400)
  const said = await judgeAll(list, loadVerifier())
  list.forEach(({ number, name, verified }, i) => assert.equal(said[i], verified, `mutation ${number}: ${name}`))
})
