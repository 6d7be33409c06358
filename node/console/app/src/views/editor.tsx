// SPDX-License-Identifier: Apache-2.0
// A form to fill in: what is wrong with it is named, what it becomes is previewed and signed.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useSpeech } from '../language/language'
import { useSession, useToday } from '../session'
import type { Message } from '../signing/canonical'
import type { SideRecord } from '../signing/side_record'
import { eventOf, faultsOfFields, faultsOfFrame, fieldsOf } from '../statements/draft'
import type { Draft, Faults, Frame } from '../statements/filled'
import { Fields, FrameFields } from '../statements/fields'
import type { About, StatementForm } from '../statements/form_fields'
import { formOf } from '../statements/forms'
import { KeyFault, nodeSigns, SigningDesk } from '../statements/signing_desk'

export interface Part {
  readonly form: StatementForm
}

const contentOf = (form: StatementForm, draft: Draft): Message => {
  const fields = { ...form.fixed, ...fieldsOf(form.fields, draft) }
  return form.content ? form.content(fields) : fields
}

function useFrame(): [Frame, (frame: Frame) => void] {
  const today = useToday()
  const [frame, setFrame] = useState<Frame>({ decisionDate: today, effectiveFrom: '', legalBasis: '', reason: '' })
  return [frame, setFrame]
}

export interface Stated {
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
export function Editor(props: EditorProps) {
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
  const { codeLists, node } = useSession()
  const [confirmed, setConfirmed] = useState(false)
  const last = parts.at(-1)?.form
  const effect = last?.effect ?? 'later'
  const warning = last?.warning
  const purpose = last?.purpose ?? 'issuer'
  const preview = (event: Event): void => {
    event.preventDefault()
    const ofParts = parts.map(({ form: each }) => ({ ...each.check?.(draft, frame), ...faultsOfFields(each.fields, draft, codeLists) }))
    const found: Faults = Object.assign({}, faultsOfFrame(frame, effect, notBefore, today, codeLists), ...ofParts)
    setFaults(found)
    if (Object.keys(found).length > 0) return
    if (build) void build(draft, frame).then(setStated)
    else setStated({ events: parts.map(({ form: each }) => eventOf(each.kind, frame, contentOf(each, draft), each.effect)) })
  }
  if (stated) return <SigningDesk {...stated} purpose={purpose} back={() => setStated(undefined)} />
  return (
    <form class="stating" onSubmit={preview} noValidate ref={form}>
      {nodeSigns(node, purpose) ? null : <KeyFault purpose={purpose} early />}
      {parts.map((part) => (
        <fieldset>
          <legend>{part.form.kind === 'identity' ? words.state.identity : act(part.form.kind)}</legend>
          {part.form.fields.length === 0 ? <p class="hint">{words.state.no_fields}</p> : null}
          <Fields of={part.form.fields} draft={draft} set={(name, value) => setDraft((before) => ({ ...before, [name]: value }))} faults={faults} />
        </fieldset>
      ))}
      <fieldset>
        <legend>{words.state.decision}</legend>
        <FrameFields frame={frame} set={setFrame} effect={effect} notBefore={notBefore} today={today} faults={faults} />
      </fieldset>
      {warning === undefined ? null : (
        <div class="warning" role="note">
          <p>
            <strong>{words.warning[warning]}</strong>
          </p>
          <label class="flag-input">
            <input type="checkbox" checked={confirmed} onChange={(event) => setConfirmed(event.currentTarget.checked)} />
            {words.state.understood}
          </label>
        </div>
      )}
      <p class="actions">
        <button type="submit" disabled={warning !== undefined && !confirmed}>
          {words.state.preview}
        </button>
      </p>
    </form>
  )
}

interface FormAboutProps {
  readonly kind: string
  readonly about: About
  readonly given?: Draft
  readonly notBefore?: string | undefined
}
export function FormAbout({ kind, about, given = {}, notBefore }: FormAboutProps) {
  const { words } = useSpeech()
  const form = formOf(kind, about)
  return form ? <Editor parts={[{ form }]} given={given} notBefore={notBefore} /> : <p>{words.none}</p>
}
