// SPDX-License-Identifier: Apache-2.0
// What a data subject may ask for: everything that the ledger says of one operator, what this node holds beside it, who may hold
// it, and what was erased.
import { useState } from 'preact/hooks'
import type { ReportAnswer } from '../api/answers'
import { address, segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Pager } from '../parts/pager'
import { Facts, Flags, Table, Waiting } from '../parts/pieces'
import { SaveFrom } from '../parts/save'
import { StatementWords } from '../parts/statement_words'
import { linkTo, operatorLink } from '../router'

const PAGE = 200

type Item = ReportAnswer['items'][number]

function Beside({ of }: { readonly of: ReportAnswer['beside_the_ledger'] }) {
  const { words } = useSpeech()
  const r = words.report
  const states: Readonly<Record<string, string>> = r.states
  const erased = of.erased_here
  return (
    <Facts
      rows={[
        [words.field.status, states[of.state] ?? of.state],
        [r.may_hold, of.may_be_held_by?.join(', ')],
        [r.erased, erased && r.erased_on(erased.decided_on, erased.records)],
      ]}
    />
  )
}

export function Report({ name }: { readonly name: string }) {
  const { words, kind, instant } = useSpeech()
  const r = words.report
  const [after, setAfter] = useState<readonly string[]>([])
  const path = `/v1/operators/${segments(name)}/report`
  const asked = useAnswer<ReportAnswer>(address(path, { limit: PAGE, after: after.at(-1) }))
  return (
    <section>
      <h1>{r.title(name)}</h1>
      <p class="hint">{r.hint}</p>
      <p class="actions">
        <SaveFrom path={`${path}?limit=5000`} name={`report-${name.replace('/', '-')}.json`} text="JSON" />
        <SaveFrom path={path} rows name={`report-${name.replace('/', '-')}.csv`} text="CSV" />
        <a href={operatorLink(name)}>{words.field.operator}</a>
      </p>
      <Waiting asked={asked}>
        {(answer) => (
          <>
            <h2>{r.beside}</h2>
            <Beside of={answer.beside_the_ledger} />
            <p class="hint">{r.lookups}</p>
            <h2>{r.events(answer.total)}</h2>
            <Table<Item>
              caption={r.events(answer.total)}
              rows={answer.items}
              columns={[
                { head: words.field.time, cell: (row) => instant(row.time) },
                { head: words.field.author, cell: (row) => row.author },
                {
                  head: words.field.event,
                  cell: (row) => (
                    <>
                      <strong>{kind(row.kind)}</strong>
                      <Flags of={[row.disputed && words.certificate.disputed]} />
                    </>
                  ),
                },
                { head: words.field.decision_date, day: true, cell: (row) => row.statement.decision_date ?? '' },
                { head: words.field.flags, cell: (row) => <StatementWords statement={row.statement} /> },
                { head: words.certificate.receipt, cell: (row) => <a href={linkTo(['receipts', row.id])}>{words.certificate.receipt}</a> },
              ]}
            />
            <Pager after={after} next={answer.next_after} turn={setAfter} />
          </>
        )}
      </Waiting>
    </section>
  )
}
