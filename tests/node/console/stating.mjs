// SPDX-License-Identifier: Apache-2.0
// Officers state things, and officers elsewhere see what follows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './desk.mjs'

const FIRM = { tin: 'PE20559000888', certificate: 'PE-DESK-1' }

export function statingStories(world) {
  const deskOf = (member, options) => Desk.open(world.browser, world.network.url(member), options)

  test('an officer of Peru grants, suspends and reinstates, and the console of Chile recognises, refuses and recognises', async () => {
    const peru = await deskOf('PE')
    const chile = await deskOf('CL')
    await peru.openKey(world.network.key('PE', 'issuer'))
    await peru.registersAndGrants(FIRM)
    await peru.becomesFinal()

    await chile.write('Tax number, name, operator (CC/SUBJECT), certificate (CC/NUMBER) or submission id', FIRM.tin)
    await chile.press('Look up')
    await chile.title(/PE20559000888/)
    await chile.pick('Flow', 'import')
    await chile.page.locator('.verdict.good').waitFor()
    assert.match(await chile.page.locator('.verdict').innerText(), /^Recognised/)

    await peru.goTo(`certificate/PE/${FIRM.certificate}`)
    await peru.follow('Suspend')
    await peru.pick('Ground *', 'investigation')
    await peru.signAndSend()
    await peru.becomesFinal()
    // Nobody touches Chile's page: it hears of the new block.
    await chile.page.locator('.verdict.bad').waitFor()
    assert.match(await chile.page.locator('.verdict').innerText(), /suspended.*SUSPENDED/)

    await peru.goTo(`certificate/PE/${FIRM.certificate}`)
    await peru.follow('Reinstate')
    await peru.pick('Effect *', 'from here on (ex nunc)')
    await peru.signAndSend()
    await peru.becomesFinal()
    await chile.page.locator('.verdict.good').waitFor()

    // Both clocks: what each of the three blocks made known.
    await chile.goTo(`certificate/PE/${FIRM.certificate}`)
    await chile.page.locator('.timeline .known').nth(2).waitFor()
    assert.equal(await chile.page.locator('.timeline .known').count(), 3)
    await chile.see(/Only PE states things about this certificate/)
    await peru.close()
    await chile.close()
  })

  test('under dual control nothing has effect until a colleague approves it', async () => {
    const bolivia = await deskOf('BO')
    await bolivia.openKey(world.network.key('BO', 'issuer'))
    await bolivia.registersAndGrants({ tin: 'BO3300021', certificate: 'BO-DESK-1' })
    await bolivia.becomesFinal()
    await bolivia.see('It waits for the approval of a colleague before it has any effect.')
    await bolivia.goTo('certificate/BO/BO-DESK-1')
    await bolivia.page.locator('.big-status', { hasText: 'waiting for approval' }).waitFor()

    await bolivia.goTo('approvals')
    await bolivia.press('Approve')
    await bolivia.see(/another purpose; this needs one of purpose APPROVER/)
    assert(await bolivia.page.getByRole('button', { name: 'Sign and send' }).isDisabled())
    await bolivia.openKey(world.network.key('BO', 'approver'))
    await bolivia.goTo('approvals')
    await bolivia.press('Approve')
    await bolivia.press('Sign and send')
    await bolivia.becomesFinal()
    await bolivia.goTo('certificate/BO/BO-DESK-1')
    await bolivia.page.locator('.big-status', { hasText: /^active/ }).waitFor()
    await bolivia.close()
  })

  test('who a firm is stands beside the log: found by name here and by who recognises it, and nowhere in the log', async () => {
    const peru = await deskOf('PE')
    const person = { tin: 'PE10447788990', certificate: 'PE-DESK-5', person: 'natural person', name: 'Añasco Quispe' }
    await peru.openKey(world.network.key('PE', 'issuer'))
    await peru.registersAndGrants(person)
    await peru.becomesFinal()
    await peru.see('Kept beside the log by this node.')
    const id = (await peru.page.locator('.outcome .facts a').innerText()).trim()
    await peru.goTo('names/anasco')
    await peru.see('Añasco Quispe')
    const { index } = await (await fetch(`${world.network.url('PE')}/v1/submissions/${id}`)).json()
    const entries = Buffer.from(await (await fetch(`${world.network.url('PE')}/v1/receipts/${id}`)).arrayBuffer().catch(() => new ArrayBuffer(0)))
    const leaf = Buffer.from(/^extra (\S+)/m.exec(entries.toString())?.[1] ?? '', 'base64')
    assert(index > 0 && leaf.length > 100)
    for (const said of [person.tin, 'Quispe']) assert(!leaf.includes(said), `${said} is in the log`)
    const chile = await deskOf('CL')
    await chile.page.waitForFunction(async () => (await (await fetch('/v1/names?issuer=PE&name=quispe')).json()).items.length > 0, undefined, { polling: 500 })
    await peru.close()
    await chile.close()
  })

  test('an officer attests the list of the day, and the issuer is silent no longer', async () => {
    const peru = await deskOf('PE')
    const silent = async () => (await (await fetch(`${peru.url}/v1/worklist?issuer=PE`)).json()).silent_issuers ?? []
    assert((await silent()).includes('PE'))
    await peru.openKey(world.network.key('PE', 'issuer'))
    await peru.goTo('lists')
    await peru.press('Attest the list of today')
    await peru.press('Sign and send')
    await peru.becomesFinal()
    assert(!(await silent()).includes('PE'))
    await peru.close()
  })

  test('a form names what is wrong before anything is signed', async () => {
    const peru = await deskOf('PE')
    await peru.goTo('state')
    await peru.write('Tax number (TIN) *', '12-34')
    await peru.write('Certificate *', 'lower case')
    await peru.press('Preview')
    await peru.see('The TIN is not a country code and up to 15 capitals and digits.')
    await peru.see('A field that this event needs is empty.')
    assert.equal(await peru.page.getByRole('button', { name: 'Sign and send' }).count(), 0)
    await peru.close()
  })

  test('what the rules refuse is told in the words of the officer, and can be corrected', async () => {
    const peru = await deskOf('PE')
    await peru.openKey(world.network.key('PE', 'issuer'))
    await peru.registersAndGrants({ ...FIRM, certificate: 'PE-DESK-2' })
    await peru.see(/The TIN belongs, or is covered by, another of the author's operators/)
    await peru.press('pt')
    await peru.see(/A identificação fiscal é de outro operador do autor/)
    await peru.press('Alterar')
    assert.equal(await peru.field('Certificado *').inputValue(), 'PE-DESK-2')
    await peru.close()
  })

  test("another administration's key signs nothing here, and a wrong passphrase opens none", async () => {
    const chile = await deskOf('CL')
    await chile.goTo('key')
    await chile.field('Key file').setInputFiles(world.network.key('PE', 'issuer'))
    await chile.write('Passphrase (testnet keys have none)', 'wrong')
    await chile.press('Open')
    await chile.see('Another passphrase, or the file was changed.')
    await chile.openKey(world.network.key('PE', 'issuer'))
    await chile.see('The key is of PE, this node is of CL.')
    await chile.goTo('state')
    await chile.write('Tax number (TIN) *', 'CL760000001')
    await chile.write('Certificate *', 'CL-DESK-1')
    await chile.pick('Scheme *', 'security')
    await chile.page.getByLabel('importer', { exact: true }).check()
    await chile.press('Preview')
    await chile.see(/another administration; this needs one of CL/)
    assert(await chile.page.getByRole('button', { name: 'Sign and send' }).isDisabled())
    await chile.close()
  })

  test('the key and its passphrase never leave the page', async () => {
    const peru = await deskOf('PE')
    const sent = []
    peru.page.on('request', (request) => sent.push(`${request.url()}\n${request.postData() ?? ''}`))
    await peru.openKey(world.network.key('PE', 'issuer'))
    await peru.registersAndGrants({ tin: 'PE20559000999', certificate: 'PE-DESK-3' })
    await peru.becomesFinal()
    assert(!sent.some((each) => each.includes('quipu-key-v1')))
    const stored = await peru.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
    assert(!stored.includes('quipu-key-v1'))
    await peru.page.reload()
    await peru.goTo('state')
    await peru.goTo('key')
    assert.equal(await peru.page.getByText(/^Open: /).count(), 0)
    await peru.close()
  })
}
