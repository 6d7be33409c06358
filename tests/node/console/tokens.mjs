// SPDX-License-Identifier: Apache-2.0
// A node that asks who may use it. The last story: the node stays closed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './desk.mjs'

export function tokenStories(world) {
  test('a node that wants to know who asks is told by a token, which nobody else gets to see', async () => {
    const token = await world.network.close('BR', 'submitter,reader,personal')
    const brazil = await Desk.open(world.browser, world.network.url('BR'))
    const shown = []
    brazil.page.on('request', (request) => shown.push(request.headers().authorization))
    await brazil.see('This node wants to know who asks.')
    await brazil.goTo('key')
    await brazil.write('Token of the node', token)
    await brazil.see(/block \d+, /)
    await brazil.goTo('feed')
    await brazil.see('live')
    await brazil.page.locator('.flag.stream').waitFor()
    await brazil.goTo('lists?which=issuer&of=CL')
    await brazil.see(/^CL\/CLAEOS/)
    const [download] = await Promise.all([brazil.page.waitForEvent('download'), brazil.press('CSV')])
    assert.match(download.suggestedFilename(), /^issuer-CL-.*\.csv$/)
    assert(shown.includes(`Bearer ${token}`))
    const stored = await brazil.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]))
    assert(!stored.includes(token))
    await brazil.close()
  })
}
