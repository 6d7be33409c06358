// SPDX-License-Identifier: Apache-2.0
// What ends soon, is overdue or waits, the most urgent first.
import { useState } from 'preact/hooks'
import type { WorkItem, WorklistAnswer } from '../api/answers'
import { address } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Choice, Table, Text, Waiting } from '../parts/pieces'
import { SaveFrom } from '../parts/save'
import { certificateLink, linkTo, operatorLink } from '../router'
import { useSession } from '../session'

const MOST = 500

function About({ item }: { readonly item: WorkItem }) {
  if (item.kind === 'APPROVAL_WAITING') return <a href={linkTo(['approvals'])}>{item.certificate ?? item.reference}</a>
  if (item.certificate) return <a href={certificateLink(item.certificate)}>{item.certificate}</a>
  if (item.reference === undefined) return null
  if (item.kind === 'IRREGULARITY_UNANSWERED') return <a href={linkTo(['case', ...item.reference.split('/')])}>{item.reference}</a>
  const application = item.reference.includes('/') ? item.reference.split('/') : [item.administration, item.reference]
  return item.kind === 'DECISION_OVERDUE' ? <a href={linkTo(['application', ...application])}>{item.reference}</a> : <>{item.reference}</>
}

export function WorkList() {
  const { words, named } = useSpeech()
  const { live, node, members } = useSession()
  const [issuer, setIssuer] = useState<string | undefined>(undefined)
  const [days, setDays] = useState('90')
  const wanted = issuer ?? node?.administration
  const path = wanted === undefined || !/^\d+$/.test(days) ? undefined : address('/v1/worklist', { issuer: wanted, days, limit: MOST })
  const asked = useAnswer<WorklistAnswer>(path, live.height)
  const administrations = [['', words.indicators.all] as const, ...members.map((member) => [member.administration, `${member.administration} ${member.name}`] as const)]
  return (
    <section>
      <h1>{words.work.title}</h1>
      <div class="fields">
        <Choice label={words.field.administration} value={wanted ?? ''} set={setIssuer} options={administrations} />
        <Text label={words.work.days} type="number" min="0" value={days} set={setDays} />
      </div>
      <Waiting asked={asked}>
        {(answer) => (
          <>
            {answer.silent_issuers?.length ? (
              <p>
                {words.work.silent} <strong>{answer.silent_issuers.join(', ')}</strong>
              </p>
            ) : null}
            <p>
              {words.work.total(answer.total)}{' '}
              <SaveFrom path={address('/v1/worklist', { issuer: wanted, days })} rows name={`worklist-${wanted}.csv`} text="CSV" />
            </p>
            <Table<WorkItem>
              caption={words.work.title}
              rows={answer.items}
              columns={[
                { head: words.field.due, day: true, cell: (row) => row.due },
                { head: words.field.days_left, cell: (row) => <span class={row.days_left < 0 ? 'bad' : undefined}>{row.days_left}</span>, number: true },
                { head: words.field.event, cell: (row) => named(row.kind) },
                { head: words.field.certificate, cell: (row) => <About item={row} /> },
                { head: words.field.operator, cell: (row) => (row.operator ? <a href={operatorLink(row.operator)}>{row.tin ?? row.operator}</a> : '') },
              ]}
            />
          </>
        )}
      </Waiting>
    </section>
  )
}
