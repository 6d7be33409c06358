// SPDX-License-Identifier: Apache-2.0
// One certificate: its status on both clocks, what was stated about it, and what may follow.
import type { CertificateAnswer, HistoryAnswer, HistoryEvent } from '../api/answers'
import { address, segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { TwoClocks } from '../parts/clocks'
import { Facts, Flags, Status, Table, Waiting } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { go, linkTo, operatorLink } from '../router'
import { useSession, useToday } from '../session'
import { ADVERSE, CORRECTABLE } from '../statements/corrections'
import { followUps } from '../statements/follow_ups'
import { kindOf } from '../statements/kind_of'
import { useKnowledge } from '../timeline/knowledge'
import { Timeline } from '../timeline/timeline'
import { Exposure } from './exposure'

// What may be stated about an earlier event itself.
function AboutEvent({ event, certificate }: { readonly event: HistoryEvent; readonly certificate: string }) {
  const { act } = useSpeech()
  const { node } = useSession()
  const stated = kindOf(event.statement)
  if (node?.administration !== event.author) return null
  const kinds = [...(event.disputed ? ['event_reaffirmed'] : []), ...(stated in CORRECTABLE ? ['event_corrected'] : []), ...(ADVERSE.includes(stated) ? ['appeal_lodged', 'appeal_decided'] : [])]
  const of = `${event.id}/${event.event}/${stated}`
  return (
    <>
      {kinds.map((name) => (
        <a class="small" href={linkTo(['about'], { kind: name, certificate, event: of })}>
          {act(name)}
        </a>
      ))}
    </>
  )
}

function History({ events, certificate }: { readonly events: readonly HistoryEvent[]; readonly certificate: string }) {
  const { words, kind, instant } = useSpeech()
  return (
    <Table<HistoryEvent>
      caption={words.certificate.history}
      rows={[...events].reverse()}
      columns={[
        {
          head: words.field.event,
          cell: (row) => (
            <>
              <strong>{kind(kindOf(row.statement))}</strong>
              <Flags of={[row.late && words.certificate.late(row.lag_days ?? 0), row.disputed && words.certificate.disputed]} />
            </>
          ),
        },
        { head: words.field.decision_date, day: true, cell: (row) => row.statement.decision_date ?? '' },
        { head: words.certificate.from, day: true, cell: (row) => row.statement.effective_from ?? row.statement.decision_date ?? '' },
        { head: words.field.flags, cell: (row) => <StatementWords statement={row.statement} without={['certificate', 'subject']} /> },
        {
          head: words.field.place,
          cell: (row) => (
            <>
              {words.block(row.height)}, {words.entry(row.index, row.event)}
              <br />
              <small>
                {row.author} {instant(row.time)}
              </small>
            </>
          ),
        },
        {
          head: words.certificate.receipt,
          cell: (row) => (
            <>
              <a href={linkTo(['receipts', row.id])}>{words.certificate.receipt}</a>
              <AboutEvent event={row} certificate={certificate} />
            </>
          ),
        },
      ]}
    />
  )
}

function FollowUps({ answer }: { readonly answer: CertificateAnswer }) {
  const { words, act } = useSpeech()
  const { node } = useSession()
  const [issuer = ''] = answer.certificate.split('/')
  if (node && node.administration !== issuer) return <p class="hint">{words.certificate.not_ours(issuer)}</p>
  const kinds = followUps(answer)
  return (
    <>
      {answer.record.pending ? <p class="flag">{words.certificate.waiting}</p> : null}
      {kinds.length === 0 ? <p>{words.certificate.nothing_follows}</p> : null}
      <p class="actions">
        {kinds.map((name) => (
          <a class="button" href={linkTo(['about'], { kind: name, certificate: answer.certificate })}>
            {act(name)}
          </a>
        ))}
      </p>
    </>
  )
}

function OnBothClocks({ name, history, on }: { readonly name: string; readonly history: HistoryAnswer; readonly on: string }) {
  const today = useToday()
  const known = useKnowledge(name, history.events)
  return <Waiting asked={known}>{(rows) => <Timeline known={rows} today={today} on={on} />}</Waiting>
}

export function CertificateView({ name, query }: { readonly name: string; readonly query: URLSearchParams }) {
  const { words, named } = useSpeech()
  const { live } = useSession()
  const today = useToday()
  const on = query.get('on') ?? today
  const knownAt = query.get('known_at') ?? ''
  const path = `/v1/certificates/${segments(name)}`
  const asked = useAnswer<CertificateAnswer>(address(path, { on, known_at: knownAt }), live.height)
  const history = useAnswer<HistoryAnswer>(address(`${path}/history`, { known_at: knownAt }), live.height)
  return (
    <section>
      <h1>
        {words.field.certificate} {name}
      </h1>
      <TwoClocks on={on} knownAt={knownAt} set={(day, known) => go(['certificate', ...name.split('/')], { on: day, known_at: known })} />
      <Waiting asked={asked}>
        {(answer) => (
          <>
            <p role="status" class="big-status">
              <Status of={answer.status} />
              <Flags
                of={[
                  answer.disputed && words.certificate.disputed,
                  answer.appeal_open && words.certificate.appeal,
                  answer.issuer_stale && words.certificate.stale_issuer,
                ]}
              />
            </p>
            <Facts
              rows={[
                [words.field.operator, <a href={operatorLink(answer.subject)}>{answer.subject}</a>],
                [words.field.scheme, `${named(answer.scheme)}${answer.national_label ? ` (${answer.national_label})` : ''}`],
                [words.field.roles, answer.roles.map(named).join(', ')],
                [words.field.suspended_roles, (answer.suspended_roles ?? []).map(named).join(', ')],
                [words.field.valid, `${answer.valid_from ?? ''} – ${answer.valid_to ?? words.open}`],
                [words.field.level, answer.level],
              ]}
            />
            <h2>{words.certificate.next}</h2>
            <FollowUps answer={answer} />
            {answer.status === 'ANNULLED' ? <Exposure name={name} knownAt={knownAt} /> : null}
          </>
        )}
      </Waiting>
      <h2>{words.certificate.timeline}</h2>
      <Waiting asked={history}>
        {(answer) => (
          <>
            <OnBothClocks name={name} history={answer} on={on} />
            <h2>{words.certificate.history}</h2>
            <History events={answer.events} certificate={name} />
          </>
        )}
      </Waiting>
      <p>
        <a href={linkTo(['receipts', 'status', ...name.split('/')])}>{words.certificate.proof}</a>
      </p>
    </section>
  )
}
