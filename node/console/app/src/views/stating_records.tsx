// SPDX-License-Identifier: Apache-2.0
// Stating something about a record that is no certificate and no firm, or something new of one's own.
import type { ApplicationAnswer, ArrangementsAnswer, CaseAnswer, ExpertAnswer, ValidationAnswer } from '../api/answers'
import { segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Facts, Waiting } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { useSession } from '../session'
import { base64, fromHex } from '../signing/bytes'
import { NOTHING_KNOWN, type About } from '../statements/form_fields'
import { FormAbout } from './editor'

export interface OfKind {
  readonly kind: string
  readonly query: URLSearchParams
}

const idOf = (name: string): string => name.split('/')[1] ?? ''

export function AboutApplication({ kind, query }: OfKind) {
  const { words } = useSpeech()
  const name = query.get('application') ?? ''
  const asked = useAnswer<ApplicationAnswer>(`/v1/applications/${segments(name)}`)
  return (
    <>
      <p>
        {words.field.application} {name}
      </p>
      <Waiting asked={asked}>
        {({ state, record }) => {
          const filedOn = record.filed['filed_on']
          const notBefore = kind === 'decision_extended' ? record.decision_due : typeof filedOn === 'string' ? filedOn : undefined
          const about: About = { ...NOTHING_KNOWN, state, fixed: { application: idOf(name) }, ...(notBefore !== undefined && { notBefore }) }
          return <FormAbout kind={kind} about={about} notBefore={record.last_decision} />
        }}
      </Waiting>
    </>
  )
}

export function AboutValidation({ kind, query }: OfKind) {
  const name = query.get('validation') ?? ''
  const asked = useAnswer<ValidationAnswer>(`/v1/validations/${segments(name)}`)
  return (
    <Waiting asked={asked}>
      {({ record }) => (
        <>
          <StatementWords statement={{ validation_recorded: record.validation }} />
          <FormAbout kind={kind} about={{ ...NOTHING_KNOWN, fixed: { author: name.split('/')[0], validation: idOf(name) } }} notBefore={record.decision_date} />
        </>
      )}
    </Waiting>
  )
}

export function AboutExpert({ kind, query }: OfKind) {
  const name = query.get('expert') ?? ''
  const asked = useAnswer<ExpertAnswer>(`/v1/experts/${segments(name)}`)
  return (
    <Waiting asked={asked}>
      {({ record }) => (
        <>
          <StatementWords statement={{ expert_accredited: record.expert }} />
          <FormAbout kind={kind} about={{ ...NOTHING_KNOWN, fixed: { expert: idOf(name) } }} />
        </>
      )}
    </Waiting>
  )
}

export function AboutCase({ kind, query }: OfKind) {
  const name = query.get('case') ?? ''
  const asked = useAnswer<CaseAnswer>(`/v1/cases/${segments(name)}`)
  return (
    <Waiting asked={asked}>
      {({ record }) => (
        <>
          <StatementWords statement={{ irregularity_reported: record.report }} />
          <FormAbout kind={kind} about={{ ...NOTHING_KNOWN, fixed: { reporter: name.split('/')[0], case: idOf(name) } }} />
        </>
      )}
    </Waiting>
  )
}

export function AboutKey({ kind, query }: OfKind) {
  const { words } = useSpeech()
  const key = fromHex(query.get('key') ?? '')
  if (key?.length !== 32) return <p>{words.none}</p>
  return (
    <>
      <Facts rows={[[words.field.public_key, <code class="long">{query.get('key')}</code>]]} />
      <FormAbout kind={kind} about={{ ...NOTHING_KNOWN, fixed: { public_key: base64(key) } }} />
    </>
  )
}

// Nothing is there yet: an application of somebody unknown, an expert, figures of a month.
export function AboutOwn({ kind, query }: OfKind) {
  const { node, members } = useSession()
  const us = node?.administration ?? ''
  const asked = useAnswer<ArrangementsAnswer>('/v1/arrangements')
  const given = Object.fromEntries([...query].filter(([name]) => name !== 'kind'))
  return (
    <Waiting asked={asked}>
      {(answer) => {
        const arrangements = answer.arrangements.filter((each) => each.arrangement.parties.includes(us)).map((each) => each.arrangement.arrangement)
        const others = members.map((member) => member.administration).filter((code) => code !== us)
        return <FormAbout kind={kind} about={{ ...NOTHING_KNOWN, us, others, arrangements }} given={{ definition: '1', ...given }} />
      }}
    </Waiting>
  )
}
