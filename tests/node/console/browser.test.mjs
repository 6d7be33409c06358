// SPDX-License-Identifier: Apache-2.0
// The console in a real browser, on a network of real nodes. The stories are in files of their own.
import { after, before } from 'node:test'
import { openBrowser } from './desk.mjs'
import { startNetwork } from './network.mjs'
import { accessibilityStories } from './accessibility.mjs'
import { furtherStories } from './further.mjs'
import { lookUpStories } from './look_up.mjs'
import { managedStories } from './managed.mjs'
import { reportStories } from './report.mjs'
import { statingStories } from './stating.mjs'
import { tokenStories } from './tokens.mjs'

const world = {}
before(async () => {
  world.network = await startNetwork()
  world.browser = await openBrowser()
})
after(async () => {
  await world.browser?.close()
  world.network?.stop()
})

statingStories(world)
lookUpStories(world)
furtherStories(world)
accessibilityStories(world)
reportStories(world)
managedStories(world)
tokenStories(world)
