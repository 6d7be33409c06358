// SPDX-License-Identifier: Apache-2.0
// What will be signed, word for word; the signature; and what becomes of it.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { NodeStatus, StillWaiting, SubmissionAnswer } from '../api/answers'
import { Problem } from '../api/client'
import { useSpeech } from '../language/language'
import { Fault, Facts } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { certificateLink, linkTo, operatorLink } from '../router'
import { memberOf, useSession } from '../session'
import type { Message } from '../signing/canonical'
import { keepRecord, type SideRecord } from '../signing/side_record'
import { askAndFollow, drawnDraftName, sendAndFollow, sign, type Progress } from '../signing/submitting'
import type { Purpose } from './form_fields'
import { isHeld } from './forms'
import { kindOf } from './kind_of'

export function Outcome({ of, held }: { readonly of: SubmissionAnswer; readonly held: boolean }) {
  const { words, reason } = useSpeech()
  switch (of.status) {
    case 'PENDING':
      return <p>{words.state.pending}</p>
    case 'EXPIRED':
      return <p class="fault">{words.state.expired}</p>
    case 'REJECTED':
      return (
        <p class="fault">
          {words.state.refused}: {reason(of.code)} <code>{of.code}</code> {of.detail ?? ''}
        </p>
      )
    case 'FINAL':
      return (
        <>
          <p class="good">
            <strong>{words.state.final(of.height, of.index)}</strong>
          </p>
          {held ? <p>{words.state.approval_follows}</p> : null}
        </>
      )
  }
}

// Why the open key cannot sign this, if it cannot. Told before the form is filled in, too: to open a key is to leave it.
export function KeyFault({ purpose, early = false }: { readonly purpose: Purpose; readonly early?: boolean }) {
  const { words } = useSpeech()
  const { key, node } = useSession()
  const needed = node?.administration ?? ''
  if (key && key.purpose === purpose && key.administration === needed) return null
  return (
    <p class={early ? 'hint' : 'fault'}>
      {!key ? words.state.no_key : key.administration !== needed ? words.state.wrong_administration(needed) : words.state.wrong_purpose(purpose.toUpperCase())}{' '}
      <a href={linkTo(['key'])}>{words.state.open_key}</a>
    </p>
  )
}

export const nodeSigns = (node: NodeStatus | undefined, purpose: Purpose): boolean => purpose === 'issuer' && node?.managed_signing === true

function WhereSigned({ onNode, choose }: { readonly onNode: boolean; readonly choose: (onNode: boolean) => void }) {
  const { words } = useSpeech()
  return (
    <fieldset>
      <legend>{words.state.where}</legend>
      {[false, true].map((there) => (
        <label class="flag-input">
          <input type="radio" name="where" checked={onNode === there} onChange={() => choose(there)} />
          {there ? words.state.on_node : words.state.in_browser}
        </label>
      ))}
      {onNode ? <p class="hint">{words.state.on_node_hint}</p> : null}
    </fieldset>
  )
}

export function StillWaits({ of }: { readonly of: StillWaiting }) {
  const { words } = useSpeech()
  return (
    <>
      <p>
        <strong>{words.drafts.waits(of.waiting.asked_by.length, of.confirmations)}</strong>
      </p>
      <Facts rows={[[words.drafts.name, of.waiting.draft], [words.drafts.asked_by, of.waiting.asked_by.join(', ')]]} />
    </>
  )
}

// To what was stated about, so that nobody has to look it up.
function Onwards({ events }: { readonly events: readonly Message[] }) {
  const { words } = useSpeech()
  const { node } = useSession()
  const content = events.map((event) => event[kindOf(event)] as Message)
  const named = (field: string): string | undefined => content.map((each) => each[field]).find((value): value is string => typeof value === 'string' && value !== '')
  const issuer = named('issuer') ?? node?.administration ?? ''
  const [certificate, subject] = [named('certificate'), named('subject')]
  return (
    <p class="actions">
      {certificate === undefined ? null : (
        <a class="button" href={certificateLink(`${issuer}/${certificate}`)}>
          {words.state.see(`${issuer}/${certificate}`)}
        </a>
      )}
      {subject === undefined ? null : (
        <a class="button" href={operatorLink(`${issuer}/${subject}`)}>
          {words.state.see(`${issuer}/${subject}`)}
        </a>
      )}
      <a class="button" href={linkTo(['statements'])}>
        {words.state.another}
      </a>
    </p>
  )
}

