// SPDX-License-Identifier: Apache-2.0
// Stating something: fill in, see what will be signed, sign.
import type { ComponentChildren } from 'preact'
import type { ArrangementsAnswer, CertificateAnswer, OperatorAnswer } from '../api/answers'
import { segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Waiting } from '../parts/pieces'
import { useSession } from '../session'
import { base64, fromHex } from '../signing/bytes'
import { NOTHING_KNOWN, type About, type FormField } from '../statements/form_fields'
import { FIRM_FIELDS, GRANT_FIELDS, IDENTITY_FIELDS } from '../statements/forms'
import { amendedIdentity, newFirm } from '../statements/new_firm'
import { Editor, FormAbout, type Part } from './editor'
import { AboutApplication, AboutCase, AboutExpert, AboutKey, AboutOwn, AboutValidation, type OfKind } from './stating_records'

const part = (kind: string, fields: readonly FormField[]): Part => ({ form: { kind, fields, fixed: {}, effect: 'later' } })
// An id that tells nothing: ten hex digits drawn at random.
const drawnSubject = (administration: string): string =>
  `${administration}-${Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase()}`

export function NewFirm({ query }: { readonly query: URLSearchParams }) {
  const { words } = useSpeech()
  const { node } = useSession()
  const only = query.has('only') // the firm alone, as when it applies
  const parts = [part('operator_registered', FIRM_FIELDS), part('identity', IDENTITY_FIELDS)]
  const given = { tin: query.get('tin') ?? '', application: query.get('application') ?? '', scheme: query.get('scheme') ?? '' }
  return (
    <section>
      <h1>{only ? words.state.only_title : words.state.new_title}</h1>
      {node ? (
        <Editor
          key={String(only)}
          parts={only ? parts : [...parts, part('certificate_granted', GRANT_FIELDS)]}
          build={(draft, frame) => newFirm(draft, frame, node.administration, !only)}
          given={{ person: 'LEGAL', subject: drawnSubject(node.administration), ...given }}
        />
      ) : (
        <p>{words.loading}</p>
      )}
    </section>
  )
}

// "ID/INDEX/KIND", as a history's links have it.
function targetOf(text: string | null): About['target'] {
  const [id = '', index = '', kind = ''] = (text ?? '').split('/')
  const leaf = fromHex(id)
  return leaf?.length === 32 && /^\d+$/.test(index) ? { leaf: base64(leaf), index: Number(index), kind } : undefined
}

function AboutCertificate({ kind, query }: OfKind) {
  const { words } = useSpeech()
  const { node } = useSession()
  const name = query.get('certificate') ?? ''
  const asked = useAnswer<CertificateAnswer>(`/v1/certificates/${segments(name)}`)
  const [issuer = '', certificate = ''] = name.split('/')
  const target = targetOf(query.get('event'))
  if (node && node.administration !== issuer) return <p class="fault">{words.certificate.not_ours(issuer)}</p>
  return (
    <>
      <p>{words.state.about(name)}</p>
      <Waiting asked={asked}>
        {(answer) => {
          const known = { ...NOTHING_KNOWN, roles: answer.roles, suspendedRoles: answer.suspended_roles ?? [] }
          const about: About = { ...known, certificate, ...(answer.valid_to && { validTo: answer.valid_to }), ...(target && { target }) }
          return <FormAbout kind={kind} about={about} notBefore={answer.record.last_decision} />
        }}
      </Waiting>
    </>
  )
}

// Arrangements under which this node's administration recognises the issuer, or ever did.
const between = (answer: ArrangementsAnswer, recogniser: string, issuer: string): readonly string[] =>
  answer.arrangements.filter((each) => each.edges.some((edge) => edge.issuer === issuer && edge.recogniser === recogniser)).map((each) => each.arrangement.arrangement)

function FormAboutOperator({ kind, of, answer }: { readonly kind: string; readonly of: OperatorAnswer; readonly answer: ArrangementsAnswer }) {
  const { node, members } = useSession()
  const [issuer = '', subject = ''] = of.operator.split('/')
  const us = node?.administration ?? ''
  const ours = us === issuer
  if (kind === 'operator_amended') return <Editor parts={[part('identity', IDENTITY_FIELDS)]} build={(draft, frame) => amendedIdentity(draft, frame, us, subject)} />
  const all = answer.arrangements.filter((each) => each.arrangement.parties.includes(issuer)).map((each) => each.arrangement.arrangement)
  const others = members.map((member) => member.administration).filter((code) => code !== us)
  const applicant = of.record?.identity_commitment ?? of.record?.tin_commitment
  const about: About = {
    ...NOTHING_KNOWN,
    issuer,
    subject,
    us,
    others,
    arrangements: [...(ours ? all : between(answer, us, issuer))].sort(),
    recognisers: ours ? others : [us],
    certificates: of.certificates.map((each) => each.certificate.split('/')[1] ?? ''),
    ...(applicant !== undefined && { fixed: { applicant_commitment: applicant } }),
  }
  return <FormAbout kind={kind} about={about} />
}

function AboutOperator({ kind, query }: OfKind) {
  const { words } = useSpeech()
  const name = query.get('operator') ?? ''
  const asked = useAnswer<ArrangementsAnswer>('/v1/arrangements')
  const firm = useAnswer<OperatorAnswer>(`/v1/operators/${segments(name)}`)
  return (
    <>
      <p>{words.state.about_operator(name)}</p>
      <Waiting asked={firm}>{(of) => <Waiting asked={asked}>{(answer) => <FormAboutOperator kind={kind} of={of} answer={answer} />}</Waiting>}</Waiting>
    </>
  )
}

function AboutRecognition({ kind, query }: OfKind) {
  const { words } = useSpeech()
  const asked = useAnswer<ArrangementsAnswer>('/v1/arrangements')
  const arrangement = query.get('arrangement') ?? ''
  const issuer = query.get('issuer') ?? ''
  return (
    <>
      <p>
        {words.field.arrangement} {arrangement}
        {issuer === '' ? '' : `, ${words.field.issuer} ${issuer}`}
      </p>
      <Waiting asked={asked}>
        {(answer) => {
          const benefits = [...new Set(answer.arrangements.flatMap((each) => each.edges).flatMap((edge) => edge.benefits ?? []))].sort()
          return <FormAbout kind={kind} about={{ ...NOTHING_KNOWN, issuer, arrangement, benefits }} />
        }}
      </Waiting>
    </>
  )
}

// What was stated before by us, as such: without the record that it is in.
function AboutEvent({ kind, query }: OfKind) {
  const target = targetOf(query.get('event'))
  return <FormAbout kind={kind} about={{ ...NOTHING_KNOWN, ...(target && { target }) }} />
}

// By what the address names; the first that it does.
const ABOUT: readonly (readonly [string, (props: OfKind) => ComponentChildren])[] = [
  ['certificate', AboutCertificate],
  ['operator', AboutOperator],
  ['arrangement', AboutRecognition],
  ['application', AboutApplication],
  ['validation', AboutValidation],
  ['expert', AboutExpert],
  ['case', AboutCase],
  ['key', AboutKey],
  ['event', AboutEvent],
]

export function StateAbout({ query }: { readonly query: URLSearchParams }) {
  const speech = useSpeech()
  const kind = query.get('kind') ?? ''
  const [, About = AboutOwn] = ABOUT.find(([name]) => query.has(name)) ?? []
  return (
    <section>
      <h1>{speech.act(kind)}</h1>
      <About kind={kind} query={query} />
    </section>
  )
}
