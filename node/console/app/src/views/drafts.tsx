// SPDX-License-Identifier: Apache-2.0
// Drafts that the node will sign once enough different callers have asked for them: what each says, and its confirmation,
// or that it is withdrawn.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { DraftsAnswer, SignDraft, StillWaiting } from '../api/answers'
import { withdrawDraft } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Fault, Facts, Waiting } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { linkTo } from '../router'
import { useSession } from '../session'
import type { Message } from '../signing/canonical'
import { askAndFollow, type Progress } from '../signing/submitting'
import { kindOf } from '../statements/kind_of'
import { Outcome, StillWaits } from '../statements/signing_desk'

type Waits = DraftsAnswer['waiting'][number]
type Chosen = { readonly confirmed: SignDraft } | { readonly unwanted: Waits }
const LOOK_EVERY_MS = 2_000

function Said({ events }: { readonly events: readonly Message[] }) {
  const { act } = useSpeech()
  return (
    <>
      {events.map((event) => (
        <section>
          <h3>{act(kindOf(event))}</h3>
          <StatementWords statement={event} whole />
        </section>
      ))}
    </>
  )
}

interface DraftProps {
  readonly of: Waits
  readonly confirm: () => void
  readonly withdraw: () => void
}

function Draft({ of, confirm, withdraw }: DraftProps) {
  const { words } = useSpeech()
  return (
    <article class="waiting">
      <h2>{of.draft}</h2>
      <Facts rows={[[words.drafts.asked_by, of.asked_by.join(', ')]]} />
      <Said events={of.events} />
      <p class="actions">
        <button type="button" onClick={confirm}>
          {words.drafts.confirm}
        </button>
        <button type="button" class="quiet" onClick={withdraw}>
          {words.drafts.withdraw}
        </button>
      </p>
    </article>
  )
}

// Sent once, when it is chosen; what becomes of it stays to be read when it has left the list.
function Confirmed({ draft, back }: { readonly draft: SignDraft; readonly back: () => void }) {
  const { words } = useSpeech()
  const [waits, setWaits] = useState<StillWaiting | undefined>(undefined)
  const [progress, setProgress] = useState<Progress | undefined>(undefined)
  const [fault, setFault] = useState<unknown>(undefined)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const cancel = new AbortController()
    heading.current?.focus()
    askAndFollow(draft, setWaits, setProgress, cancel.signal).catch(setFault)
    return () => cancel.abort()
  }, [draft])
  return (
    <section class="desk" aria-label={words.drafts.confirmed}>
      <h2 ref={heading} tabIndex={-1}>
        {words.drafts.confirmed}: {draft.draft}
      </h2>
      <Said events={draft.events} />
      <div role="status" aria-live="polite" class="outcome">
        {waits ? <StillWaits of={waits} /> : null}
        {progress ? (
          <>
            <p>{words.drafts.signed}</p>
            <Outcome of={progress.answer} held={false} />
            <Facts rows={[[words.state.id, <a href={linkTo(['receipts', progress.id])}>{progress.id}</a>]]} />
          </>
        ) : null}
        {fault === undefined ? null : <Fault of={fault} />}
      </div>
      <p class="actions">
        <button type="button" class="quiet" onClick={back}>
          {words.drafts.back}
        </button>
      </p>
    </section>
  )
}

// Withdrawn once that is confirmed here.
function Withdrawal({ of, back }: { readonly of: Waits; readonly back: () => void }) {
  const { words } = useSpeech()
  const [sent, setSent] = useState(false)
  const [by, setBy] = useState<string | undefined>(undefined)
  const [fault, setFault] = useState<unknown>(undefined)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const withdraw = (): void => {
    setSent(true)
    setFault(undefined)
    withdrawDraft(of.id).then(
      (answer) => setBy(answer.withdrawn_by),
      (refused: unknown) => {
        setFault(refused)
        setSent(false)
      },
    )
  }
  return (
    <section class="desk" aria-label={words.drafts.withdraw}>
      <h2 ref={heading} tabIndex={-1}>
        {words.drafts.withdraw}: {of.draft}
      </h2>
      <Facts rows={[[words.drafts.asked_by, of.asked_by.join(', ')]]} />
      <Said events={of.events} />
      <div role="status" aria-live="polite" class="outcome">
        {by === undefined ? <p>{words.drafts.withdraw_hint}</p> : <p>{words.drafts.withdrawn(by)}</p>}
        {fault === undefined ? null : <Fault of={fault} />}
      </div>
      <p class="actions">
        {sent ? null : (
          <button type="button" onClick={withdraw}>
            {words.drafts.withdraw_now}
          </button>
        )}
        <button type="button" class="quiet" onClick={back}>
          {words.drafts.back}
        </button>
      </p>
    </section>
  )
}

// Nothing wakes us when a draft is asked for: it is not on the ledger.
function useTick(): number {
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((before) => before + 1), LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return tick
}

function List({ choose }: { readonly choose: (draft: Chosen) => void }) {
  const { words } = useSpeech()
  const asked = useAnswer<DraftsAnswer>('/v1/drafts', useTick())
  return (
    <Waiting asked={asked}>
      {({ administration, waiting }) =>
        waiting.length === 0 ? (
          <p>{words.none}</p>
        ) : (
          <>
            {waiting.map((each) => (
              <Draft
                key={each.id}
                of={each}
                confirm={() => choose({ confirmed: { administration, draft: each.draft, events: each.events } })}
                withdraw={() => choose({ unwanted: each })}
              />
            ))}
          </>
        )
      }
    </Waiting>
  )
}

export function Drafts() {
  const { words } = useSpeech()
  const { node } = useSession()
  const [chosen, setChosen] = useState<Chosen | undefined>(undefined)
  const back = (): void => setChosen(undefined)
  return (
    <section>
      <h1>{words.drafts.title}</h1>
      <p class="hint">{words.drafts.hint}</p>
      {chosen && 'confirmed' in chosen ? (
        <Confirmed draft={chosen.confirmed} back={back} />
      ) : chosen ? (
        <Withdrawal of={chosen.unwanted} back={back} />
      ) : node?.managed_signing ? (
        <List choose={setChosen} />
      ) : (
        <p>{node ? words.drafts.off : words.loading}</p>
      )}
    </section>
  )
}
