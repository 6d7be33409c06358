// SPDX-License-Identifier: Apache-2.0
// A receipt of a submission: fetched, verified in the page by the code of verify.html, saved as a file.
import verifier, { type Said } from 'virtual:verifier'
import { useEffect, useState } from 'preact/hooks'
import type { NodeStatus } from '../api/answers'
import { ask, askBytes, Problem } from '../api/client'
import { useSpeech } from '../language/language'
import { Fault, Text } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { go } from '../router'
import { useSession } from '../session'

interface Verified {
  readonly id: string
  readonly receipt: Uint8Array
  readonly policy: Uint8Array
  readonly said: Said
}

async function verifiedReceipt(id: string): Promise<Verified> {
  const { epoch } = await ask<NodeStatus>('/v1/node/status')
  const [receipt, policy] = await Promise.all([askBytes(`/v1/receipts/${id}`), askBytes(`/policy/${epoch}`)])
  return { id, receipt, policy, said: await verifier.verify(receipt, policy) }
}

function Save({ bytes, name, text }: { readonly bytes: Uint8Array; readonly name: string; readonly text: string }) {
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]))
    const link = Object.assign(document.createElement('a'), { href: url, download: name })
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 1_000)
  }
  return (
    <button type="button" onClick={save}>
      {text}
    </button>
  )
}

function Result({ of }: { readonly of: Verified }) {
  const { words, instant } = useSpeech()
  const { said } = of
  return (
    <>
      <p class="verdict good" role="status">
        <strong>✓ {words.receipts.verified(String(said.index), said.checkpoint.origin)}</strong>
        <br />
        {words.receipts.cosigned(said.checkpoint.cosigners.length, said.checkpoint.of)}
      </p>
      {said.submission ? (
        <>
          <p>
            <strong>{said.submission.administration}</strong> {said.issued_s === undefined ? '' : instant(new Date(said.issued_s * 1000).toISOString())}
          </p>
          {(said.submission.events ?? []).map((event) => (
            <article>
              <StatementWords statement={event as Record<string, unknown>} whole />
            </article>
          ))}
        </>
      ) : null}
      <p class="actions">
        <Save bytes={of.receipt} name={`${of.id}.tlog-proof`} text={words.receipts.save} />
        <Save bytes={of.policy} name="policy" text={words.receipts.save_policy} />
      </p>
    </>
  )
}

export function Receipts({ id }: { readonly id: string }) {
  const { words } = useSpeech()
  const [text, setText] = useState(id)
  const [verified, setVerified] = useState<Verified | undefined>(undefined)
  const [fault, setFault] = useState<unknown>(undefined)
  // A receipt is to be had once a checkpoint covers it: each new one is another chance.
  const published = useSession().live.node?.published_height
  const wanted = /^[0-9a-f]{64}$/.test(id) ? id : undefined
  useEffect(() => {
    setText(id)
    if (wanted === undefined || verified?.id === wanted) return
    setVerified(undefined)
    setFault(undefined)
    let shown = true
    verifiedReceipt(wanted).then(
      (found) => shown && setVerified(found),
      (refusal: unknown) => shown && setFault(refusal),
    )
    return () => {
      shown = false
    }
  }, [id, wanted, published])
  return (
    <section>
      <h1>{words.receipts.title}</h1>
      <p class="hint">{words.receipts.hint}</p>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault()
          go(['receipts', text.trim().toLowerCase()])
        }}
      >
        <Text label={words.receipts.id} value={text} set={setText} wide />
        <button type="submit">{words.receipts.check}</button>
      </form>
      {wanted !== undefined && !verified && fault === undefined ? <p role="status">{words.loading}</p> : null}
      {fault === undefined ? null : fault instanceof Problem ? (
        <Fault of={fault} />
      ) : (
        <p class="verdict bad" role="alert">
          ✗ {words.receipts.not_proven}: <code>{fault instanceof Error ? fault.message : String(fault)}</code>
        </p>
      )}
      {verified ? <Result of={verified} /> : null}
      <p>
        <a href="/verify.html">{words.receipts.offline}</a>
      </p>
    </section>
  )
}
