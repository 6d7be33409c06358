// SPDX-License-Identifier: Apache-2.0
// Two officers without keys have their node sign: one drafts, the other reads and confirms, or withdraws. The node asks for tokens
// from then on.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { Desk } from './desk.mjs'

const TITLES = { 'en-GB': 'Waiting for a second pair of eyes', 'es-PE': 'En espera de un segundo par de ojos', 'pt-BR': 'Aguardando um segundo par de olhos' }
const WITHDRAWS = { 'en-GB': 'Yes, withdraw it', 'es-PE': 'Sí, retirarlo', 'pt-BR': 'Sim, retirá-lo' }
const FIRM = { tin: 'CL980000777', certificate: 'CL-DRAFT-1' }

// On the page as it is, with axe in it.
async function isFit(desk) {
  const wide = await desk.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert(wide <= 0, `${wide} px too wide`)
  const found = await desk.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  assert.deepEqual(found.violations.map((each) => `${each.id} ${each.nodes[0].html}`), [])
}

export function managedStories(world) {
  let tokens
  const deskOf = async (token, options) => {
    const desk = await Desk.open(world.browser, world.network.url('CL'), options)
    await desk.page.locator('.node-line.bad a').click()
    await desk.page.locator('input[type=password]').last().fill(token)
    await desk.page.locator('.node-line strong').waitFor()
    return desk
  }
  const drafts = async (token) => (await (await fetch(`${world.network.url('CL')}/v1/drafts`, { headers: { Authorization: `Bearer ${token}` } })).json()).waiting
  const asksFor = async (desk, firm) => {
    await desk.registersAndGrantsOnNode(firm)
    await desk.see('Waiting for another person: 1 of 2 have asked for it')
  }

  test('a node that does not sign offers no such thing', async () => {
    const peru = await Desk.open(world.browser, world.network.url('PE'))
    await peru.goTo('drafts')
    await peru.see('This node does not sign for its callers.')
    await peru.goTo('state')
    await peru.see('Open your key first: it stays in this page and is never sent.')
    await peru.close()
  })

  test('what one officer has the node sign is final once another has read and confirmed it by keyboard', async (story) => {
    tokens = await world.network.signOnNode('CL')
    const [first, second] = [await deskOf(tokens.first), await deskOf(tokens.second)]
    await asksFor(first, FIRM)
    await second.goTo('approvals')
    await second.follow(TITLES['en-GB'])
    await second.see(FIRM.certificate)
    await second.see(FIRM.tin)
    const [waiting] = await drafts(tokens.first)
    assert.equal(waiting.asked_by.length, 1)
    // The same person again is no second one.
    const again = await deskOf(tokens.first)
    await again.goTo('drafts')
    await again.press('Confirm')
    await again.see('Waiting for another person: 1 of 2 have asked for it')
    await again.close()
    assert.equal((await drafts(tokens.first)).length, 1)

    const begun = performance.now()
    await second.page.getByRole('button', { name: 'Confirm', exact: true }).focus()
    await second.page.keyboard.press('Enter')
    await second.page.waitForFunction(() => document.activeElement.textContent.startsWith('Confirmed'))
    await second.see('Signed by the node.')
    await second.becomesFinal()
    const confirmer = performance.now() - begun
    await first.see('Signed by the node.')
    await first.becomesFinal()
    story.diagnostic(`final ${Math.round(confirmer)} ms after the confirmation at who confirmed, ${Math.round(performance.now() - begun)} ms at who asked`)
    assert.deepEqual(await drafts(tokens.first), [])
    await second.goTo(`certificate/CL/${FIRM.certificate}`)
    await second.title(/CL-DRAFT-1/)
    await first.close()
    await second.close()
  })

  test('what the rules refuse is told to who confirms, with the code, and a stranger confirms nothing', async () => {
    const [first, second, other] = [await deskOf(tokens.first), await deskOf(tokens.second), await deskOf(tokens.other)]
    await asksFor(first, FIRM) // that firm has been registered
    await other.goTo('drafts')
    await other.see('FORBIDDEN')
    assert.equal(await other.page.getByRole('button', { name: 'Confirm', exact: true }).count(), 0)
    await second.goTo('drafts')
    await second.press('Confirm')
    await second.page.locator('.outcome .fault code', { hasText: /^[A-Z]+_TAKEN$/ }).waitFor()
    for (const desk of [first, second, other]) await desk.close()
  })

  test('what one officer drafted another withdraws, once asked twice, and both learn of it', async () => {
    const [first, second] = [await deskOf(tokens.first), await deskOf(tokens.second)]
    await asksFor(first, { tin: 'CL980000779', certificate: 'CL-DRAFT-3' })
    const waiting = async () => (await drafts(tokens.first)).find((each) => JSON.stringify(each.events).includes('CL-DRAFT-3'))
    const before = await waiting()
    const begins = async (desk) => {
      await desk.goTo('drafts')
      await desk.page.locator('article.waiting', { hasText: 'CL-DRAFT-3' }).getByRole('button', { name: 'Withdraw', exact: true }).click()
      await desk.page.waitForFunction(() => document.activeElement.textContent.startsWith('Withdraw: '))
      await desk.see('CL980000779')
    }
    await begins(second)
    await second.press('Back to what waits')
    assert.equal((await waiting()).id, before.id)

    await begins(second)
    await second.page.getByRole('button', { name: 'Yes, withdraw it', exact: true }).focus()
    await second.page.keyboard.press('Enter')
    await second.see(/^Withdrawn by t-[0-9a-f]+\. Nothing was signed\.$/)
    assert.equal(await waiting(), undefined)
    await first.page.locator('.outcome .fault code', { hasText: 'DRAFT_WITHDRAWN' }).waitFor()
    await first.page.getByText('Waiting for another person').waitFor({ state: 'detached' })

    // Wanted after all, it is another draft; who wrote it may withdraw it as well.
    await first.press('Have the node sign')
    await first.see('Waiting for another person: 1 of 2 have asked for it')
    assert.notEqual((await waiting()).id, before.id)
    const writer = await deskOf(tokens.first)
    await begins(writer)
    await writer.press('Yes, withdraw it')
    await writer.see('Nothing was signed.')
    assert.equal(await waiting(), undefined)
    await writer.goTo('certificate/CL/CL-DRAFT-3')
    await writer.page.locator('.fault code', { hasText: 'NOT_FOUND' }).first().waitFor()
    for (const desk of [first, second, writer]) await desk.close()
  })

  test('the desk of drafts has its words in three languages, fits a phone, and axe finds nothing', async () => {
    const axe = fs.readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
    const asker = await deskOf(tokens.first)
    await asksFor(asker, { tin: 'CL980000778', certificate: 'CL-DRAFT-2' })
    for (const [locale, title] of Object.entries(TITLES)) {
      const desk = await deskOf(tokens.second, { locale, viewport: { width: 375, height: 740 } })
      await desk.goTo('drafts')
      await desk.title(title)
      const draft = desk.page.locator('article.waiting', { hasText: 'CL-DRAFT-2' })
      await draft.waitFor()
      await desk.page.evaluate(axe)
      await isFit(desk)
      await draft.locator('button.quiet').click()
      await desk.page.getByRole('button', { name: WITHDRAWS[locale], exact: true }).waitFor()
      await isFit(desk)
      await desk.close()
    }
    await asker.close()
  })
}
