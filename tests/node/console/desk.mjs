// SPDX-License-Identifier: Apache-2.0
// An officer's desk: one browser window on the console of one node, used by what is written on it. Whatever it asks of
// others than that node, and whatever its policy or its code stumbles over, is kept.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const WAIT_MS = 60_000 // for busy machines

export const openBrowser = () => chromium.launch({ executablePath: process.env.QUIPU_BROWSER, args: ['--no-sandbox', '--disable-gpu'] })

export class Desk {
  static async open(browser, url, { locale = 'en-GB', viewport = { width: 1100, height: 800 } } = {}) {
    const context = await browser.newContext({ locale, viewport })
    context.setDefaultTimeout(WAIT_MS)
    const page = await context.newPage()
    const desk = new Desk(context, page, url)
    page.on('request', (request) => desk.#note(request.url()))
    page.on('pageerror', (fault) => desk.faults.push(fault.message))
    // That a record is not there, or a route of a later version, is an answer like any other.
    page.on('console', (said) => { if (said.type() === 'error' && !said.text().startsWith('Failed to load resource')) desk.faults.push(said.text()) })
    await page.goto(`${url}/`)
    return desk
  }

  constructor(context, page, url) {
    Object.assign(this, { context, page, url, elsewhere: [], faults: [], used: new Set() })
  }

  #note(asked) {
    if (!/^(data|blob):/.test(asked) && new URL(asked).origin !== new URL(this.url).origin) this.elsewhere.push(asked)
  }

  // What was pressed, followed or filled in, for pages that promise it.
  #named(name) {
    this.used.add(name)
    return this
  }

  async close() {
    assert.deepEqual(this.elsewhere, [], 'asked of others than the node')
    assert.deepEqual(this.faults, [])
    await this.context.close()
  }

  // Without a reload, which would forget the key.
  async goTo(place) {
    await this.page.evaluate((hash) => { location.hash = hash }, `#/${place}`)
  }
  press = (name) => this.#named(name).page.getByRole('button', { name, exact: true }).click()
  follow = (name) => this.#named(name).page.getByRole('link', { name, exact: true }).first().click()
  field = (label) => this.#named(label).page.getByLabel(label, { exact: true })
  write = (label, text) => this.field(label).fill(text)
  pick = (label, option) => this.field(label).selectOption({ label: option })
  see = (text) => this.page.getByText(text).first().waitFor()
  title = (text) => this.page.getByRole('heading', { level: 1, name: text }).waitFor()

  async openKey(file) {
    await this.goTo('key')
    await this.field('Key file').setInputFiles(file)
    await this.write('Passphrase (testnet keys have none)', '')
    await this.press('Open')
    await this.see(/^Open: /)
  }
  async signAndSend() {
    await this.press('Preview')
    await this.press('Sign and send')
  }
  async becomesFinal() {
    await this.see(/^Final: block \d+, entry \d+ of the log$/)
  }
  async registersAndGrants(firm) {
    await this.fillsIn(firm)
    await this.signAndSend()
  }
  async registersAndGrantsOnNode(firm) {
    await this.fillsIn(firm)
    await this.press('Preview')
    await this.page.getByRole('radio', { name: 'Sign on the node', exact: true }).check()
    await this.press('Have the node sign')
  }
  async fillsIn({ tin, certificate, role = 'exporter', person = 'legal person', name }) {
    await this.goTo('state')
    await this.pick('Kind of person *', person)
    await this.write('Tax number (TIN) *', tin)
    if (name) await this.write('Legal name', name)
    await this.write('Certificate *', certificate)
    await this.pick('Scheme *', 'security')
    await this.page.getByLabel(role, { exact: true }).check()
  }
}
