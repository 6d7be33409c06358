// SPDX-License-Identifier: Apache-2.0
// What lost keys signed while others may have used them, and whose answers rest on it; one's own is reaffirmed here.
import { useState } from 'preact/hooks'
import type { CompromisedAnswer, CompromisedItem } from '../api/answers'
import { address } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Choice, Status, Table, Waiting } from '../parts/pieces'
import { SaveFrom } from '../parts/save'
import { certificateLink, go, linkTo, operatorLink } from '../router'
import { useSession, useToday } from '../session'
import { base64, fromHex } from '../signing/bytes'
import type { Message } from '../signing/canonical'
import { SigningDesk } from '../statements/signing_desk'

const MOST = 200

const placeOf = (item: CompromisedItem): string => `${item.id}/${item.event}`

function reaffirmed(item: CompromisedItem, today: string): Message {
  return { decision_date: today, event_reaffirmed: { target: { leaf: base64(fromHex(item.id) ?? new Uint8Array()), index: item.event } } }
}

function About({ item }: { readonly item: CompromisedItem }) {
  if (item.certificate) return <a href={certificateLink(item.certificate)}>{item.certificate}</a>
  if (item.operator) return <a href={operatorLink(item.operator)}>{item.operator}</a>
  return <>{item.arrangement ?? ''}</>
}

interface RowsProps {
  readonly of: readonly CompromisedItem[]
  readonly chosen: ReadonlySet<string>
  readonly choose?: (place: string, chosen: boolean) => void
}
function Rows({ of, chosen, choose }: RowsProps) {
  const { words, kind, instant } = useSpeech()
  const d = words.disputed
  const answers = (row: CompromisedItem): string => row.answers.map((each) => `${each.recogniser} ${each.from} – ${each.to}${each.reason ? `: ${each.reason}` : ''}`).join('; ')
  return (
    <Table<CompromisedItem>
      caption={d.title}
      rows={of}
      columns={[
        {
          head: d.choose,
          cell: (row) =>
            row.state === 'DISPUTED' && choose ? (
              <input
                type="checkbox"
                aria-label={`${kind(row.kind)} ${row.certificate ?? row.operator ?? ''}`}
                checked={chosen.has(placeOf(row))}
                onChange={(event) => choose(placeOf(row), event.currentTarget.checked)}
              />
            ) : (
              ''
            ),
        },
        { head: words.field.event, cell: (row) => kind(row.kind) },
        { head: words.field.status, cell: (row) => <Status of={row.state} /> },
        { head: d.about, cell: (row) => <About item={row} /> },
        { head: words.field.time, cell: (row) => instant(row.time) },
        { head: words.key.kid, cell: (row) => <code>{row.key}</code> },
        { head: d.answers, cell: (row) => answers(row) },
        { head: words.certificate.receipt, cell: (row) => <a href={linkTo(['receipts', row.id])}>{words.certificate.receipt}</a> },
      ]}
    />
  )
}

export function Disputed({ of }: { readonly of: string | undefined }) {
  const { words, act } = useSpeech()
  const { live, node, members } = useSession()
  const today = useToday()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [events, setEvents] = useState<readonly Message[] | undefined>(undefined)
  const administration = of ?? node?.administration
  const path = administration === undefined ? undefined : `/v1/members/${administration}/compromised`
  const asked = useAnswer<CompromisedAnswer>(path === undefined ? undefined : address(path, { limit: MOST }), live.height)
  if (administration === undefined) return <p role="status">{words.loading}</p>
  const ours = administration === node?.administration
  const choose = (place: string, is: boolean): void => setChosen(new Set(is ? [...chosen, place] : [...chosen].filter((each) => each !== place)))
  if (events) {
    return (
      <section>
        <h1>{act('event_reaffirmed')}</h1>
        <SigningDesk events={events} purpose="issuer" back={() => setEvents(undefined)} />
      </section>
    )
  }
  return (
    <section>
      <h1>{words.disputed.title}</h1>
      <p class="hint">{words.disputed.hint}</p>
      <div class="fields">
        <Choice
          label={words.field.administration}
          value={administration}
          set={(code) => go(['disputed', code])}
          options={members.map((member) => [member.administration, `${member.administration} ${member.name}`] as const)}
        />
      </div>
      <Waiting asked={asked}>
        {(answer) => {
          const disputed = answer.items.filter((item) => item.state === 'DISPUTED')
          return (
            <>
              <Rows of={answer.items} chosen={chosen} {...(ours && { choose })} />
              {answer.items.length === 0 ? null : <SaveFrom path={address(path ?? '', { on: today })} rows name={`compromised-${administration}.csv`} text="CSV" />}
              {ours && disputed.length > 0 ? (
                <p class="actions">
                  <button type="button" onClick={() => setChosen(new Set(disputed.map(placeOf)))}>
                    {words.disputed.all}
                  </button>
                  <button
                    type="button"
                    disabled={chosen.size === 0}
                    onClick={() => setEvents(disputed.filter((item) => chosen.has(placeOf(item))).map((item) => reaffirmed(item, today)))}
                  >
                    {act('event_reaffirmed')}
                  </button>
                </p>
              ) : null}
            </>
          )
        }}
      </Waiting>
    </section>
  )
}
