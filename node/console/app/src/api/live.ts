// SPDX-License-Identifier: Apache-2.0
// What becomes final, as it does. The stream only wakes us: the events themselves are read from /v1/changes, so that a node
// that has no room for another listener gives the same rows, three seconds later. A page that nobody sees asks nothing:
// a browser keeps few connections to one node, and each open page would hold one.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Change, ChangesAnswer, NodeStatus } from './answers'
import { address, ask, Problem } from './client'
import { follow } from './stream'

export type Manner = 'stream' | 'polling' | 'away' | 'closed' // closed: the node wants to know who asks
export interface Live {
  readonly height: number // of the newest state that we know of
  readonly changes: readonly Change[] // the newest first
  readonly manner: Manner
  readonly node?: NodeStatus
}

const POLL_MS = 3_000
const STATUS_MS = 10_000 // while the stream tells the rest
const KEPT = 200
const PAGE = 200
const FIRST_BLOCKS = 20

const newestFirst = (items: readonly Change[], before: readonly Change[]): readonly Change[] => [...[...items].reverse(), ...before].slice(0, KEPT)

// Everything since a height, or the newest of it when that is more than anybody reads.
async function changesSince(since: number, newest: number): Promise<readonly Change[]> {
  const pages: Change[] = []
  for (let after: string | undefined; ; ) {
    const page = await ask<ChangesAnswer>(address('/v1/changes', { since, known_at: newest, limit: PAGE, after }))
    pages.push(...page.items)
    after = page.next_after
    if (after === undefined || pages.length >= 5 * KEPT) return pages
  }
}

// One page's watch on its node, from when it is seen until it is hidden.
class Watch {
  private timer = 0
  private closed = false
  private busy = false
  private again = false
  private streaming = false
  private readonly end = new AbortController()

  constructor(
    private readonly seen: { height: number },
    private readonly tell: (change: (before: Live) => Live) => void,
  ) {
    void follow('/v1/stream', { open: (open) => this.hears(open), event: () => void this.look() }, this.end.signal)
    void this.round()
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    this.end.abort()
  }

  private hears(streaming: boolean): void {
    this.streaming = streaming
    this.tell((before) => (before.manner === 'away' || before.manner === 'closed' ? before : { ...before, manner: streaming ? 'stream' : 'polling' }))
  }

  private async round(): Promise<void> {
    await this.look()
    if (!this.closed) this.timer = window.setTimeout(() => void this.round(), this.streaming ? STATUS_MS : POLL_MS)
  }

  // One look at a time; what happens meanwhile is seen by the next.
  private async look(): Promise<void> {
    this.again = this.busy
    if (this.busy || this.closed) return
    this.busy = true
    try {
      await this.lookOnce()
    } catch (fault) {
      const closed = fault instanceof Problem && (fault.status === 401 || fault.status === 403)
      this.tell((before) => ({ ...before, manner: closed ? 'closed' : 'away' }))
    }
    this.busy = false
    if (this.again) await this.look()
  }

  private async lookOnce(): Promise<void> {
    const node = await ask<NodeStatus>('/v1/node/status')
    // The first look shows the newest few blocks, not all of history.
    if (this.seen.height < 0) this.seen.height = Math.max(0, node.height - FIRST_BLOCKS)
    const news = node.height > this.seen.height ? await changesSince(this.seen.height, node.height) : []
    if (this.closed) return
    this.seen.height = Math.max(this.seen.height, node.height)
    this.tell((before) => ({
      height: Math.max(node.height, before.height),
      changes: news.length > 0 ? newestFirst(news, before.changes) : before.changes,
      manner: this.streaming ? 'stream' : 'polling',
      node,
    }))
  }
}

export function useLive(): Live {
  const [live, setLive] = useState<Live>({ height: 0, changes: [], manner: 'polling' })
  const seen = useRef({ height: -1 })
  useEffect(() => {
    let watch: Watch | undefined
    const follow = (): void => {
      watch?.close()
      watch = document.visibilityState === 'hidden' ? undefined : new Watch(seen.current, setLive)
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      watch?.close()
    }
  }, [])
  return live
}
