// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: files are dropped, words are read, in three languages, without a network.
// Usage: QUIPU_SOURCE=ROOT QUIPU_LEDGER=DIR QUIPU_BROWSER=PROGRAM node --test
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import puppeteer from 'puppeteer-core'
import { judgeAll, mutations } from './mutations.mjs'
import { files, pageFile, policyFile } from './page.mjs'

let browser
before(async () => {
  browser = await puppeteer.launch({ executablePath: process.env.QUIPU_BROWSER, args: ['--no-sandbox', '--disable-gpu', '--lang=en'] })
})
after(() => browser?.close())

async function opened() {
  const page = await browser.newPage()
  await page.setOfflineMode(true)
  const asked = []
  page.on('request', (request) => { if (!/^(file|data):/.test(request.url())) asked.push(request.url()) })
  await page.goto(pathToFileURL(pageFile).href)
  return { page, asked }
}
async function give(page, ...paths) {
  await (await page.$('#files')).uploadFile(...paths)
  await page.waitForFunction(() => !document.getElementById('verdict').hidden)
}
async function verdict(page, sign) {
  await page.waitForFunction((wanted) => document.getElementById('verdict').textContent.startsWith(wanted), {}, sign)
  return page.$eval('body', (body) => body.innerText)
}
const press = (page, language) => page.evaluate((name) => [...document.querySelectorAll('#languages button')].find((each) => each.textContent === name).click(), language)

test('a receipt and a policy are verified, in the words of three languages, and nothing is fetched', async () => {
  const { page, asked } = await opened()
  const [receipt] = files('receipts')
  await give(page, receipt.path)
  assert.match(await page.$eval('#verdict', (each) => each.textContent), /policy/i)
  await give(page, policyFile)
  assert.match(await verdict(page, '\u2713'), /VERIFIED[\s\S]*is this statement, unchanged[\s\S]*countersigned/)
  await press(page, 'es')
  assert.match(await verdict(page, '\u2713'), /VERIFICADO[\s\S]*es esta declaración/)
  await press(page, 'pt')
  assert.match(await verdict(page, '\u2713'), /VERIFICADO[\s\S]*é esta declaração/)
  assert.deepEqual(asked, [])
})

test('a status proof says what the certificate is on the day that is chosen', async () => {
  const { page } = await opened()
  const proof = files('status').find((each) => !each.name.includes('none'))
  await give(page, proof.path, policyFile)
  await press(page, 'en')
  assert.match(await verdict(page, '\u2713'), /certificate BO\/\S+ is/)
  await page.$eval('#day', (input) => { input.value = '1999-01-01'; input.dispatchEvent(new Event('change')) })
  assert.match(await page.$eval('#result', (each) => each.innerText), /on 1999-01-01, .* not yet in effect/)
})

test('a certificate that was never issued is recognised by its number', async () => {
  const { page } = await opened()
  await give(page, files('status').find((each) => each.name.includes('none')).path, policyFile)
  await press(page, 'en')
  assert.match(await verdict(page, '\u2713'), /had never issued/)
  await page.type('#number', 'NEVER-ISSUED-1')
  await page.waitForFunction(() => document.getElementById('result').innerText.includes('Yes: it is about'))
  await page.type('#number', '2')
  await page.waitForFunction(() => document.getElementById('result').innerText.includes('No: it is about another'))
})

test('a status list shows all certificates of an administration, finds one, and says that another was never issued', async () => {
  const { page, asked } = await opened()
  await give(page, files('lists').find((each) => each.name.startsWith('BO')).path, policyFile)
  await press(page, 'en')
  const text = await verdict(page, '\u2713')
  const [, count] = /these (\d+) are all the certificates that BO had ever issued/.exec(text)
  assert.equal(await page.$$eval('table.list tbody tr', (rows) => rows.length), Number(count))
  const number = await page.$eval('table.list tbody tr td', (cell) => cell.textContent)
  await page.type('#find', number.toLowerCase())
  assert.deepEqual(await page.$$eval('table.list tbody tr td:first-child', (cells) => cells.map((each) => each.textContent)), [number])
  await page.type('#find', 'X')
  assert.match(await page.$eval('#result', (each) => each.innerText), /Not on the list: BO had never issued/)
  await page.$eval('#day', (input) => { input.value = '1999-01-01'; input.dispatchEvent(new Event('change')) })
  assert.match(await page.$eval('#result', (each) => each.innerText), /On 1999-01-01: not yet in effect: \d+$/m)
  await press(page, 'es')
  assert.match(await verdict(page, '\u2713'), /son todos los certificados que BO había emitido/)
  await press(page, 'pt')
  assert.match(await verdict(page, '\u2713'), /são todos os certificados que BO havia emitido/)
  assert.deepEqual(asked, [])
})

test('a status list from which a certificate was taken is refused, in three languages', async () => {
  const { page } = await opened()
  const [{ path: whole }] = files('lists').filter((each) => each.name.startsWith('BO'))
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'quipu-page-')), file = path.join(folder, 'BO.quipu-status-list')
  fs.writeFileSync(file, fs.readFileSync(whole, 'utf8').replace(/^record .*\n/m, ''))
  await give(page, file, policyFile)
  for (const [language, words] of [['en', /NOT PROVEN: The list is not what/], ['es', /NO PROBADO: La lista no es lo que/], ['pt', /NÃO PROVADO: A lista não é o que/]]) {
    await press(page, language)
    assert.match(await verdict(page, '\u2717'), words)
  }
  fs.rmSync(folder, { recursive: true })
})

test('a changed proof is refused in plain words, and files dropped on the page are taken', async () => {
  const { page } = await opened()
  const [receipt] = files('receipts')
  const changed = new Uint8Array(receipt.bytes)
  changed[receipt.bytes.length - 20] ^= 1
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'quipu-page-'))
  const file = path.join(folder, 'changed.tlog-proof')
  fs.writeFileSync(file, changed)
  await give(page, file, policyFile)
  await press(page, 'en')
  assert.match(await verdict(page, '\u2717'), /NOT PROVEN: (A signature of|Only|The checkpoint)/)
  fs.rmSync(folder, { recursive: true })
  const text = Buffer.from(receipt.bytes).toString('base64')
  await page.evaluate((content) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], 'good.tlog-proof'))
    document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  }, text)
  await verdict(page, '\u2713')
})

test('the browser says of hundreds of mutations what our programs say', async () => {
  const { page } = await opened()
  const list = mutations()
  const said = await page.evaluate(async (given, judge) => eval(`(${judge})`)(given, quipu), list, judgeAll.toString())
  assert(list.filter((each, i) => !each.verified && said[i] === false).length >= 200)
  list.forEach(({ number, name, verified }, i) => assert.equal(said[i], verified, `mutation ${number}: ${name}`))
})
