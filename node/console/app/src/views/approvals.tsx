// SPDX-License-Identifier: Apache-2.0
// The queue of dual control: what waits for a second pair of eyes, and its approval.
import { useState } from 'preact/hooks'
import type { Approval, ApprovalsAnswer } from '../api/answers'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Facts, Waiting } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { certificateLink, linkTo } from '../router'
import { useSession, useToday } from '../session'
import { base64, fromHex } from '../signing/bytes'
import type { Message } from '../signing/canonical'
import { kindOf } from '../statements/kind_of'
import { SigningDesk } from '../statements/signing_desk'

// A reference is LEAF/EVENT, the leaf in hex.
function approvalOf(reference: string, today: string): Message | undefined {
  const [leaf = '', event = ''] = reference.split('/')
  const bytes = fromHex(leaf)
  if (bytes?.length !== 32 || !/^\d+$/.test(event)) return undefined
  return { decision_date: today, event_approved: { target: { leaf: base64(bytes), index: Number(event) } } }
}

function Waits({ of, approve }: { readonly of: Approval; readonly approve: () => void }) {
  const { words, kind, instant } = useSpeech()
  const { node } = useSession()
  const name = `${of.administration}/${of.certificate}`
  return (
    <article class="waiting">
      <h2>
        {kind(kindOf(of.statement))}: <a href={certificateLink(name)}>{name}</a>
      </h2>
      <StatementWords statement={of.statement} whole />
      <Facts rows={[[words.field.time, instant(of.logged_at)], [words.approvals.lapses, instant(of.lapses_at)]]} />
      {node?.administration === of.administration ? (
        <p class="actions">
          <button type="button" onClick={approve}>
            {words.approvals.approve}
          </button>
        </p>
      ) : null}
    </article>
  )
}

export function Approvals() {
  const { words } = useSpeech()
  const { live, node } = useSession()
  const today = useToday()
  const asked = useAnswer<ApprovalsAnswer>('/v1/approvals', live.height)
  const [chosen, setChosen] = useState<Approval | undefined>(undefined)
  const approval = chosen && approvalOf(chosen.reference, today)
  return (
    <section>
      <h1>{words.approvals.title}</h1>
      <p class="hint">{words.approvals.hint}</p>
      {node?.managed_signing ? (
        <p>
          <a href={linkTo(['drafts'])}>{words.drafts.title}</a>
        </p>
      ) : null}
      {chosen && approval ? (
        <>
          <p>{words.approvals.event}:</p>
          <StatementWords statement={chosen.statement} whole />
          <SigningDesk events={[approval]} purpose="approver" back={() => setChosen(undefined)} />
        </>
      ) : (
        <Waiting asked={asked}>
          {(answer) =>
            answer.approvals.length === 0 ? <p>{words.none}</p> : <>{answer.approvals.map((each) => <Waits of={each} approve={() => setChosen(each)} />)}</>
          }
        </Waiting>
      )}
    </section>
  )
}