interface DeskProps {
  readonly events: readonly Message[]
  readonly records?: readonly SideRecord[] // handed to the node once the events are final
  readonly purpose: Purpose
  readonly back: () => void
}

export function SigningDesk({ events, records = [], purpose, back }: DeskProps) {
  const { words, act } = useSpeech()
  const session = useSession()
  const { key, node, addLatency } = session
  const [sent, setSent] = useState(false)
  const [progress, setProgress] = useState<Progress | undefined>(undefined)
  const [fault, setFault] = useState<unknown>(undefined)
  const [kept, setKept] = useState(false)
  const [waits, setWaits] = useState<StillWaiting | undefined>(undefined)
  const mayNode = nodeSigns(node, purpose)
  const [chosen, setChosen] = useState<boolean | undefined>(undefined)
  const name = useRef(drawnDraftName()) // the same however often it is sent from this preview, until somebody withdraws it
  const cancel = useRef(new AbortController())
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    return () => cancel.current.abort()
  }, [])
  const fits = key !== undefined && key.purpose === purpose && key.administration === node?.administration
  const held = events.some((event) => isHeld(kindOf(event))) && memberOf(session, node?.administration ?? '')?.dual_control === true

  const onNode = mayNode && (chosen ?? !fits)

  const signHere = async (tell: (told: Progress) => void): Promise<void> => {
    if (!key || !node) return
    const leaf = await sign(events, key, node.chain_id)
    const begun = performance.now()
    const timed = (told: Progress): void => {
      if (told.answer.status === 'FINAL') addLatency(performance.now() - begun)
      tell(told)
    }
    await sendAndFollow(leaf, timed, cancel.current.signal)
  }
  const signAndSend = async (): Promise<void> => {
    if (!node) return
    setSent(true)
    setFault(undefined)
    let final = false
    const tell = (told: Progress): void => {
      final = told.answer.status === 'FINAL'
      setProgress(told)
    }
    try {
      if (onNode) await askAndFollow({ administration: node.administration, draft: name.current, events }, setWaits, tell, cancel.current.signal)
      else await signHere(tell)
      if (final) for (const record of records) await keepRecord(record)
      setKept(final)
    } catch (refused) {
      if (refused instanceof Problem && refused.code === 'DRAFT_WITHDRAWN') name.current = drawnDraftName()
      setFault(refused)
      setSent(final)
    }
  }
  return (
    <section class="desk" aria-label={words.state.preview}>
      <h2 ref={heading} tabIndex={-1}>
        {words.state.preview}
      </h2>
      <p class="hint">{words.state.preview_hint}</p>
      {events.map((event) => (
        <article>
          <h3>{act(kindOf(event))}</h3>
          <StatementWords statement={event} whole />
        </article>
      ))}
      <details>
        <summary>{words.state.machine}</summary>
        <pre>{JSON.stringify({ administration: key?.administration ?? node?.administration, events }, null, 1)}</pre>
      </details>
      {sent ? null : (
        <>
          {mayNode ? <WhereSigned onNode={onNode} choose={setChosen} /> : null}
          {onNode ? null : <KeyFault purpose={purpose} />}
          <p class="actions">
            <button type="button" onClick={() => void signAndSend()} disabled={!onNode && !fits}>
              {onNode ? words.state.ask_node : words.state.sign}
            </button>
            <button type="button" class="quiet" onClick={back}>
              {words.state.change}
            </button>
          </p>
        </>
      )}
      <div role="status" aria-live="polite" class="outcome">
        {sent && !progress && !waits ? <p>{words.state.sending}</p> : null}
        {waits ? <StillWaits of={waits} /> : null}
        {onNode && progress ? <p>{words.drafts.signed}</p> : null}
        {progress ? (
          <>
            <Outcome of={progress.answer} held={held} />
            {progress.answer.status === 'FINAL' ? <Onwards events={events} /> : null}
            <Facts rows={[[words.state.id, <a href={linkTo(['receipts', progress.id])}>{progress.id}</a>]]} />
          </>
        ) : null}
        {fault === undefined ? null : <Fault of={fault} />}
        {records.length > 0 && sent ? <p>{kept ? words.state.kept : fault === undefined ? words.state.not_kept : words.state.lost}</p> : null}
      </div>
    </section>
  )
}
