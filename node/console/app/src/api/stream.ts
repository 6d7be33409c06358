// SPDX-License-Identifier: Apache-2.0
// Server-sent events by fetch: the browser's own reader of them shows no token.
import { openStream } from './client'

const AGAIN_MS = 2_000 // doubled with each refusal
const MOST_MS = 60_000

export interface StreamEars {
  readonly event: () => void // something became final
  readonly open: (open: boolean) => void
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function hear(body: ReadableStream<Uint8Array>, event: () => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let line = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (line + value).split('\n')
    line = lines.pop() ?? ''
    if (lines.some((each) => each.startsWith('data:'))) event()
  }
}

// Until the signal says otherwise; a node without a stream, or without room for one more, is asked again later.
export async function follow(path: string, ears: StreamEars, signal: AbortSignal): Promise<void> {
  for (let wait = AGAIN_MS; !signal.aborted; wait = Math.min(2 * wait, MOST_MS)) {
    try {
      const body = await openStream(path, signal)
      ears.open(true)
      wait = AGAIN_MS
      await hear(body, ears.event)
    } catch {
      // Away, closed to us, or full: asking goes on without it.
    }
    if (signal.aborted) return
    ears.open(false)
    await pause(wait)
  }
}
