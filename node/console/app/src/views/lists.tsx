// SPDX-License-Identifier: Apache-2.0
// Full lists on a day: what an administration has certified, and whom it recognises; and the attestation of one's own list.
import { useState } from 'preact/hooks'
import type { Certificate, ListAnswer, RecognisedFirm } from '../api/answers'
import { address, ask } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { TwoClocks } from '../parts/clocks'
import { Pager } from '../parts/pager'
import { Choice, Fault, Status, Table, Waiting } from '../parts/pieces'
import { SaveFrom } from '../parts/save'
import { certificateLink, go, operatorLink } from '../router'
import { useSession, useToday } from '../session'
import type { Message } from '../signing/canonical'
import { SigningDesk } from '../statements/signing_desk'

type Listed = Certificate & { readonly tin?: string }
type Which = 'issuer' | 'by'

const PAGE = 200

function Certificates({ of }: { readonly of: readonly Listed[] }) {
  const { words, named } = useSpeech()
  return (
    <Table<Listed>
      caption={words.operator.certificates}
      rows={of}
      columns={[
        { head: words.field.certificate, cell: (row) => <a href={certificateLink(row.certificate)}>{row.certificate}</a> },
        { head: words.field.tin, cell: (row) => <a href={operatorLink(row.subject)}>{row.tin ?? row.subject}</a> },
        { head: words.field.status, cell: (row) => <Status of={row.status} /> },
        { head: words.field.scheme, cell: (row) => named(row.scheme) },
        { head: words.field.roles, cell: (row) => row.roles.map(named).join(', ') },
        { head: words.field.valid_to, day: true, cell: (row) => row.valid_to ?? words.open },
      ]}
    />
  )
}

function Recognised({ of }: { readonly of: readonly RecognisedFirm[] }) {
  const { words, named } = useSpeech()
  return (
    <Table<RecognisedFirm>
      caption={words.lists.by}
      rows={of}
      columns={[
        { head: words.field.tin, cell: (row) => <a href={operatorLink(row.subject)}>{row.tin}</a> },
        { head: words.field.roles, cell: (row) => row.roles.map(named).join(', ') },
        { head: words.field.flow, cell: (row) => row.flows.map(named).join(', ') },
        { head: words.field.arrangement, cell: (row) => row.arrangements.join(', ') },
        { head: words.field.benefits, cell: (row) => row.benefits.map(named).join(', ') },
      ]}
    />
  )
}

// Pages lead on from one another, all of one state.
function Pages({ path, which }: { readonly path: string; readonly which: Which }) {
  const [after, setAfter] = useState<readonly string[]>([])
  const asked = useAnswer<ListAnswer>(`${path}&limit=${PAGE}${after.length > 0 ? `&after=${after.at(-1)}` : ''}`)
  return (
    <Waiting asked={asked}>
      {(answer) => (
        <>
          {which === 'issuer' ? <Certificates of={answer.items as readonly Listed[]} /> : <Recognised of={answer.items as readonly RecognisedFirm[]} />}
          <Pager after={after} next={answer.next_after} turn={setAfter} />
        </>
      )}
    </Waiting>
  )
}

interface AttestationAnswer {
  readonly height: number
  readonly attestation: { readonly as_of: string; readonly active: number; readonly list_root: string }
}

// The node counts and hashes the list, the officer signs that it is so.
function Attest({ administration }: { readonly administration: string }) {
  const { words } = useSpeech()
  const today = useToday()
  const [events, setEvents] = useState<readonly Message[] | undefined>(undefined)
  const [fault, setFault] = useState<unknown>(undefined)
  const prepare = async (): Promise<void> => {
    const { attestation, height } = await ask<AttestationAnswer>(address('/v1/list', { issuer: administration, on: today, attest: 1, limit: 1 }))
    setEvents([{ decision_date: today, list_attested: { ...attestation, height } }])
  }
  if (events) return <SigningDesk events={events} purpose="issuer" back={() => setEvents(undefined)} />
  return (
    <>
      <h2>{words.lists.attest}</h2>
      <p class="hint">{words.lists.attest_hint}</p>
      {fault === undefined ? null : <Fault of={fault} />}
      <button type="button" onClick={() => void prepare().catch(setFault)}>
        {words.lists.attest}
      </button>
    </>
  )
}

export function Lists({ query }: { readonly query: URLSearchParams }) {
  const { words } = useSpeech()
  const { node, members } = useSession()
  const today = useToday()
  const which: Which = query.get('which') === 'by' ? 'by' : 'issuer'
  const on = query.get('on') ?? today
  const knownAt = query.get('known_at') ?? ''
  const of = query.get('of') ?? node?.administration
  const set = (changed: Readonly<Record<string, string>>): void => go(['lists'], { which, of, on, known_at: knownAt, ...changed })
  if (of === undefined) return <p role="status">{words.loading}</p>
  const path = address('/v1/list', { [which]: of, on, known_at: knownAt })
  return (
    <section>
      <h1>{words.lists.title}</h1>
      <div class="fields">
        <Choice
          label={words.lists.which}
          value={which}
          set={(chosen) => set({ which: chosen })}
          options={[
            ['issuer', words.lists.issuer],
            ['by', words.lists.by],
          ]}
        />
        <Choice
          label={words.field.administration}
          value={of}
          set={(chosen) => set({ of: chosen })}
          options={members.map((member) => [member.administration, `${member.administration} ${member.name}`] as const)}
        />
        <TwoClocks on={on} knownAt={knownAt} set={(day, known) => set({ on: day, known_at: known })} />
      </div>
      <p>
        <SaveFrom path={path} rows name={`${which}-${of}-${on}.csv`} text="CSV" />
      </p>
      <Pages key={path} path={path} which={which} />
      {which === 'issuer' && of === node?.administration ? <Attest administration={of} /> : null}
    </section>
  )
}
