// SPDX-License-Identifier: Apache-2.0
// Who recognises whom on a day, one matrix for each arrangement.
import type { ArrangementsAnswer, Edge } from '../api/answers'
import { address } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { TwoClocks } from '../parts/clocks'
import { Facts, Waiting } from '../parts/pieces'
import { go, linkTo } from '../router'
import { useSession, useToday } from '../session'

type Entry = ArrangementsAnswer['arrangements'][number]

const MARKS: Readonly<Record<string, string>> = { LIVE: '●', SUSPENDED: '◐', ENDED: '○' }

// What a recogniser may state next about an edge of its own.
const NEXT: Readonly<Record<string, string>> = { LIVE: 'recognition_suspended', SUSPENDED: 'recognition_resumed', NOT_YET: 'recognition_activated' }

interface CellProps {
  readonly edge: Edge | undefined
  readonly arrangement: string
  readonly recogniser: string
  readonly issuer: string
}
function Cell({ edge, arrangement, recogniser, issuer }: CellProps) {
  const { words, named, act } = useSpeech()
  const { node } = useSession()
  if (recogniser === issuer) return <td class="own" aria-hidden="true" />
  const status = edge?.status ?? 'NOT_YET'
  const said = words.arrangements.cell(recogniser, issuer, named(status))
  const terms = [edge?.schemes, edge?.roles, edge?.flows, edge?.benefits].filter((each) => each && each.length > 0).map((each) => each?.map(named).join(', '))
  const next = node?.administration === recogniser ? NEXT[status] : undefined
  const mark = (
    <>
      <span aria-hidden="true">{MARKS[status] ?? '·'}</span>
      <span class="unseen">{next ? `${said}. ${act(next)}` : named(status)}</span>
    </>
  )
  return (
    <td class={`edge ${status.toLowerCase()}`} title={[said, ...terms].join('\n')}>
      {next ? <a href={linkTo(['about'], { kind: next, arrangement, issuer })}>{mark}</a> : mark}
    </td>
  )
}

function Matrix({ of }: { readonly of: Entry }) {
  const { words, named } = useSpeech()
  const { parties } = of.arrangement
  const edges = new Map(of.edges.map((edge) => [`${edge.recogniser} ${edge.issuer}`, edge]))
  return (
    <div class="scrolled" role="region" aria-label={`${words.arrangements.title}: ${of.arrangement.arrangement}`} tabIndex={0}>
      <table class="matrix">
        <caption>
          {['LIVE', 'SUSPENDED', 'ENDED'].map((status) => `${MARKS[status]} ${named(status)}`).join('  ')} {'  · '}
          {named('NOT_YET')}
        </caption>
        <thead>
          <tr>
            <th scope="col">{words.arrangements.row}</th>
            {parties.map((issuer) => (
              <th scope="col">{issuer}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parties.map((recogniser) => (
            <tr>
              <th scope="row">{recogniser}</th>
              {parties.map((issuer) => (
                <Cell edge={edges.get(`${recogniser} ${issuer}`)} arrangement={of.arrangement.arrangement} recogniser={recogniser} issuer={issuer} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function ArrangementMatrix({ query }: { readonly query: URLSearchParams }) {
  const { words, act } = useSpeech()
  const { live, node } = useSession()
  const us = node?.administration ?? ''
  const today = useToday()
  const on = query.get('on') ?? today
  const knownAt = query.get('known_at') ?? ''
  const asked = useAnswer<ArrangementsAnswer>(address('/v1/arrangements', { on, known_at: knownAt }), live.height)
  return (
    <section>
      <h1>{words.arrangements.title}</h1>
      <TwoClocks on={on} knownAt={knownAt} set={(day, known) => go(['arrangements'], { on: day, known_at: known })} />
      <p class="hint">{words.arrangements.hint}</p>
      <Waiting asked={asked}>
        {(answer) => (
          <div class="arrangements">
            {answer.arrangements.map((each) => (
              <section aria-label={each.arrangement.arrangement}>
                <h2>{each.arrangement.arrangement}</h2>
                <p>{each.arrangement.title}</p>
                <Facts
                  rows={[
                    [words.field.status, each.in_force ? words.arrangements.in_force : words.arrangements.not_in_force],
                    [words.certificate.from, each.arrangement.signed_on],
                    [words.field.flags, [words.arrangements.notice(each.arrangement.notice_days ?? 0), each.arrangement.consent_required ? words.arrangements.consent : ''].filter(Boolean).join(', ')],
                  ]}
                />
                <Matrix of={each} />
                {each.arrangement.parties.includes(us) && !each.withdrawals?.some((gone) => gone.party === us) ? (
                  <p class="actions">
                    <a class="small" href={linkTo(['about'], { kind: 'party_withdrawn', arrangement: each.arrangement.arrangement })}>
                      {act('party_withdrawn')}
                    </a>
                  </p>
                ) : null}
              </section>
            ))}
          </div>
        )}
      </Waiting>
    </section>
  )
}
