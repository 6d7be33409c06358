// SPDX-License-Identifier: Apache-2.0
// What is stated less often: votes of the members, erasure, validations by two administrations, applications, cases, figures, keys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './desk.mjs'

const PERSON = { tin: 'PE10223344556', certificate: 'PE-DESK-6', person: 'natural person', name: 'Quilla Mamani' }

export function furtherStories(world) {
  const deskOf = (member, options) => Desk.open(world.browser, world.network.url(member), options)
  const asked = async (member, path) => (await fetch(`${world.network.url(member)}${path}`)).json()
  const soon = async (desk, path, holds) =>
    desk.page.waitForFunction(([where, text]) => fetch(where).then((answer) => answer.text()).then((body) => body.includes(text)), [path, holds], { polling: 400 })
  let person // "PE/SUBJECT", to be erased

  async function erase(peru) {
    await peru.goTo(`operator/${person}`)
    await peru.follow('Erase personal data')
    await peru.see(/It cannot be undone/)
    assert(await peru.page.getByRole('button', { name: 'Preview' }).isDisabled())
    await peru.page.getByLabel('I have read this and want it all the same').check()
    await peru.signAndSend()
  }

  test('who has a live certificate is not erased, nor who had one a moment ago, and the page says why in each language', async () => {
    const peru = await deskOf('PE')
    await peru.openKey(world.network.key('PE', 'issuer'))
    await peru.registersAndGrants(PERSON)
    await peru.becomesFinal()
    person = (await asked('PE', `/v1/certificates/PE/${PERSON.certificate}`)).subject
    await peru.goTo(`operator/${person}`)
    await peru.see('Quilla Mamani')
    assert.equal(await peru.page.getByRole('link', { name: 'Erase personal data' }).count(), 0)
    await peru.goTo(`certificate/PE/${PERSON.certificate}`)
    await peru.follow('Record its surrender')
    await peru.signAndSend()
    await peru.becomesFinal()
    await erase(peru)
    await peru.see(/The time for which the operator's records must be kept is not over/)
    await peru.see('RETENTION_NOT_ELAPSED')
    await peru.press('es')
    await peru.see(/No ha pasado el plazo de conservación de los datos del operador/)
    await peru.press('pt')
    await peru.see(/Não passou o prazo de conservação dos dados do operador/)
    await peru.close()
  })

  test('a proposal becomes the rule when a quorum has voted for it, each member from its own console', async () => {
    const desks = {}
    for (const member of ['BR', 'CL', 'PE']) {
      desks[member] = await deskOf(member)
      await desks[member].openKey(world.network.key(member, 'governance'))
    }
    const { PE: peru } = desks
    await peru.goTo('governance')
    await peru.follow('Set a parameter')
    await peru.write('Name of the proposal *', 'RETENTION-1')
    await peru.pick('Parameter *', 'retention_days')
    await peru.write('New value *', '9999')
    await peru.press('Preview')
    await peru.see('The parameter takes another kind of value.')
    await peru.write('New value *', '0')
    await peru.signAndSend()
    await peru.becomesFinal()
    for (const member of ['BR', 'CL', 'PE']) {
      const desk = desks[member]
      await desk.goTo('governance')
      await desk.page.locator('.waiting', { hasText: 'PE/RETENTION-1' }).getByRole('button', { name: 'Vote for it', exact: true }).click()
      await desk.press('Sign and send')
      await desk.becomesFinal()
    }
    await peru.goTo('network')
    await peru.goTo('governance')
    await peru.pick('Which proposals', 'All that PE has opened')
    await peru.page.locator('.waiting', { hasText: 'PE/RETENTION-1' }).locator('.status.in_force').waitFor()
    await peru.see('3 of 3 needed; 4 may vote')
    assert.equal(await peru.page.getByRole('button', { name: 'Vote for it' }).count(), 0)
    const { parameters } = await asked('CL', '/v1/parameters')
    assert.equal(parameters.find((each) => each.name === 'retention_days').value, '0')
    for (const desk of Object.values(desks)) await desk.close()
  })

  test('then the person is erased, at home and wherever its record was held, and the report says so', async () => {
    const peru = await deskOf('PE')
    await peru.openKey(world.network.key('PE', 'issuer'))
    await erase(peru)
    await peru.becomesFinal()
    await soon(peru, `/v1/operators/${person}/report`, '"state":"ERASED"')
    await peru.goTo(`operator/${person}`)
    await peru.see('personal data erased')
    assert.equal(await peru.page.getByText('Quilla Mamani').count(), 0)
    await peru.follow('Report for the person concerned')
    await peru.see(/decided on \d{4}-\d\d-\d\d, \d records/)
    await peru.see('Personal data erased')
    const [download] = await Promise.all([peru.page.waitForEvent('download'), peru.press('CSV')])
    assert.match(download.suggestedFilename(), /^report-PE-.*\.csv$/)
    await peru.close()
  })

  test('a joint validation is recorded by one administration and co-signed by the other', async () => {
    const peru = await deskOf('PE')
    const chile = await deskOf('CL')
    await peru.openKey(world.network.key('PE', 'issuer'))
    await chile.openKey(world.network.key('CL', 'issuer'))
    const { subject } = await asked('PE', '/v1/certificates/PE/PE-DESK-1')
    await peru.goTo(`operator/${subject}`)
    await peru.follow('Record a validation')
    await peru.write('Validation *', 'V-2026-1')
    await peru.pick('Mode *', 'joint')
    await peru.write('First day *', '2026-03-02')
    await peru.write('Last day *', '2026-03-01')
    await peru.pick('Result *', 'compliant')
    await peru.press('Preview')
    await peru.see('The last day is before the first.')
    await peru.see(/names another administration that took part/)
    await peru.write('Last day *', '2026-03-03')
    await peru.page.getByLabel('CL', { exact: true }).check()
    await peru.field('Or take it of a file: Hash of the report (SHA-256, 64 hex digits)').setInputFiles({ name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('abc') })
    await peru.page.waitForFunction(() => [...document.querySelectorAll('input')].some((input) => input.value.startsWith('ba7816bf')))
    await peru.signAndSend()
    await peru.becomesFinal()

    await chile.goTo('feed')
    await chile.follow('PE/V-2026-1')
    await chile.see('Has not co-signed yet: CL')
    await chile.follow('Co-sign the validation')
    await chile.page.getByLabel('With a reservation').check()
    await chile.signAndSend()
    await chile.becomesFinal()
    await peru.goTo('validation/PE/V-2026-1')
    await peru.page.getByRole('region', { name: 'Co-signatures' }).getByText('CL').waitFor()
    const { record } = await asked('BO', '/v1/validations/PE/V-2026-1')
    assert.deepEqual(record.cosignatures.map((each) => [each.administration, each.reservation]), [['CL', true]])
    assert.equal(record.validation.report_hash, Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex').toString('base64'))
    await peru.close()
    await chile.close()
  })

  test('an irregularity is reported with the day on which its answer is due, and answered by the issuer', async () => {
    const peru = await deskOf('PE')
    const chile = await deskOf('CL')
    await peru.openKey(world.network.key('PE', 'issuer'))
    await chile.openKey(world.network.key('CL', 'issuer'))
    const { subject } = await asked('PE', '/v1/certificates/PE/PE-DESK-1')
    await chile.goTo(`operator/${subject}`)
    await chile.follow('Report an irregularity')
    await chile.write('Case *', 'C-1')
    await chile.write('Severity (1: slight)', '2')
    await chile.write('Answer due on', '2020-01-01')
    await chile.press('Preview')
    await chile.see('The last day is before the first.')
    const due = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
    await chile.write('Answer due on', due)
    await chile.signAndSend()
    await chile.becomesFinal()

    await peru.goTo('cases')
    await peru.pick('Who has to answer', 'PE Superintendencia Nacional de Aduanas y de Administración Tributaria')
    await peru.follow('CL/C-1')
    await peru.follow('Answer')
    await peru.pick('Outcome *', 'measure taken')
    await peru.signAndSend()
    await peru.becomesFinal()
    await chile.goTo('case/CL/C-1')
    await chile.page.locator('.status.closed').waitFor()
    await chile.close()
    await peru.close()
  })

  test('figures that do not add up are stopped at the desk', async () => {
    const peru = await deskOf('PE')
    await peru.goTo('about?kind=indicator_reported')
    await peru.pick('Arrangement *', 'PACIFIC')
    await peru.pick('Partner *', 'CL')
    await peru.pick('Flow *', 'import')
    await peru.pick('Transport *', 'sea')
    await peru.pick('Group *', 'not certified')
    await peru.write('Month *', '2026-01')
    await peru.write('Declarations', '10')
    await peru.write('Green', '9')
    await peru.write('Released', '10')
    await peru.write('Released in under 15 min', '9')
    await peru.write('Eligible', '3')
    await peru.write('Firms behind the figures *', '4')
    await peru.press('Preview')
    for (const code of ['do not sum to the declarations', 'six cells that sum', 'recognition funnel']) await peru.see(new RegExp(code, 'i'))
    await peru.close()
  })
}
