// SPDX-License-Identifier: Apache-2.0
// A firm as an officer looks it up: who it is, its certificates on a day, and who recognises it and why.
import type { Certificate, OperatorAnswer } from '../api/answers'
import { address, segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { TwoClocks } from '../parts/clocks'
import { Facts, Flags, Status, Table, Waiting } from '../parts/pieces'
import { certificateLink, go, linkTo } from '../router'
import { useSession, useToday } from '../session'
import { Identity } from './identity'
import { Recognition } from './recognition'

function Certificates({ of, query }: { readonly of: readonly Certificate[]; readonly query: { on: string; known_at: string } }) {
  const { words, named } = useSpeech()
  return (
    <Table<Certificate>
      caption={words.operator.certificates}
      rows={of}
      columns={[
        { head: words.field.certificate, cell: (row) => <a href={certificateLink(row.certificate, query)}>{row.certificate}</a> },
        {
          head: words.field.status,
          cell: (row) => (
            <>
              <Status of={row.status} />
              <Flags of={[row.disputed && words.certificate.disputed, row.appeal_open && words.certificate.appeal]} />
            </>
          ),
        },
        { head: words.field.scheme, cell: (row) => named(row.scheme) },
        { head: words.field.roles, cell: (row) => row.roles.map(named).join(', ') },
        { head: words.field.valid, cell: (row) => `${row.valid_from ?? ''} – ${row.valid_to ?? words.open}` },
      ]}
    />
  )
}

const OF_THE_ISSUER = [
  'operator_amended', 'tin_replaced', 'application_filed', 'validation_recorded', 'irregularity_reported',
  'consent_granted', 'consent_withdrawn', 'alias_set', 'alias_removed', 'subject_erased',
]
const OF_A_RECOGNISER = ['benefits_denied', 'benefits_restored', 'alias_set', 'alias_removed', 'validation_recorded', 'irregularity_reported']
// An application names its applicant by a commitment: there has to be one.
const IN_FORCE = ['NOT_YET_EFFECTIVE', 'PENDING_APPROVAL', 'ACTIVE', 'SUSPENDED']

// What this node's officer may state about the firm as a whole.
function Statements({ answer }: { readonly answer: OperatorAnswer }) {
  const { words, act } = useSpeech()
  const { node } = useSession()
  const [issuer = ''] = answer.operator.split('/')
  if (answer.erased || !node) return null
  const ours = node.administration === issuer
  const legal = answer.person === 'LEGAL'
  const known = answer.record?.identity_commitment !== undefined || answer.record?.tin_commitment !== undefined
  // Who has a live certificate is not erased; the retention period only the node knows.
  const live = answer.certificates.some((each) => IN_FORCE.includes(each.status))
  const kinds = (ours ? OF_THE_ISSUER : OF_A_RECOGNISER)
    .filter((name) => legal || name !== 'tin_replaced')
    .filter((name) => known || name !== 'application_filed')
    .filter((name) => !live || name !== 'subject_erased')
  const link = (name: string): string => linkTo(['about'], { kind: name, operator: answer.operator })
  return (
    <>
      <h2>{words.certificate.next}</h2>
      <p class="actions">
        {ours ? (
          <a class="button" href={link('certificate_granted')}>
            {words.operator.certify}
          </a>
        ) : null}
        {kinds.map((name) => (
          <a class={name === 'subject_erased' ? 'button grave' : 'button'} href={link(name)}>
            {act(name)}
          </a>
        ))}
      </p>
    </>
  )
}

export function OperatorView({ name, query }: { readonly name: string; readonly query: URLSearchParams }) {
  const { words, named } = useSpeech()
  const { live } = useSession()
  const today = useToday()
  const on = query.get('on') ?? today
  const knownAt = query.get('known_at') ?? ''
  const asked = useAnswer<OperatorAnswer>(address(`/v1/operators/${segments(name)}`, { on, known_at: knownAt }), live.height)
  const clocks = { on, known_at: knownAt }
  return (
    <section>
      <h1>
        {words.field.operator} {name}
      </h1>
      <TwoClocks on={on} knownAt={knownAt} set={(day, known) => go(['operator', ...name.split('/')], { on: day, known_at: known })} />
      <Waiting asked={asked}>
        {(answer) => (
          <>
            <Facts
              rows={[
                [words.field.operator, answer.operator],
                [words.field.tin, answer.tin],
                [words.field.person, named(answer.person)],
                [
                  words.field.flags,
                  answer.issuer_stale || answer.disputed || answer.erased ? (
                    <Flags
                      of={[
                        answer.issuer_stale && words.certificate.stale_issuer,
                        answer.disputed && words.certificate.disputed,
                        answer.erased && words.operator.erased,
                      ]}
                    />
                  ) : undefined,
                ],
              ]}
            />
            <Identity operator={answer.operator} />
            <h2>{words.operator.certificates}</h2>
            <Certificates of={answer.certificates} query={clocks} />
            {answer.tin === undefined ? (
              <p>{words.operator.natural}</p>
            ) : (
              <Recognition tin={answer.tin} roles={[...new Set(answer.certificates.flatMap((each) => each.roles))]} on={on} knownAt={knownAt} />
            )}
            <Statements answer={answer} />
            <p>
              <a href={linkTo(['report', ...answer.operator.split('/')])}>{words.report.link}</a>
            </p>
          </>
        )}
      </Waiting>
    </section>
  )
}
