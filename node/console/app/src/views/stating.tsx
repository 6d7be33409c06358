// SPDX-License-Identifier: Apache-2.0
// Stating something: fill in, see what will be signed, sign.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ArrangementsAnswer, CertificateAnswer } from '../api/answers'
import { segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Waiting } from '../parts/pieces'
import { useSession, useToday } from '../session'
import { base64, fromHex } from '../signing/bytes'
import type { Message } from '../signing/canonical'
import type { SideRecord } from '../signing/side_record'
import { eventOf, faultsOfFields, faultsOfFrame, fieldsOf, type Draft, type Faults, type Frame } from '../statements/draft'
import { Fields, FrameFields } from '../statements/fields'
import { FIRM_FIELDS, formOf, GRANT_FIELDS, IDENTITY_FIELDS, type About, type FormField, type StatementForm } from '../statements/forms'
import { newFirm } from '../statements/new_firm'
import { SigningDesk } from '../statements/signing_desk'

interface Part {
  readonly form: StatementForm
}

function useFrame(): [Frame, (frame: Frame) => void] {
  const today = useToday()
  const [frame, setFrame] = useState<Frame>({ decisionDate: today, effectiveFrom: '', legalBasis: '', reason: '' })
  return [frame, setFrame]
}

interface Stated {
  readonly events: readonly Message[]
  readonly records?: readonly SideRecord[]
}
interface EditorProps {
  readonly parts: readonly Part[]
  readonly build?: (draft: Draft, frame: Frame) => Promise<Stated> // instead of an event for each part
  readonly given?: Draft
  readonly notBefore?: string | undefined
}

// Which day it is where the officer sits, the members' records tell.
function Editor(props: EditorProps) {
  const { words } = useSpeech()
  return useSession().members.length > 0 ? <FormEditor {...props} /> : <p role="status">{words.loading}</p>
}

// One frame (decision, effect, reason) for all parts: they are decided together and signed as one submission.
function FormEditor({ parts, build, given = {}, notBefore }: EditorProps) {
  const { words, act } = useSpeech()
  const today = useToday()
  const [frame, setFrame] = useFrame()
  const [draft, setDraft] = useState<Draft>(given)
  const [faults, setFaults] = useState<Faults>({})
  const [stated, setStated] = useState<Stated | undefined>(undefined)
  const form = useRef<HTMLFormElement>(null)
  // To where something is to be corrected.
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid], [aria-describedby]')?.focus(), [faults])
  const effect = parts.at(-1)?.form.effect ?? 'later'
  const preview = (event: Event): void => {
    event.preventDefault()
    const found = Object.assign({}, faultsOfFrame(frame, effect, notBefore, today), ...parts.map((part) => faultsOfFields(part.form.fields, draft))) as Faults
    setFaults(found)
    if (Object.keys(found).length > 0) return
    if (build) void build(draft, frame).then(setStated)
    else setStated({ events: parts.map((part) => eventOf(part.form.kind, frame, { ...part.form.fixed, ...fieldsOf(part.form.fields, draft) }, part.form.effect)) })
  }
  if (stated) return <SigningDesk {...stated} purpose="issuer" back={() => setStated(undefined)} />
  return (
    <form class="stating" onSubmit={preview} noValidate ref={form}>
      {parts.map((part) => (
        <fieldset>
          <legend>{part.form.kind === 'identity' ? words.state.identity : act(part.form.kind)}</legend>
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
          parts={[part('operator_registered', FIRM_FIELDS), part('identity', IDENTITY_FIELDS), part('certificate_granted', GRANT_FIELDS)]}
          build={(draft, frame) => newFirm(draft, frame, node.administration)}
          given={{ person: 'LEGAL', subject: drawnSubject(node.administration), tin: query.get('tin') ?? '' }}
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

interface OfKind {
  readonly kind: string
  readonly query: URLSearchParams
}

const FormAbout = ({ kind, about, notBefore }: { readonly kind: string; readonly about: About; readonly notBefore?: string | undefined }) => {
  const { words } = useSpeech()
  const form = formOf(kind, about)
  return form ? <Editor parts={[{ form }]} notBefore={notBefore} /> : <p>{words.none}</p>
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
          const known = { roles: answer.roles, suspendedRoles: answer.suspended_roles ?? [], arrangements: [] }
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

function AboutOperator({ kind, query }: OfKind) {
  const { words } = useSpeech()
  const { node, members } = useSession()
  const name = query.get('operator') ?? ''
  const asked = useAnswer<ArrangementsAnswer>('/v1/arrangements')
  const [issuer = '', subject = ''] = name.split('/')
  const us = node?.administration ?? ''
  const ours = us === issuer
  return (
    <>
      <p>{words.state.about_operator(name)}</p>
      <Waiting asked={asked}>
        {(answer) => {
          const all = answer.arrangements.filter((each) => each.arrangement.parties.includes(issuer)).map((each) => each.arrangement.arrangement)
          const arrangements = [...(ours ? all : between(answer, us, issuer))].sort()
          const recognisers = ours ? members.map((member) => member.administration).filter((code) => code !== issuer) : [us]
          return <FormAbout kind={kind} about={{ issuer, subject, roles: [], suspendedRoles: [], arrangements, recognisers }} />
        }}
      </Waiting>
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
        {words.field.arrangement} {arrangement}, {words.field.issuer} {issuer}
      </p>
      <Waiting asked={asked}>
        {(answer) => {
          const benefits = [...new Set(answer.arrangements.flatMap((each) => each.edges).flatMap((edge) => edge.benefits ?? []))].sort()
          return <FormAbout kind={kind} about={{ issuer, arrangement, benefits, roles: [], suspendedRoles: [], arrangements: [] }} />
        }}
      </Waiting>
    </>
  )
}

export function StateAbout({ query }: { readonly query: URLSearchParams }) {
  const speech = useSpeech()
  const kind = query.get('kind') ?? ''
  const About = query.has('certificate') ? AboutCertificate : query.has('operator') ? AboutOperator : AboutRecognition
  return (
    <section>
      <h1>{speech.act(kind)}</h1>
      <About kind={kind} query={query} />
    </section>
  )
}
