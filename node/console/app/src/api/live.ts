// SPDX-License-Identifier: Apache-2.0
// What becomes final, as it does. The stream only wakes us: the events themselves are read from /v1/changes, so that a node
// without a stream gives the same rows, three seconds later.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Change, ChangesAnswer, NodeStatus } from './answers'
import { address, ask } from './client'

export type Manner = 'stream' | 'polling' | 'away'
export interface Live {
  readonly height: number // of the newest state that we know of
  readonly changes: readonly Change[] // the newest first
  readonly manner: Manner
  readonly node?: NodeStatus
}

const POLL_MS = 3_000
const KEPT = 200
const PAGE = 100

const newestFirst = (items: readonly Change[], before: readonly Change[]): readonly Change[] => [...[...items].reverse(), ...before].slice(0, KEPT)

// Wakes at each event of the stream, or not at all when the node has none.
function openStream(since: number, wake: () => void, manner: (streaming: boolean) => void): () => void {
  const stream = new EventSource(address('/v1/stream', { since }))
  stream.onopen = () => manner(true)
  stream.onerror = () => manner(false)
  stream.onmessage = wake
  for (const name of ['block', 'event', 'final']) stream.addEventListener(name, wake)
  return () => stream.close()
}

async function changesSince(height: number): Promise<ChangesAnswer> {
  return ask<ChangesAnswer>(address('/v1/changes', { since: height, limit: PAGE }))
}

export function useLive(): Live {
  const [live, setLive] = useState<Live>({ height: 0, changes: [], manner: 'polling' })
  const seen = useRef(-1)
  useEffect(() => {
    let closed = false
    let timer = 0
    let streaming = false
    let busy = false
    let closeStream = (): void => undefined
    const look = async (): Promise<void> => {
      if (busy || closed) return
      busy = true
      try {
        const node = await ask<NodeStatus>('/v1/node/status')
        // The first look shows the newest few blocks, not all of history.
        if (seen.current < 0) seen.current = Math.max(0, node.height - 5)
        const news = node.height > seen.current ? await changesSince(seen.current) : undefined
        seen.current = Math.max(seen.current, news?.height ?? 0)
        setLive((before) => ({
          height: node.height,
          changes: news ? newestFirst(news.items, before.changes) : before.changes,
          manner: streaming ? 'stream' : 'polling',
          node,
        }))
      } catch {
        setLive((before) => ({ ...before, manner: 'away' }))
      } finally {
        busy = false
      }
    }
    const round = async (): Promise<void> => {
      await look()
      if (!closed) timer = window.setTimeout(() => void round(), POLL_MS)
    }
    void round().then(() => {
      if (!closed) closeStream = openStream(Math.max(seen.current, 0), () => void look(), (open) => { streaming = open })
    })
    return () => {
      closed = true
      clearTimeout(timer)
      closeStream()
    }
  }, [])
  return live
}
