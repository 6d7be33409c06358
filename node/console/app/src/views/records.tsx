// SPDX-License-Identifier: Apache-2.0
// Records that are no certificates: an application, a validation, an expert; and what may be stated about each.
import type { ApplicationAnswer, ExpertAnswer, ValidationAnswer } from '../api/answers'
import { segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Facts, Flags, Status, Table, Waiting } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { certificateLink, linkTo, operatorLink } from '../router'
import { useSession, useToday } from '../session'

interface NextProps {
  readonly kinds: readonly string[]
  readonly of: Readonly<Record<string, string>>
}
export function Next({ kinds, of }: NextProps) {
  const { act, words } = useSpeech()
  if (kinds.length === 0) return <p>{words.certificate.nothing_follows}</p>
  return (
    <p class="actions">
      {kinds.map((kind) => (
        <a class="button" href={linkTo(['about'], { kind, ...of })}>
          {act(kind)}
        </a>
      ))}
    </p>
  )
}

const AFTER: Readonly<Record<string, readonly string[]>> = {
  APPLIED: ['application_accepted', 'application_closed'],
  IN_REVIEW: ['decision_extended', 'application_closed'],
}

export function ApplicationView({ name }: { readonly name: string }) {
  const { words } = useSpeech()
  const { live, node } = useSession()
  const asked = useAnswer<ApplicationAnswer>(`/v1/applications/${segments(name)}`, live.height)
  const [owner = '', id = ''] = name.split('/')
  const ours = node?.administration === owner
  return (
    <section>
      <h1>
        {words.field.application} {name}
      </h1>
      <Waiting asked={asked}>
        {({ state, overdue, record }) => (
          <>
            <p role="status" class="big-status">
              <Status of={state} />
              <Flags of={[overdue && words.records.overdue]} />
            </p>
            <StatementWords statement={{ application_filed: record.filed }} />
            <Facts
              rows={[
                [words.field.accepted_on, record.accepted_on],
                [words.field.decision_due, record.decision_due],
                [words.field.closed_on, record.closed_on],
                [words.field.certificate, record.certificate ? <a href={certificateLink(`${owner}/${record.certificate}`)}>{`${owner}/${record.certificate}`}</a> : undefined],
              ]}
            />
            <h2>{words.certificate.next}</h2>
            {ours ? <Next kinds={AFTER[state] ?? []} of={{ application: name }} /> : <p class="hint">{words.records.not_ours(owner)}</p>}
            {ours && state === 'IN_REVIEW' ? (
              <p class="actions">
                <a class="button" href={linkTo(['state'], { application: id, scheme: String(record.filed['scheme'] ?? '') })}>
                  {words.state.new_title}
                </a>
              </p>
            ) : null}
          </>
        )}
      </Waiting>
    </section>
  )
}

type Cosignature = NonNullable<ValidationAnswer['record']['cosignatures']>[number]

function Cosignatures({ of }: { readonly of: ValidationAnswer['record'] }) {
  const { words } = useSpeech()
  const given = of.cosignatures ?? []
  const missing = (of.validation.participants ?? []).filter((each) => !given.some((one) => one.administration === each))
  return (
    <>
      <Table<Cosignature>
        caption={words.records.cosignatures}
        rows={given}
        columns={[
          { head: words.field.administration, cell: (row) => row.administration },
          { head: words.field.decision_date, day: true, cell: (row) => row.decision_date ?? '' },
          { head: words.field.reservation, cell: (row) => (row.reservation ? words.yes : words.no) },
        ]}
      />
      {missing.length > 0 ? <p>{words.records.awaits(missing.join(', '))}</p> : null}
    </>
  )
}

export function ValidationView({ name }: { readonly name: string }) {
  const { words } = useSpeech()
  const { live, node } = useSession()
  const asked = useAnswer<ValidationAnswer>(`/v1/validations/${segments(name)}`, live.height)
  const us = node?.administration ?? ''
  return (
    <section>
      <h1>
        {words.field.validation} {name}
      </h1>
      <Waiting asked={asked}>
        {({ record, disputed }) => {
          const { issuer, subject, certificate, participants } = record.validation
          const mayCosign = (participants ?? []).includes(us) && !(record.cosignatures ?? []).some((each) => each.administration === us)
          return (
            <>
              <Flags of={[disputed && words.certificate.disputed]} />
              <Facts
                rows={[
                  [words.field.operator, <a href={operatorLink(`${issuer}/${subject}`)}>{`${issuer}/${subject}`}</a>],
                  [words.field.certificate, certificate ? <a href={certificateLink(`${issuer}/${certificate}`)}>{`${issuer}/${certificate}`}</a> : undefined],
                  [words.field.decision_date, record.decision_date],
                ]}
              />
              <StatementWords statement={{ validation_recorded: record.validation }} without={['issuer', 'subject', 'certificate', 'validation']} />
              <h2>{words.records.cosignatures}</h2>
              <Cosignatures of={record} />
              <h2>{words.certificate.next}</h2>
              <Next kinds={mayCosign ? ['validation_cosigned'] : []} of={{ validation: name }} />
            </>
          )
        }}
      </Waiting>
    </section>
  )
}

export function ExpertView({ name }: { readonly name: string }) {
  const { words } = useSpeech()
  const { live, node } = useSession()
  const today = useToday()
  const asked = useAnswer<ExpertAnswer>(`/v1/experts/${segments(name)}`, live.height)
  const [owner = ''] = name.split('/')
  return (
    <section>
      <h1>
        {words.field.expert} {name}
      </h1>
      <Waiting asked={asked}>
        {({ record }) => {
          const { until } = record.expert
          const over = record.ended_from !== undefined || (until !== undefined && until !== '' && until < today)
          return (
            <>
              <StatementWords statement={{ expert_accredited: record.expert }} without={['expert']} />
              <Facts
                rows={[
                  [words.field.accredited_from, record.accredited_from],
                  [words.field.ended_from, record.ended_from],
                ]}
              />
              <h2>{words.certificate.next}</h2>
              {node?.administration === owner ? (
                <Next kinds={over ? [] : ['expert_accreditation_ended']} of={{ expert: name }} />
              ) : (
                <p class="hint">{words.records.not_ours(owner)}</p>
              )}
            </>
          )
        }}
      </Waiting>
    </section>
  )
}
