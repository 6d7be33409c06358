// SPDX-License-Identifier: Apache-2.0
// The audit's report as whoever is handed it opens it: on a desk, on a phone, on paper.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const { QUIPU_BIN, QUIPU_WORK } = process.env
const A4_PX = 680 // between the margins of 15 mm

// Of the history as Peru's node has it, and of one with another byte in its first entries.
function makeReports(network) {
  const mirror = path.join(QUIPU_WORK, 'audited')
  fs.rmSync(mirror, { recursive: true, force: true })
  execFileSync(path.join(QUIPU_BIN, 'quipu'), ['export', '--out', mirror, '--node', network.url('PE')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const audited = (name) => {
    const file = path.join(QUIPU_WORK, `${name}.html`)
    spawnSync(path.join(QUIPU_BIN, 'quipu-audit'), ['verify', mirror, '--genesis', network.genesis, '--report', file])
    return file
  }
  const honest = audited('verified')
  const entries = path.join(mirror, 'tile', 'entries')
  const tile = fs.readdirSync(entries, { recursive: true }).map((name) => path.join(entries, name)).filter((name) => fs.statSync(name).isFile()).sort()[0]
  const bytes = fs.readFileSync(tile)
  bytes[100] ^= 1
  fs.writeFileSync(tile, bytes)
  return { honest, forged: audited('broken') }
}

export function reportStories(world) {
  test("the audit's report is read on a desk and on a phone and on paper, and axe finds nothing in it", async () => {
    const reports = makeReports(world.network)
    const axe = fs.readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
    for (const [file, verdict] of [[reports.honest, /^✓ VERIFIED$/], [reports.forged, /^✗ BROKEN hashing: /]]) {
      for (const [width, media] of [[1200, 'screen'], [375, 'screen'], [A4_PX, 'print']]) {
        const context = await world.browser.newContext({ viewport: { width, height: 800 } })
        const page = await context.newPage()
        const asked = []
        page.on('request', (request) => asked.push(request.url()))
        await page.goto(pathToFileURL(file).href)
        await page.emulateMedia({ media })
        assert.match(await page.locator('.verdict').innerText(), verdict)
        // One row of a long table is like the other, and axe looks at each for long.
        await page.evaluate(() => document.querySelectorAll('.many tbody tr:nth-child(n + 21)').forEach((row) => row.remove()))
        await page.evaluate(axe)
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
        assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes[0].html.slice(0, 120)}`), [], `${width} px`)
        assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider than ${width} px`)
        // Nobody scrolls on paper, and no word may be torn apart but a hash.
        const lost = await page.evaluate(() => [...document.querySelectorAll('.wide')].filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.ariaLabel))
        if (media === 'print') assert.deepEqual(lost, [])
        const torn = await page.evaluate(() => [...document.querySelectorAll('th')].filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent))
        assert.deepEqual(torn, [])
        assert.equal(asked.length, 1)
        await context.close()
      }
    }
  })
}
