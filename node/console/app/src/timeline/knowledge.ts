// SPDX-License-Identifier: Apache-2.0
// What the ledger said of one certificate, block by block: its record as known at each height at which it changed.
import { useEffect, useState } from 'preact/hooks'
import type { CertificateAnswer, CertificateRecord, HistoryEvent } from '../api/answers'
import { address, ask, segments } from '../api/client'
import type { Asked } from '../api/use_answer'

export interface Known {
  readonly height: number
  readonly time: string
  readonly record: CertificateRecord
}

const MOST_ROWS = 12

const changedAt = (events: readonly HistoryEvent[]): readonly { height: number; time: string }[] =>
  [...new Map(events.map((event) => [event.height, { height: event.height, time: event.time }])).values()].slice(-MOST_ROWS)

// Earlier knowledge never changes, so it is asked for once.
const cache = new Map<string, Promise<CertificateAnswer>>()
function recordAt(name: string, height: number): Promise<CertificateAnswer> {
  const path = address(`/v1/certificates/${segments(name)}`, { known_at: height })
  const known = cache.get(path) ?? ask<CertificateAnswer>(path)
  cache.set(path, known)
  known.catch(() => cache.delete(path))
  return known
}

export function useKnowledge(name: string, events: readonly HistoryEvent[]): Asked<readonly Known[]> {
  const [state, setState] = useState<Asked<readonly Known[]>>({ loading: true })
  const heights = changedAt(events)
  const key = heights.map((each) => each.height).join()
  useEffect(() => {
    let wanted = true
    const all = heights.map(async (each) => ({ ...each, record: (await recordAt(name, each.height)).record }))
    Promise.all(all).then(
      (answer) => wanted && setState({ answer, loading: false }),
      (fault: unknown) => wanted && setState({ fault, loading: false }),
    )
    return () => {
      wanted = false
    }
  }, [name, key])
  return state
}
