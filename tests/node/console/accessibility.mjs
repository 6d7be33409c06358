// SPDX-License-Identifier: Apache-2.0
// The console by keyboard, on a phone, in three languages, and for who does not see it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { Desk } from './desk.mjs'

const VIEWS = ['', 'lists', 'work', 'approvals', 'state', 'arrangements', 'indicators', 'feed', 'network', 'receipts', 'key', 'certificate/PE/PE-DESK-1', 'operator/PE20559000888',
  'about?kind=certificate_suspended&certificate=PE/PE-DESK-1', 'statements', 'cases', 'statistics', 'governance', 'propose/code_list', 'propose/member_add', 'keys', 'disputed',
  'about?kind=application_filed', 'about?kind=indicator_reported', 'about?kind=programme_statistics', 'about?kind=expert_accredited']

async function settled(desk) {
  await desk.page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main [role=status]:not(p.verdict):empty'))
  await desk.page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => undefined)
}

// What a screen reader would have no words for.
const nameless = (page) => page.evaluate(() => {
  const said = (element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() !== ''
  const faults = []
  for (const input of document.querySelectorAll('input, select')) if (!input.labels?.length) faults.push(`no label: ${input.outerHTML}`)
  for (const each of document.querySelectorAll('button, a, h1, h2, th:not(:first-child), [role=img], [role=region]')) if (!said(each)) faults.push(`no name: ${each.outerHTML.slice(0, 120)}`)
  const ids = [...document.querySelectorAll('[id]')].map((each) => each.id)
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) faults.push(`twice: ${id}`)
  if (document.querySelectorAll('h1').length !== 1) faults.push(`${document.querySelectorAll('h1').length} titles`)
  return faults
})

