// SPDX-License-Identifier: Apache-2.0
// Stating something: fill in, see what will be signed, sign.
import { useState } from 'preact/hooks'
import type { ArrangementsAnswer, CertificateAnswer } from '../api/answers'
import { segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Waiting } from '../parts/pieces'
import { useSession, useToday } from '../session'
import type { Message } from '../signing/canonical'
import { eventOf, faultsOfFields, faultsOfFrame, fieldsOf, type Draft, type Faults, type Frame } from '../statements/draft'
import { Fields, FrameFields } from '../statements/fields'
import { FIRM_FIELDS, formOf, GRANT_FIELDS, type About, type FormField, type StatementForm } from '../statements/forms'
import { SigningDesk } from '../statements/signing_desk'

interface Part {
  readonly form: StatementForm
}

function useFrame(): [Frame, (frame: Frame) => void] {
  const today = useToday()
  const [frame, setFrame] = useState<Frame>({ decisionDate: today, effectiveFrom: '', legalBasis: '', reason: '' })
  return [frame, setFrame]
}

interface EditorProps {
  readonly parts: readonly Part[]
  readonly given?: Draft
  readonly notBefore?: string | undefined
}

// Which day it is where the officer sits, the members' records tell.
function Editor(props: EditorProps) {
  const { words } = useSpeech()
  return useSession().members.length > 0 ? <FormEditor {...props} /> : <p role="status">{words.loading}</p>
}

// One frame (decision, effect, reason) for all parts: they are decided together and signed as one submission.
function FormEditor({ parts, given = {}, notBefore }: EditorProps) {
  const { words, kind } = useSpeech()
  const today = useToday()
  const [frame, setFrame] = useFrame()
  const [draft, setDraft] = useState<Draft>(given)
  const [faults, setFaults] = useState<Faults>({})
  const [events, setEvents] = useState<readonly Message[] | undefined>(undefined)
  const effect = parts.at(-1)?.form.effect ?? 'later'
  const preview = (event: Event): void => {
    event.preventDefault()
    const found = Object.assign({}, faultsOfFrame(frame, effect, notBefore, today), ...parts.map((part) => faultsOfFields(part.form.fields, draft))) as Faults
    setFaults(found)
    if (Object.keys(found).length > 0) return
    setEvents(parts.map((part) => eventOf(part.form.kind, frame, contentOf(part.form, draft), part.form.effect)))
  }
  if (events) return <SigningDesk events={events} purpose="issuer" back={() => setEvents(undefined)} />
  return (
    <form class="stating" onSubmit={preview} noValidate>
      {parts.map((part) => (
        <fieldset>
          <legend>{kind(part.form.kind)}</legend>
          <Fields of={part.form.fields} draft={draft} set={(name, value) => setDraft((before) => ({ ...before, [name]: value }))} faults={faults} />
        </fieldset>
      ))}
      <fieldset>
        <legend>{words.field.decision_date}</legend>
        <FrameFields frame={frame} set={setFrame} effect={effect} notBefore={notBefore} today={today} faults={faults} />
      </fieldset>
      <p class="actions">
        <button type="submit">{words.state.preview}</button>
      </p>
    </form>
  )
}

// A grant names its operator also when both are stated at once.
function contentOf(form: StatementForm, draft: Draft): Message {
  const content = { ...form.fixed, ...fieldsOf(form.fields, draft) }
  if (form.kind === 'operator_registered') return { ...content, person: 'LEGAL' }
  const subject = draft['subject']
  return form.kind === 'certificate_granted' && !('subject' in content) && typeof subject === 'string' ? { ...content, subject: subject.trim() } : content
}

const part = (kind: string, fields: readonly FormField[]): Part => ({ form: { kind, fields, fixed: {}, effect: 'later' } })
// An id that tells nothing: ten hex digits drawn at random.
const drawnSubject = (administration: string): string =>
  `${administration}-${Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase()}`

export function NewFirm({ query }: { readonly query: URLSearchParams }) {
  const { words } = useSpeech()
  const { node } = useSession()
  return (
    <section>
      <h1>{words.state.new_title}</h1>
      {node ? (
        <Editor
          parts={[part('operator_registered', FIRM_FIELDS), part('certificate_granted', GRANT_FIELDS)]}
          given={{ subject: drawnSubject(node.administration), tin: query.get('tin') ?? '' }}
        />
      ) : (
        <p>{words.loading}</p>
      )}
    </section>
  )
}

function AboutCertificate({ kind, name }: { readonly kind: string; readonly name: string }) {
  const { words } = useSpeech()
  const { node } = useSession()
  const asked = useAnswer<CertificateAnswer>(`/v1/certificates/${segments(name)}`)
  const [issuer = '', number = ''] = name.split('/')
  if (node && node.administration !== issuer) return <p class="fault">{words.certificate.not_ours(issuer)}</p>
  return (
    <Waiting asked={asked}>
      {(answer) => {
        const about: About = {
          certificate: number,
          roles: answer.roles,
          suspendedRoles: answer.suspended_roles ?? [],
          arrangements: [],
          ...(answer.valid_to && { validTo: answer.valid_to }),
        }
        const form = formOf(kind, about)
        return form ? <Editor parts={[{ form }]} notBefore={answer.record.last_decision} /> : <p>{words.none}</p>
      }}
    </Waiting>
  )
}

function AboutOperator({ kind, name }: { readonly kind: string; readonly name: string }) {
  const { words } = useSpeech()
  const { node } = useSession()
  const asked = useAnswer<ArrangementsAnswer>('/v1/arrangements')
  const [issuer = '', subject = ''] = name.split('/')
  return (
    <Waiting asked={asked}>
      {(answer) => {
        const ours = answer.arrangements.filter((each) => each.edges.some((edge) => edge.issuer === issuer && edge.recogniser === node?.administration))
        const form = formOf(kind, { issuer, subject, roles: [], suspendedRoles: [], arrangements: ours.map((each) => each.arrangement.arrangement) })
        return form ? <Editor parts={[{ form }]} /> : <p>{words.none}</p>
      }}
    </Waiting>
  )
}

export function StateAbout({ query }: { readonly query: URLSearchParams }) {
  const { words, kind: kindName } = useSpeech()
  const kind = query.get('kind') ?? ''
  const certificate = query.get('certificate')
  const operator = query.get('operator')
  const subject = query.get('subject')
  const grant = subject === null ? undefined : formOf('certificate_granted', { subject, roles: [], suspendedRoles: [], arrangements: [] })
  return (
    <section>
      <h1>{kindName(kind)}</h1>
      {certificate === null ? null : (
        <>
          <p>{words.state.about(certificate)}</p>
          <AboutCertificate kind={kind} name={certificate} />
        </>
      )}
      {operator === null ? null : (
        <>
          <p>{words.state.about_operator(operator)}</p>
          <AboutOperator kind={kind} name={operator} />
        </>
      )}
      {grant ? (
        <>
          <p>{words.state.about_operator(subject ?? '')}</p>
          <Editor parts={[{ form: grant }]} />
        </>
      ) : null}
    </section>
  )
}
