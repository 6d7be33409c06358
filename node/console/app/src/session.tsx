// SPDX-License-Identifier: Apache-2.0
// What the whole console shares: the node behind it, its members, the officer's key, and what was sent from this page.
import { createContext, type ComponentChildren } from 'preact'
import { useCallback, useContext, useMemo, useState } from 'preact/hooks'
import type { Member, MembersAnswer, NodeStatus, ParametersAnswer } from './api/answers'
import { useLive, type Live } from './api/live'
import { useAnswer } from './api/use_answer'
import { todayAt, type Day } from './days'
import type { UnlockedKey } from './signing/key_file'
import type { CodeLists } from './statements/draft'

export interface Session {
  readonly live: Live
  readonly node?: NodeStatus
  readonly members: readonly Member[]
  readonly codeLists: CodeLists
  readonly key?: UnlockedKey
  readonly holdKey: (key: UnlockedKey | undefined) => void
  readonly latencies: readonly number[] // milliseconds, oldest first
  readonly addLatency: (ms: number) => void
}

const nothing = (): void => undefined
const SessionContext = createContext<Session>({ live: { height: 0, changes: [], manner: 'polling' }, members: [], codeLists: {}, holdKey: nothing, latencies: [], addLatency: nothing })

export function SessionProvider({ children }: { readonly children: ComponentChildren }) {
  const live = useLive()
  const { answer } = useAnswer<MembersAnswer>(live.height > 0 ? '/v1/members' : undefined, live.node?.epoch ?? 0)
  const [key, setKey] = useState<UnlockedKey | undefined>(undefined)
  const [latencies, setLatencies] = useState<readonly number[]>([])
  const addLatency = useCallback((ms: number) => setLatencies((before) => [...before, ms].slice(-100)), [])
  const holdKey = useCallback((held: UnlockedKey | undefined) => setKey(held), [])
  const members = answer?.members
  const voted = live.changes.find((change) => change.kind === 'proposal_voted')
  const { answer: register } = useAnswer<ParametersAnswer>(live.height > 0 ? '/v1/parameters' : undefined, voted?.id ?? '')
  const codeLists = useMemo(() => Object.fromEntries((register?.code_lists ?? []).map((list) => [list.name, list.codes])), [register])
  const session = useMemo<Session>(
    () => ({ live, members: members ?? [], codeLists, holdKey, latencies, addLatency, ...(live.node && { node: live.node }), ...(key && { key }) }),
    [live, members, codeLists, key, latencies, holdKey, addLatency],
  )
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>
}

export const useSession = (): Session => useContext(SessionContext)

export const memberOf = (session: Session, administration: string): Member | undefined =>
  session.members.find((member) => member.administration === administration)

// Today where the node's administration is.
export function useToday(): Day {
  const session = useSession()
  return todayAt(memberOf(session, session.node?.administration ?? '')?.utc_offset_minutes ?? 0)
}
