// SPDX-License-Identifier: Apache-2.0
// The pictures of docs/pictures, from a network of the quick start. By hand, beside the packages that set_up.sh fetched:
// QUIPU_BROWSER=PROGRAM node pictures.mjs http://127.0.0.1:8486 FOLDER
import path from 'node:path'
import { Desk, openBrowser } from './desk.mjs'

const [url, folder] = process.argv.slice(2)
const PICTURES = [
  { name: 'certificate', place: 'certificate/BR/BRAEOS00459', seen: '.timeline .band', height: 860 },
  { name: 'operator', place: 'operator/BR74484522000153', seen: '.verdict', height: 900 },
  { name: 'indicators', place: 'indicators', seen: '.histogram rect', height: 1000 },
]

const browser = await openBrowser()
for (const { name, place, seen, height } of PICTURES) {
  const desk = await Desk.open(browser, url, { viewport: { width: 1000, height } })
  await desk.goTo(place)
  await desk.page.locator(seen).first().waitFor()
  await desk.page.waitForTimeout(500)
  await desk.page.screenshot({ path: path.join(folder, `${name}.png`) })
  await desk.close()
}
await browser.close()
