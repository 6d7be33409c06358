// SPDX-License-Identifier: Apache-2.0
// What the members share and how it changes: proposals and votes, parameters, code lists.
import { useState } from 'preact/hooks'
import type { KeysAnswer, NodeStatus, ParametersAnswer, Proposal, ProposalsAnswer } from '../api/answers'
import { address } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { plusDays } from '../days'
import { useSpeech } from '../language/language'
import { Choice, Facts, Status, Table, Waiting } from '../parts/pieces'
import { StatementWords } from '../parts/statement_words'
import { go, linkTo } from '../router'
import { memberOf, useSession, useToday } from '../session'
import type { Message } from '../signing/canonical'
import { CHANGES, CODE_LISTS, proposalForm, type Change } from '../statements/proposals'
import { SigningDesk } from '../statements/signing_desk'
import { Editor } from './editor'

interface Ballot {
  readonly proposal: Proposal
  readonly accept: boolean
}

const voteOn = ({ proposal, accept }: Ballot, today: string): Message => {
  const [author, id] = proposal.proposal.split('/')
  return { decision_date: today, proposal_voted: { author, proposal: id, accept } }
}

// Who may still vote: a member with a vote; of an arrangement, its parties.
function mayVote(proposal: Proposal, us: string, voting: boolean): boolean {
  const parties = proposal.opened.arrangement?.parties
  return proposal.state === 'OPEN' && voting && !proposal.ballots.some((ballot) => ballot.administration === us) && (!parties || parties.includes(us))
}

// Whose programs know that version of the protocol, as they say themselves: those who are ready to vote for it.
function whoKnows(version: number | undefined, node: NodeStatus | undefined): string | undefined {
  if (version === undefined || node === undefined) return undefined
  return [node, ...node.peers]
    .filter((each) => (each.newest_protocol_version ?? 0) >= version)
    .map((each) => each.administration)
    .sort()
    .join(', ')
}

function Shown({ of, vote }: { readonly of: Proposal; readonly vote: (ballot: Ballot) => void }) {
  const { words } = useSpeech()
  const session = useSession()
  const us = session.node?.administration ?? ''
  const member = memberOf(session, us)
  const voting = member !== undefined && !member.observer && member.left_height === undefined
  const said = (accept: boolean): string => of.ballots.filter((ballot) => ballot.accept === accept).map((ballot) => ballot.administration).join(', ')
  return (
    <article class="waiting">
      <h2>
        {of.proposal} <Status of={of.state} />
      </h2>
      <StatementWords statement={{ proposal_opened: of.opened }} without={['proposal']} />
      <Facts
        rows={[
          [words.governance.opened_on, of.opened_on],
          [words.governance.for, said(true)],
          [words.governance.against, said(false)],
          [words.governance.count, words.governance.counted(of.yes, of.needed, of.voters)],
          [words.governance.knows_version, whoKnows(of.opened.protocol_version, session.node)],
          [words.governance.acts_from, of.acts_from_height === undefined ? undefined : words.block(of.acts_from_height)],
        ]}
      />
      {mayVote(of, us, voting) ? (
        <p class="actions">
          <button type="button" onClick={() => vote({ proposal: of, accept: true })}>
            {words.governance.accept}
          </button>
          <button type="button" onClick={() => vote({ proposal: of, accept: false })}>
            {words.governance.reject}
          </button>
        </p>
      ) : null}
    </article>
  )
}

function Proposals() {
  const { words } = useSpeech()
  const { live, members } = useSession()
  const today = useToday()
  const [opener, setOpener] = useState('')
  const [ballot, setBallot] = useState<Ballot | undefined>(undefined)
  const asked = useAnswer<ProposalsAnswer>(address('/v1/proposals', { opener }), live.height)
  if (ballot) {
    return (
      <>
        <p>
          {ballot.accept ? words.governance.accept : words.governance.reject}: <strong>{ballot.proposal.proposal}</strong>
        </p>
        <StatementWords statement={{ proposal_opened: ballot.proposal.opened }} whole />
        <SigningDesk events={[voteOn(ballot, today)]} purpose="governance" back={() => setBallot(undefined)} />
      </>
    )
  }
  return (
    <>
      <div class="fields">
        <Choice
          label={words.governance.which}
          value={opener}
          set={setOpener}
          options={[['', words.governance.undecided] as const, ...members.map((member) => [member.administration, words.governance.opened_by(member.administration)] as const)]}
        />
      </div>
      <Waiting asked={asked}>
        {(answer) => (answer.proposals.length === 0 ? <p>{words.governance.none}</p> : <>{answer.proposals.map((each) => <Shown of={each} vote={setBallot} />)}</>)}
      </Waiting>
    </>
  )
}

