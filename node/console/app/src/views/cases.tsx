// SPDX-License-Identifier: Apache-2.0
// What one administration asks of another, or a firm of its own: irregularities and appeals, the most urgent first.
import { useState } from 'preact/hooks'
import type { CaseAnswer, CaseItem, CasesAnswer, HistoryEvent } from '../api/answers'
import { address, segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Choice, Facts, Flags, Status, Table, Waiting } from '../parts/pieces'
import { SaveFrom } from '../parts/save'
import { StatementWords } from '../parts/statement_words'
import { certificateLink, linkTo, operatorLink } from '../router'
import { useSession } from '../session'
import { kindOf } from '../statements/kind_of'
import { Next } from './records'

const MOST = 500
const STATES = ['OPEN', 'OVERDUE', 'CLOSED', 'ALL']

function About({ item }: { readonly item: CaseItem }) {
  if (item.case) return <a href={linkTo(['case', ...item.case.split('/')])}>{item.case}</a>
  return item.certificate ? <a href={certificateLink(item.certificate)}>{item.certificate}</a> : null
}

function Rows({ of }: { readonly of: readonly CaseItem[] }) {
  const { words, named, kind } = useSpeech()
  return (
    <Table<CaseItem>
      caption={words.cases.title}
      rows={of}
      columns={[
        { head: words.field.due, day: true, cell: (row) => row.due ?? '' },
        { head: words.field.days_left, number: true, cell: (row) => (row.days_left === undefined ? '' : <span class={row.days_left < 0 ? 'bad' : undefined}>{row.days_left}</span>) },
        { head: words.cases.kind, cell: (row) => (row.against_kind ? `${named(row.kind)}: ${kind(row.against_kind)}` : named(row.kind)) },
        { head: words.cases.about, cell: (row) => <About item={row} /> },
        { head: words.field.status, cell: (row) => <Status of={row.state} /> },
        { head: words.field.outcome, cell: (row) => named(row.outcome ?? '') },
        { head: words.field.operator, cell: (row) => <a href={operatorLink(row.operator)}>{row.tin ?? row.operator}</a> },
        { head: words.field.reporter, cell: (row) => row.reporter ?? '' },
        { head: words.cases.opened, day: true, cell: (row) => row.opened_on ?? '' },
      ]}
    />
  )
}

export function Cases() {
  const { words, named } = useSpeech()
  const { live, members } = useSession()
  const [issuer, setIssuer] = useState('')
  const [reporter, setReporter] = useState('')
  const [kind, setKind] = useState('')
  const [state, setState] = useState('OPEN')
  const query = { issuer, reporter, kind, state }
  const asked = useAnswer<CasesAnswer>(address('/v1/cases', { ...query, limit: MOST }), live.height)
  const administrations = [['', words.indicators.all] as const, ...members.map((member) => [member.administration, `${member.administration} ${member.name}`] as const)]
  return (
    <section>
      <h1>{words.cases.title}</h1>
      <p class="hint">{words.cases.hint}</p>
      <div class="fields">
        <Choice label={words.cases.answers} value={issuer} set={setIssuer} options={administrations} />
        <Choice label={words.field.reporter} value={reporter} set={setReporter} options={administrations} />
        <Choice label={words.cases.kind} value={kind} set={setKind} options={[['', words.indicators.all], ['IRREGULARITY', named('IRREGULARITY')], ['APPEAL', named('APPEAL')]]} />
        <Choice label={words.field.status} value={state} set={setState} options={STATES.map((each) => [each, each === 'ALL' ? words.indicators.all : named(each)] as const)} />
      </div>
      <Waiting asked={asked}>
        {(answer) => (
          <>
            <p>
              {words.work.total(answer.total)} <SaveFrom path={address('/v1/cases', query)} rows name="cases.csv" text="CSV" />
            </p>
            <Rows of={answer.items} />
          </>
        )}
      </Waiting>
    </section>
  )
}

export function CaseView({ name }: { readonly name: string }) {
  const { words, kind } = useSpeech()
  const { live, node } = useSession()
  const asked = useAnswer<CaseAnswer>(`/v1/cases/${segments(name)}`, live.height)
  return (
    <section>
      <h1>
        {words.field.case} {name}
      </h1>
      <Waiting asked={asked}>
        {({ state, record, events, disputed }) => {
          const { issuer, subject } = record.report
          return (
            <>
              <p role="status" class="big-status">
                <Status of={state} />
                <Flags of={[disputed && words.certificate.disputed]} />
              </p>
              <Facts rows={[[words.field.operator, <a href={operatorLink(`${issuer}/${subject}`)}>{`${issuer}/${subject}`}</a>]]} />
              <StatementWords statement={{ irregularity_reported: record.report }} without={['issuer', 'subject', 'case']} />
              <h2>{words.certificate.next}</h2>
              {node?.administration === issuer ? (
                <Next kinds={state === 'CLOSED' ? [] : ['irregularity_answered']} of={{ case: name }} />
              ) : (
                <p class="hint">{words.records.not_ours(issuer)}</p>
              )}
              <h2>{words.certificate.history}</h2>
              <Table<HistoryEvent>
                caption={words.certificate.history}
                rows={[...events].reverse()}
                columns={[
                  { head: words.field.event, cell: (row) => kind(kindOf(row.statement)) },
                  { head: words.field.author, cell: (row) => row.author },
                  { head: words.field.decision_date, day: true, cell: (row) => row.statement.decision_date ?? '' },
                  { head: words.field.flags, cell: (row) => <StatementWords statement={row.statement} without={['issuer', 'subject', 'case', 'reporter']} /> },
                  { head: words.certificate.receipt, cell: (row) => <a href={linkTo(['receipts', row.id])}>{words.certificate.receipt}</a> },
                ]}
              />
            </>
          )
        }}
      </Waiting>
    </section>
  )
}
