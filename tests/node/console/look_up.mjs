// SPDX-License-Identifier: Apache-2.0
// Looking things up: reasons, receipts, figures, work, the network.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { test } from 'node:test'
import { Desk } from './desk.mjs'

const FIELD = 'Tax number, name, operator (CC/SUBJECT), certificate (CC/NUMBER) or submission id'

export function lookUpStories(world) {
  const deskOf = (member, options) => Desk.open(world.browser, world.network.url(member), options)
  const listed = async () => (await (await fetch(`${world.network.url('CL')}/v1/list?issuer=CL&limit=50`)).json()).items.filter((each) => each.tin)

  test('a tax number is found however it is written, with every arrangement and its reason', async () => {
    const [{ tin, certificate }] = await listed()
    const chile = await deskOf('PE')
    await chile.write(FIELD, `${tin.slice(0, 2).toLowerCase()} ${tin.slice(2, 5)}.${tin.slice(5)}`)
    await chile.press('Look up')
    await chile.title(new RegExp(tin))
    await chile.follow(certificate)
    await chile.title(new RegExp(certificate))
    await chile.page.locator('.timeline').waitFor()
    await chile.goTo(`operator/${tin}`)
    await chile.pick('Recogniser', 'BR Receita Federal do Brasil')
    await chile.see('ARRANGEMENT_NOT_EFFECTIVE')
    await chile.close()
  })

  test('an answer on recognition is saved with its proof, from which the auditor works out the same', async () => {
    const [{ tin }] = await listed()
    const peru = await deskOf('PE')
    await peru.goTo(`operator/${tin}`)
    await peru.pick('Recogniser', 'BR Receita Federal do Brasil')
    const [download] = await Promise.all([peru.page.waitForEvent('download'), peru.press('Save a proof of this answer')])
    assert.match(download.suggestedFilename(), new RegExp(`^${tin}-BR-[-0-9]+\\.quipu-recognition$`))
    const proof = await download.path()
    const policy = `${proof}.policy`
    fs.writeFileSync(policy, await (await fetch(`${world.network.url('PE')}/policy/0`)).text())
    const said = execFileSync(`${process.env.QUIPU_BIN}/quipu-audit`, ['status', proof, '--policy', policy], { encoding: 'utf8' })
    assert.match(said, /ARRANGEMENT_NOT_EFFECTIVE/)
    const { height } = await (await fetch(`${world.network.url('PE')}/v1/node/status`)).json()
    await peru.goTo(`operator/${tin}?known_at=${height}`)
    await peru.see('Does PE recognise this firm?')
    assert.equal(await peru.page.getByRole('button', { name: 'Save a proof of this answer' }).count(), 0)
    await peru.close()
  })

  test('a firm of another administration is found by its name, where its identity is held', async () => {
    const peru = await deskOf('PE')
    // Peru's node fetches what it may hold from Chile's, by itself.
    await peru.page.waitForFunction(async () => (await (await fetch('/v1/names?issuer=CL&name=logistica')).json()).items.length > 0, undefined, { polling: 500 })
    await peru.write(FIELD, 'logística')
    await peru.press('Look up')
    await peru.see(/Logística/)
    await peru.page.getByRole('link', { name: /^CL\/CL-/ }).first().click()
    await peru.see('Who it is')
    await peru.close()
  })

  test('a certificate is shown as it was known at a block', async () => {
    const before = (await (await fetch(`${world.network.url('PE')}/v1/node/status`)).json()).height
    const chile = await deskOf('CL')
    await chile.goTo(`certificate/PE/PE-DESK-1?known_at=1`)
    await chile.see('The ledger has no such record.')
    await chile.goTo(`certificate/PE/PE-DESK-1?known_at=${before}`)
    await chile.page.locator('.big-status', { hasText: 'active' }).waitFor()
    await chile.close()
  })

  test('a receipt is fetched and verified in the page', async () => {
    const peru = await deskOf('PE')
    await peru.goTo('certificate/PE/PE-DESK-1')
    await peru.page.getByRole('link', { name: 'Receipt', exact: true }).last().click()
    await peru.see(/✓ Verified: entry \d+ of the log/)
    await peru.see(/Countersigned by [34] of 4 administrations/)
    const [download] = await Promise.all([peru.page.waitForEvent('download'), peru.press('Save the receipt')])
    assert.match(download.suggestedFilename(), /^[0-9a-f]{64}\.tlog-proof$/)
    await peru.close()
  })

  test('the status of a certificate is proven in the page', async () => {
    const peru = await deskOf('PE')
    await peru.goTo('certificate/PE/PE-DESK-1')
    await peru.follow('Status proof')
    await peru.see(/✓ Verified/)
    await peru.page.locator('.status.active').waitFor()
    await peru.close()
  })

  test('lists are shown page by page and given as CSV', async () => {
    const chile = await deskOf('CL')
    await chile.goTo('lists')
    await chile.see(/^CL\/CLAEOS/)
    await chile.pick('Which list', 'Firms recognised by')
    await chile.page.getByRole('region', { name: 'Firms recognised by' }).waitFor()
    await chile.see('PE20559000888')
    const [download] = await Promise.all([chile.page.waitForEvent('download'), chile.press('CSV')])
    const csv = fs.readFileSync(await download.path(), 'utf8')
    assert(csv.includes('PE20559000888'))
    await chile.close()
  })

  test('a receipt that the node turned a bit in is not proven', async () => {
    const peru = await deskOf('PE')
    const turn = async (route) => {
      const body = await (await route.fetch()).body()
      body[body.length - 20] ^= 1
      await route.fulfill({ body, contentType: 'text/plain' })
    }
    await peru.page.route('**/v1/receipts/*', turn)
    await peru.goTo('certificate/PE/PE-DESK-1')
    await peru.page.getByRole('link', { name: 'Receipt', exact: true }).last().click()
    await peru.see(/✗ Not proven/)
    await peru.close()
  })

  test('indicators have figures, pictures, and the control group beside', async () => {
    const peru = await deskOf('PE')
    await peru.goTo('indicators')
    await peru.page.locator('.uplot canvas').nth(1).waitFor()
    await peru.page.locator('.histogram rect.non_aeo').first().waitFor()
    assert.equal(await peru.page.locator('.histogram rect.recognised').count(), 6)
    await peru.page.getByRole('button', { name: 'PE ← BR' }).click()
    await peru.page.waitForFunction(() => !document.body.textContent.includes('PE ← CL'))
    await peru.close()
  })

  test('arrangements, work, the live feed and the network are shown', async () => {
    const peru = await deskOf('PE')
    await peru.goTo('arrangements')
    await peru.page.getByRole('region', { name: 'PACIFIC', exact: true }).waitFor()
    assert(await peru.page.locator('.edge.live').count() > 2)
    await peru.goTo('work')
    await peru.pick('Administration', 'CL Servicio Nacional de Aduanas')
    await peru.see(/^\d+ items/)
    await peru.goTo('feed')
    await peru.see('Grant')
    await peru.goTo('network')
    await peru.see('connected')
    await peru.see('3 of 4')
    await peru.see('None: no member was seen to vote for contradicting blocks.')
    await peru.close()
  })

  test('the network page says how far each member is, what its clock shows against ours and which version it knows', async () => {
    const peru = await deskOf('PE')
    await peru.goTo('network')
    const members = peru.page.getByRole('region', { name: 'Members', exact: true })
    const rows = members.locator('tbody tr', { has: peru.page.locator('.good', { hasText: /^connected$/ }) })
    // All nodes are on one machine; what a cosignature tells of a clock is true to the second.
    await rows.filter({ hasText: /the same to the second|1 s (ahead|behind)/ }).nth(2).waitFor()
    const { peers } = await (await fetch(`${world.network.url('PE')}/v1/node/status`)).json()
    const heads = await members.locator('th').allInnerTexts()
    const cell = (row, head, text) => row.locator(`td:nth-child(${heads.indexOf(head) + 1})`, { hasText: new RegExp(`^${text}$`) }).waitFor()
    for (const { administration, height } of peers) {
      const row = members.locator('tbody tr', { hasText: new RegExp(`^${administration} `) })
      await cell(row, 'Height', height)
      await cell(row, 'Knows protocol version', 4) // of a training network
    }
    await cell(members.locator('tbody tr', { hasText: 'this node' }), 'Knows protocol version', 4)
    await peru.close()
  })

  test('a training network says so', async () => {
    const peru = await deskOf('PE')
    await peru.see('Training network: nothing here has legal effect')
    await peru.close()
  })
}