function Register() {
  const { words } = useSpeech()
  const { live } = useSession()
  const asked = useAnswer<ParametersAnswer>('/v1/parameters', live.height)
  const named: Readonly<Record<string, string>> = words.parameters
  const lists: Readonly<Record<string, string>> = words.code_lists
  return (
    <Waiting asked={asked}>
      {(answer) => (
        <>
          <h2>{words.governance.parameters}</h2>
          <Table
            caption={words.governance.parameters}
            rows={answer.parameters}
            columns={[
              { head: words.field.parameter, cell: (row) => named[row.name] ?? row.name },
              { head: words.governance.value, cell: (row) => row.value, number: true },
              { head: words.governance.since, cell: (row) => (row.since_height === undefined ? words.governance.unset : words.block(row.since_height)) },
            ]}
          />
          <h2>{words.governance.code_lists}</h2>
          <Table
            caption={words.governance.code_lists}
            rows={CODE_LISTS.map((name) => ({ name, list: (answer.code_lists ?? []).find((each) => each.name === name) }))}
            columns={[
              { head: words.field.code_list, cell: (row) => lists[row.name] ?? row.name },
              { head: words.governance.codes, cell: (row) => row.list?.codes.join(', ') ?? words.governance.any_code },
              { head: words.governance.since, cell: (row) => (row.list ? words.block(row.list.since_height) : '') },
            ]}
          />
        </>
      )}
    </Waiting>
  )
}

export function Governance() {
  const { words } = useSpeech()
  const changes: Readonly<Record<string, string>> = words.changes
  return (
    <section>
      <h1>{words.governance.title}</h1>
      <p class="hint">{words.governance.hint}</p>
      <Proposals />
      <h2>{words.governance.open}</h2>
      <p class="actions">
        {CHANGES.map((change) => (
          <a class="button" href={linkTo(['propose', change])}>
            {changes[change]}
          </a>
        ))}
      </p>
      <Register />
    </section>
  )
}

const isChange = (name: string): name is Change => CHANGES.some((change) => change === name)
const DAYS_OPEN = 30

// Which keys of officers a proposal may revoke: those of all members.
function useOfficersKeys(wanted: boolean, administration: string): readonly string[] {
  const { answer } = useAnswer<KeysAnswer>(wanted && administration !== '' ? `/v1/members/${administration}/keys` : undefined)
  return (answer?.keys ?? []).filter((key) => key.revoked_height === undefined && ['ISSUER', 'APPROVER'].includes(key.purpose)).map((key) => key.public_key)
}

export function Propose({ change, query }: { readonly change: string; readonly query: URLSearchParams }) {
  const { words } = useSpeech()
  const { members } = useSession()
  const today = useToday()
  const of = query.get('of') ?? ''
  const keys = useOfficersKeys(change === 'key_revoke', of)
  const changes: Readonly<Record<string, string>> = words.changes
  const current = members.filter((member) => member.left_height === undefined).map((member) => member.administration)
  if (!isChange(change)) return <p>{words.none}</p>
  const form = proposalForm(change, { members: current, keys, today })
  return (
    <section>
      <h1>
        {words.governance.propose}: {changes[change]}
      </h1>
      <p class="hint">{words.governance.propose_hint}</p>
      {change === 'key_revoke' ? (
        <div class="fields">
          <Choice
            label={words.field.administration}
            value={of}
            set={(chosen) => go(['propose', change], { of: chosen })}
            options={[['', '–'] as const, ...current.map((code) => [code, code] as const)]}
          />
        </div>
      ) : null}
      {change === 'key_revoke' && keys.length === 0 ? null : <Editor key={`${change} ${of}`} parts={[{ form }]} given={{ expires: plusDays(today, DAYS_OPEN) }} />}
    </section>
  )
}
