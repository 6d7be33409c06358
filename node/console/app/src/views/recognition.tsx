// SPDX-License-Identifier: Apache-2.0
// The declaration-time question about one firm, with every arrangement's own reason.
import { useState } from 'preact/hooks'
import type { RecognitionAnswer, RecognitionResult } from '../api/answers'
import { address, ask } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Choice, Flags, Status, Table, Waiting } from '../parts/pieces'
import { SaveMade } from '../parts/save'
import { certificateLink } from '../router'
import { useSession } from '../session'

interface Asking {
  readonly tin: string
  readonly roles: readonly string[]
  readonly on: string
  readonly knownAt: string
}

function Results({ answer }: { readonly answer: RecognitionAnswer }) {
  const { words, reason, named } = useSpeech()
  const rows = answer.results
  return (
    <>
      <p class={`verdict ${answer.recognised ? 'good' : 'bad'}`} role="status">
        <strong>{answer.recognised ? reason(answer.reason) : words.operator.refused}</strong> {answer.recognised ? '' : reason(answer.reason)} <code>{answer.reason}</code>
        <Flags of={[answer.issuer_stale && words.certificate.stale_issuer, answer.disputed && words.certificate.disputed]} />
      </p>
      {rows.length === 0 ? null : (
        <Table<RecognitionResult>
          caption={words.field.arrangement}
          rows={rows}
          columns={[
            { head: words.field.arrangement, cell: (row) => (row.arrangement === 'OWN' ? named('OWN') : row.arrangement) },
            { head: words.field.certificate, cell: (row) => (row.certificate ? <a href={certificateLink(row.certificate)}>{row.certificate}</a> : '') },
            {
              head: words.field.reason,
              cell: (row) => (
                <>
                  <Status of={row.reason} /> {row.reason === 'RECOGNISED' ? '' : reason(row.reason)} <code>{row.reason}</code>
                </>
              ),
            },
            { head: words.field.benefits, cell: (row) => (row.benefits ?? []).map(named).join(', ') },
          ]}
        />
      )}
    </>
  )
}

// Of the newest published checkpoint: what was known at an earlier block has no proof.
async function proofOf(question: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const { proof } = await ask<{ readonly proof: string }>(address('/v1/recognition', { ...question, proof: '1' }))
  return new TextEncoder().encode(proof)
}

export function Recognition({ tin, roles, on, knownAt }: Asking) {
  const { words, named } = useSpeech()
  const { members, node, live } = useSession()
  const [by, setBy] = useState('')
  const [role, setRole] = useState(roles[0] ?? 'IMPORTER')
  const [flow, setFlow] = useState('IMPORT')
  const asker = by === '' ? (node?.administration ?? '') : by
  const question = { tin, role, flow, by: asker, on }
  const path = asker === '' ? undefined : address('/v1/recognition', { ...question, known_at: knownAt })
  const asked = useAnswer<RecognitionAnswer>(path, live.height)
  const administrations = members.map((member): [string, string] => [member.administration, `${member.administration} ${member.name}`])
  const shown = roles.length > 0 ? roles : ['IMPORTER', 'EXPORTER']
  return (
    <section aria-label={words.operator.asks(asker)}>
      <h2>{words.operator.asks(asker)}</h2>
      <div class="fields">
        <Choice label={words.field.recogniser} value={asker} set={setBy} options={administrations} />
        <Choice label={words.field.role} value={role} set={setRole} options={shown.map((each) => [each, named(each)])} />
        <Choice label={words.field.flow} value={flow} set={setFlow} options={['IMPORT', 'EXPORT'].map((each) => [each, named(each)])} />
      </div>
      <Waiting asked={asked}>{(answer) => <Results answer={answer} />}</Waiting>
      {path === undefined || knownAt !== '' ? null : <SaveMade make={() => proofOf(question)} name={`${tin}-${asker}-${on}.quipu-recognition`} text={words.operator.save_proof} />}
    </section>
  )
}