export function accessibilityStories(world) {
  const deskOf = (member, options) => Desk.open(world.browser, world.network.url(member), options)

  test('everything has a name, and every view fits a phone', async () => {
    const phone = await deskOf('PE', { viewport: { width: 375, height: 740 } })
    for (const view of VIEWS) {
      await phone.goTo(view)
      await settled(phone)
      assert.deepEqual(await nameless(phone.page), [], view)
      const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert(wide <= 0, `${view} is ${wide} px too wide`)
    }
    await phone.close()
  })

  test('axe finds nothing serious in any view, on a desk or on a phone', async () => {
    const axe = fs.readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
    const grave = []
    for (const viewport of [{ width: 1200, height: 850 }, { width: 375, height: 740 }]) {
      const desk = await deskOf('PE', { viewport })
      await desk.page.evaluate(axe)
      for (const view of VIEWS) {
        await desk.goTo(view)
        await settled(desk)
        const found = await desk.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
        for (const { id, impact, nodes } of found.violations) {
          if (impact === 'serious' || impact === 'critical') grave.push(`${view} ${viewport.width}: ${id} ${nodes[0].html.slice(0, 120)}`)
        }
      }
      await desk.close()
    }
    assert.deepEqual(grave, [])
  })

  test('every view is walked by keyboard: the focus shows, goes through all that can be done, and is never trapped', async () => {
    const desk = await deskOf('PE')
    for (const view of VIEWS) {
      await desk.goTo(view)
      await settled(desk)
      const walk = await desk.page.evaluate(() => {
        const main = document.querySelector('main')
        return [...main.querySelectorAll('a[href], button:not(:disabled), input:not(:disabled), select, summary, [tabindex="0"]')].filter((each) => each.checkVisibility()).length
      })
      await desk.page.locator('main').focus()
      const seen = new Set()
      for (let pressed = 0; pressed < Math.min(walk, 25); pressed++) {
        await desk.page.keyboard.press('Tab')
        seen.add(await desk.page.evaluate(() => {
          const here = document.activeElement
          // The browser itself shows which part of a day is meant; at the end of the page the focus leaves it.
          const shows = here === document.body || /^(date|month)$/.test(here.type ?? '') || getComputedStyle(here).outlineStyle !== 'none'
          return `${[...document.querySelectorAll('*')].indexOf(here)} ${shows ? 'shown' : here.outerHTML.slice(0, 80)}`
        }))
      }
      assert.deepEqual([...seen].filter((each) => !each.endsWith(' shown')), [], `${view}: the focus does not show`)
      // A day has parts, each with a stop of its own.
      assert(walk === 0 || seen.size >= Math.min(walk, 25) / 4, `${view}: ${seen.size} places of ${walk}`)
    }
    await desk.close()
  })

  test('the three languages say the same with other words, and the choice is kept', async () => {
    const titles = {}
    for (const [language, locale] of [['es', 'es-PE'], ['pt', 'pt-BR'], ['en', 'en-GB']]) {
      const desk = await deskOf('PE', { locale })
      assert.equal(await desk.page.evaluate(() => document.documentElement.lang), language)
      titles[language] = []
      for (const view of VIEWS.slice(0, 11)) {
        await desk.goTo(view)
        await settled(desk)
        titles[language].push(await desk.page.locator('h1').innerText())
      }
      await desk.close()
    }
    for (const language of ['es', 'pt']) titles[language].forEach((title, at) => assert.notEqual(title, titles.en[at]))
    const desk = await deskOf('PE', { locale: 'es-PE' })
    await desk.press('pt')
    await desk.page.reload()
    await desk.title('Consultar um operador')
    await desk.close()
  })

  test('a firm is looked up and its certificate opened by keyboard alone', async () => {
    const { page, close, ...desk } = await deskOf('PE').then((opened) => ({ page: opened.page, close: () => opened.close(), title: opened.title }))
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'MAIN')
    await page.keyboard.press('Tab')
    await page.keyboard.type('PE20559000888')
    await page.keyboard.press('Enter')
    await desk.title(/PE20559000888/)
    // Whoever does not see the new page is told by the focus.
    await page.waitForFunction(() => document.activeElement.tagName === 'MAIN')
    await page.getByRole('link', { name: 'PE/PE-DESK-1' }).first().waitFor()
    for (let pressed = 0; pressed < 12; pressed++) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate(() => document.activeElement.textContent)) === 'PE/PE-DESK-1') break
    }
    await page.keyboard.press('Enter')
    await desk.title(/PE\/PE-DESK-1/)
    await close()
  })

  test('the page that checks proofs runs under the policy that the node sends with it, and reads a list on a desk or on a phone', async () => {
    const axe = fs.readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
    for (const [viewport, locale, title] of [[{ width: 1200, height: 850 }, 'en-GB', 'Check a proof of the ledger'], [{ width: 375, height: 740 }, 'pt-BR', 'Verificar uma prova do registro']]) {
      const desk = await deskOf('PE', { viewport, locale })
      await desk.page.goto(`${desk.url}/verify.html`)
      await desk.title(title)
      const buffer = async (path) => Buffer.from(await (await fetch(`${desk.url}${path}`)).arrayBuffer())
      const file = async (name, path) => ({ name, mimeType: 'text/plain', buffer: await buffer(path) })
      await desk.page.locator('#files').setInputFiles([await file('CL.quipu-status-list', '/v1/proofs/status/CL'), await file('policy', '/policy/0')])
      await desk.page.locator('#verdict.good').waitFor()
      const { items } = await (await fetch(`${desk.url}/v1/list?issuer=CL&limit=200`)).json()
      const listed = await desk.page.locator('.list tbody td:first-child').allInnerTexts()
      assert(items.length > 20 && items.every((each) => listed.includes(each.certificate)))
      await desk.page.evaluate(axe)
      const found = await desk.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
      assert.deepEqual(found.violations.map((each) => `${each.id} ${each.nodes[0].html}`), [])
      assert(await desk.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
      await desk.close()
    }
  })

  test('nothing that was not served by the node can run in the page', async () => {
    const desk = await deskOf('PE')
    const ways = await desk.page.evaluate(() => {
      const script = () => document.body.appendChild(document.createElement('script'))
      const button = document.body.appendChild(document.createElement('button'))
      const tried = [
        () => { script().textContent = 'document.title = "injected"' },
        () => { script().src = 'data:text/javascript,document.title="injected"' },
        () => { document.body.insertAdjacentHTML('beforeend', '<img src="/none" onerror="document.title=\'injected\'">') },
        () => { button.setAttribute('onclick', 'document.title = "injected"'); button.click() },
        () => { setTimeout('document.title = "injected"', 0) },
      ]
      for (const way of tried) try { way() } catch { /* refused at once */ }
      button.remove()
      return tried.length
    })
    assert.equal(ways, 5)
    await desk.page.waitForTimeout(300)
    const forbidden = await desk.page.evaluate(() => new Promise((resolve) => {
      addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective))
      fetch('https://example.org/').catch(() => setTimeout(() => resolve('tried'), 1_000))
    }))
    assert.equal(forbidden, 'connect-src')
    assert.notEqual(await desk.page.title(), 'injected')
    desk.faults.length = 0 // these were meant to be
    desk.elsewhere.length = 0
    await desk.close()
  })
}
