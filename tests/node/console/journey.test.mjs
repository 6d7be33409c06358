// SPDX-License-Identifier: Apache-2.0
// An officer's first quarter of an hour, as docs/getting-started/officer.md tells it, on the network of the README's command: places,
// files and numbers are read out of the page, and every label that it names is used.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Desk, openBrowser } from './desk.mjs'
import { startReadmeNetwork } from './readme_network.mjs'

const { QUIPU_SOURCE, QUIPU_WORK } = process.env
const story = fs.readFileSync(path.join(QUIPU_SOURCE, 'docs', 'getting-started', 'officer.md'), 'utf8').split('## In a terminal')[0]

// What the page says in its own words: the n-th of a kind.
const told = (pattern) => [...story.matchAll(pattern)].map((found) => found[1])
const [peruPlace, chilePlace] = told(/`(http:\/\/127\.0\.0\.1:848\d)\/`/g)
const [keyFile] = told(/`(build\/testnet\/\S+\.key)`/g)
const [tin] = told(/`(PE\d{11})`/g)
const [certificate] = told(/`(PE-\d+)`/g)
const labels = new Set(told(/\*\*(.+?)\*\*/g))

let network, browser
before(async () => {
  network = await startReadmeNetwork(path.join(QUIPU_WORK, 'journey'))
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  network?.stop()
})

test('an officer grants, suspends and reinstates, and a partner recognises, refuses and recognises, within seconds', async () => {
  const peru = await Desk.open(browser, network.url(peruPlace))
  const chile = await Desk.open(browser, network.url(chilePlace))
  const verdict = (manner) => chile.page.locator(`.verdict.${manner}`).waitFor()
  const seconds = {}
  // From the signature until the partner's page, which nobody touches, shows it.
  const signs = async (what, partnerSees) => {
    await peru.press('Preview')
    const from = performance.now()
    await peru.press('Sign and send')
    await partnerSees()
    seconds[what] = ((performance.now() - from) / 1000).toFixed(1)
    await peru.becomesFinal()
  }

  await peru.follow('Key')
  await peru.field('Key file').setInputFiles(network.file(keyFile))
  await peru.press('Open')
  await peru.see(/^Open: /)
  await peru.follow('State something')
  await peru.follow('Register a firm and grant its certificate')
  await peru.write('Tax number (TIN) *', tin)
  await peru.write('Certificate *', certificate)
  await peru.pick('Scheme *', 'security')
  await peru.field('exporter').check()
  // Before it is there, Chile's page says so.
  await chile.write('Tax number, name, operator (CC/SUBJECT), certificate (CC/NUMBER) or submission id', tin)
  await chile.press('Look up')
  await chile.see('The ledger has no such record.')
  await signs('recognised', () => verdict('good'))

  await peru.follow(`See PE/${certificate}`)
  await peru.follow('Suspend')
  await peru.pick('Ground *', 'investigation')
  await signs('refused', () => verdict('bad'))
  assert.match(await chile.page.locator('.verdict').innerText(), /suspended.*SUSPENDED/)

  await peru.follow(`See PE/${certificate}`)
  await peru.follow('Reinstate')
  await peru.pick('Effect *', 'from here on (ex nunc)')
  await signs('recognised_again', () => verdict('good'))
  await peru.follow(`See PE/${certificate}`)
  await peru.page.locator('.timeline .known').nth(2).waitFor()
  console.log(`# seen by the partner after: ${Object.entries(seconds).map(([what, time]) => `${what} ${time} s`).join(', ')}`)

  const used = new Set([...peru.used, ...chile.used].map((label) => label.replace(/ \*$/, ''))) // a star: it has to be filled in
  assert.deepEqual([...labels].filter((label) => !used.has(label)), [], 'the page names what the walk does not use')
  assert(labels.size >= 14)
  await peru.close()
  await chile.close()
})
