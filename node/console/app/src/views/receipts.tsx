// SPDX-License-Identifier: Apache-2.0
// A receipt of a submission, or a proof of a certificate's status: fetched, verified in the page by the code of verify.html,
// saved as a file.
import verifier, { type Said } from 'virtual:verifier'
import { useEffect, useState } from 'preact/hooks'
import type { NodeStatus } from '../api/answers'
import { ask, askBytes, Problem, segments } from '../api/client'
import { useSpeech } from '../language/language'
import { Fault, Status, Text } from '../parts/pieces'
import { Save } from '../parts/save'
import { StatementWords } from '../parts/statement_words'
import { go } from '../router'
import { useSession, useToday } from '../session'

// What is to be proven: "ID", or "status/CC/NUMBER".
interface Wanted {
  readonly name: string
  readonly path: string
  readonly file: string
}
function wantedBy(of: string): Wanted | undefined {
  const id = of.toLowerCase()
  if (/^[0-9a-f]{64}$/.test(id)) return { name: id, path: `/v1/receipts/${id}`, file: `${id}.tlog-proof` }
  const certificate = /^status\/([A-Z]{2}\/[A-Z0-9-]+)$/.exec(of)?.[1]
  return certificate === undefined ? undefined : { name: certificate, path: `/v1/proofs/status/${segments(certificate)}`, file: `${certificate.replace('/', '-')}.quipu-status` }
}

interface Verified {
  readonly wanted: Wanted
  readonly proof: Uint8Array
  readonly policy: Uint8Array
  readonly said: Said
}

async function verifiedProof(wanted: Wanted): Promise<Verified> {
  const { epoch } = await ask<NodeStatus>('/v1/node/status')
  const [proof, policy] = await Promise.all([askBytes(wanted.path), askBytes(`/policy/${epoch}`)])
  return { wanted, proof, policy, said: await verifier.verify(proof, policy) }
}

function ProvenStatement({ said }: { readonly said: Said }) {
  const { instant } = useSpeech()
  if (!said.submission) return null
  return (
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
  )
}

function ProvenStatus({ said, name }: { readonly said: Said; readonly name: string }) {
  const { words } = useSpeech()
  const today = useToday()
  if (!said.record) return null
  return (
    <p>
      {name}, {today}: <Status of={verifier.status_on(said.record, today)} />
      <span class="flag">{words.block(Number(said.seal?.height ?? 0n))}</span>
    </p>
  )
}

function Result({ of }: { readonly of: Verified }) {
  const { words } = useSpeech()
  const { said, wanted } = of
  return (
    <>
      <p class="verdict good" role="status">
        <strong>✓ {words.receipts.verified(said.index === undefined ? String(said.checkpoint.size - 1n) : String(said.index), said.checkpoint.origin)}</strong>
        <br />
        {words.receipts.cosigned(said.checkpoint.cosigners.length, said.checkpoint.of)}
      </p>
      <ProvenStatement said={said} />
      <ProvenStatus said={said} name={wanted.name} />
      <p class="actions">
        <Save bytes={of.proof} name={wanted.file} text={words.receipts.save} />
        <Save bytes={of.policy} name="policy" text={words.receipts.save_policy} />
      </p>
    </>
  )
}

function NotProven({ fault }: { readonly fault: unknown }) {
  const { words } = useSpeech()
  if (fault instanceof Problem) return <Fault of={fault} />
  return (
    <p class="verdict bad" role="alert">
      ✗ {words.receipts.not_proven}: <code>{fault instanceof Error ? fault.message : String(fault)}</code>
    </p>
  )
}

export function Receipts({ of }: { readonly of: string }) {
  const { words } = useSpeech()
  const [text, setText] = useState(of)
  const [verified, setVerified] = useState<Verified | undefined>(undefined)
  const [fault, setFault] = useState<unknown>(undefined)
  // A proof is to be had once a checkpoint covers it: each new one is another chance.
  const published = useSession().live.node?.published_height
  const wanted = wantedBy(of)
  useEffect(() => {
    setText(of)
    if (!wanted || verified?.wanted.path === wanted.path) return
    setVerified(undefined)
    setFault(undefined)
    let shown = true
    verifiedProof(wanted).then(
      (found) => shown && setVerified(found),
      (refusal: unknown) => shown && setFault(refusal),
    )
    return () => {
      shown = false
    }
  }, [of, published])
  return (
    <section>
      <h1>{words.receipts.title}</h1>
      <p class="hint">{words.receipts.hint}</p>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault()
          go(['receipts', ...text.trim().split('/')])
        }}
      >
        <Text label={words.receipts.id} value={text} set={setText} wide />
        <button type="submit">{words.receipts.check}</button>
      </form>
      {wanted && !verified && fault === undefined ? <p role="status">{words.loading}</p> : null}
      {fault === undefined ? null : <NotProven fault={fault} />}
      {verified && verified.wanted.path === wanted?.path ? <Result of={verified} /> : null}
      <p>
        <a href="/verify.html">{words.receipts.offline}</a>
      </p>
    </section>
  )
}
