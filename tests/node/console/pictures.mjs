// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of docs/pictures anew, of the network of the README's command, on days that do not pass. By hand:
// QUIPU_WORK=FOLDER QUIPU_BROWSER=PROGRAM QUIPU_SOURCE=ROOT QUIPU_BIN=PROGRAMS node pictures.mjs (pictures.sh does it)
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { Desk, openBrowser } from './desk.mjs'
import { startReadmeNetwork } from './readme_network.mjs'

const { QUIPU_SOURCE, QUIPU_WORK } = process.env
const MOST_BYTES = 200_000
const WIDTH = 1160
const MARGIN = 6
const DAY = 'on=2025-11-12'
// Each down to the last thing that has to be seen, once the node holds what is shown of others.
const PICTURES = [
  { name: 'certificate', place: `certificate/BR/BRAEOS00459?${DAY}`, last: '.timeline' },
  { name: 'operator', place: `operator/BR74484522000153?${DAY}`, last: '.verdict', held: '/v1/operators/BR/BR-7FBC88F886/identity' },
  { name: 'indicators', place: 'indicators', last: '.histogram' },
]

const network = await startReadmeNetwork(path.join(QUIPU_WORK, 'pictures'))
const browser = await openBrowser()
try {
  for (const { name, place, last, held } of PICTURES) {
    const desk = await Desk.open(browser, network.url('http://127.0.0.1:8486'), { viewport: { width: WIDTH, height: 800 } })
    if (held) await desk.page.waitForFunction((path) => fetch(path).then((answer) => answer.ok), held, { polling: 300 })
    await desk.goTo(place)
    await desk.page.locator(last).waitFor()
    await desk.page.waitForTimeout(1_000) // charts are drawn
    const { y, height } = await desk.page.locator(last).boundingBox()
    const file = path.join(QUIPU_SOURCE, 'docs', 'pictures', `${name}.png`)
    await desk.page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width: WIDTH, height: Math.ceil(y + height + MARGIN) } })
    assert(fs.statSync(file).size < MOST_BYTES, `${file} is too large`)
    await desk.close()
  }
} finally {
  await browser.close()
  network.stop()
}
