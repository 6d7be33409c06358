// SPDX-License-Identifier: Apache-2.0
// A member's keys: what each is for, from and to when, how far it has counted; an officer's key is revoked or added here.
import { useState } from 'preact/hooks'
import type { KeysAnswer, MemberKey, SequenceAnswer } from '../api/answers'
import { address } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Choice, Fault, Flags, Table, Waiting } from '../parts/pieces'
import { go, linkTo } from '../router'
import { useSession } from '../session'
import { AddKey } from './add_key'

const OF_OFFICERS = ['ISSUER', 'APPROVER']
const SIGNS = [...OF_OFFICERS, 'GOVERNANCE']

function Sequence({ of, administration }: { readonly of: MemberKey; readonly administration: string }) {
  const { live } = useSession()
  const { answer } = useAnswer<SequenceAnswer>(address(`/v1/keys/${of.key_id}/sequence`, { administration }), live.height)
  return <>{answer === undefined ? '' : answer.final}</>
}

function KeyTable({ answer, ours }: { readonly answer: KeysAnswer; readonly ours: boolean }) {
  const { words, act } = useSpeech()
  const k = words.keys
  const rows = [...answer.keys].sort((one, other) => Number(one.revoked_height !== undefined) - Number(other.revoked_height !== undefined) || (one.purpose < other.purpose ? -1 : 1))
  const inForce = (row: MemberKey): boolean => row.revoked_height === undefined
  return (
    <Table<MemberKey>
      caption={k.title}
      rows={rows}
      columns={[
        { head: k.purpose, cell: (row) => <strong>{row.purpose}</strong> },
        { head: words.field.key_label, cell: (row) => row.label ?? '' },
        { head: words.key.kid, cell: (row) => <code title={row.public_key}>{row.key_id}</code> },
        { head: words.field.status, cell: (row) => (inForce(row) ? <span class="good">{k.in_force}</span> : <span class="bad">{k.revoked(row.revoked_height ?? 0)}</span>) },
        { head: k.since, number: true, cell: (row) => row.valid_from_height },
        { head: k.last, number: true, cell: (row) => (SIGNS.includes(row.purpose) && inForce(row) ? <Sequence of={row} administration={answer.administration} /> : '') },
        { head: words.field.flags, cell: (row) => <Flags of={[row.compromised_since !== undefined && k.compromised(row.compromised_since)]} /> },
        {
          head: words.certificate.next,
          cell: (row) => (ours && inForce(row) && OF_OFFICERS.includes(row.purpose) ? <a href={linkTo(['about'], { kind: 'key_revoked', key: row.public_key })}>{act('key_revoked')}</a> : ''),
        },
      ]}
    />
  )
}

export function Keys({ of }: { readonly of: string | undefined }) {
  const { words } = useSpeech()
  const { live, node, members } = useSession()
  const [adding, setAdding] = useState(false)
  const administration = of ?? node?.administration
  const asked = useAnswer<KeysAnswer>(administration === undefined ? undefined : `/v1/members/${administration}/keys`, live.height)
  if (administration === undefined) return <p role="status">{words.loading}</p>
  const ours = administration === node?.administration
  return (
    <section>
      <h1>{words.keys.title}</h1>
      <p class="hint">{words.keys.hint}</p>
      <div class="fields">
        <Choice
          label={words.field.administration}
          value={administration}
          set={(chosen) => go(['keys', chosen])}
          options={members.map((member) => [member.administration, `${member.administration} ${member.name}`] as const)}
        />
      </div>
      {asked.fault === undefined ? <Waiting asked={asked}>{(answer) => <KeyTable answer={answer} ours={ours} />}</Waiting> : <Fault of={asked.fault} />}
      <p class="actions">
        <a class="button" href={linkTo(['disputed', administration])}>
          {words.disputed.title}
        </a>
        {ours && !adding ? (
          <button type="button" onClick={() => setAdding(true)}>
            {words.keys.add}
          </button>
        ) : null}
      </p>
      {adding && ours ? <AddKey done={() => setAdding(false)} /> : null}
    </section>
  )
}
