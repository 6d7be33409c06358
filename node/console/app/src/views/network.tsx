// SPDX-License-Identifier: Apache-2.0
// This node and its peers: who is there, who leads, how far they are, what was proven against whom.
import type { Member, MembersAnswer, NodeStatus, Peer } from '../api/answers'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Facts, Flags, Table, Waiting } from '../parts/pieces'
import { SaveFrom } from '../parts/save'
import { linkTo } from '../router'
import { useSession } from '../session'

interface EvidenceAnswer {
  readonly evidence: readonly { readonly path: string; readonly administration: string }[]
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const CLOCKS_APART_MS = 5_000 // as the alert QuipuClockOff

function ThisNode({ node }: { readonly node: NodeStatus }) {
  const { words, named, instant } = useSpeech()
  const n = words.network
  return (
    <Facts
      rows={[
        [words.field.administration, node.administration],
        [n.chain, node.chain_id],
        [n.version, node.version],
        [n.height, `${node.height} (${instant(node.block_time)})`],
        [n.published, node.published_height === undefined ? undefined : words.block(node.published_height)],
        [n.size, String(node.size)],
        [n.root, <code class="long">{node.root}</code>],
        [n.epoch, String(node.epoch)],
        [n.protocol, n.protocol_known(node.protocol_version, node.newest_protocol_version)],
        [n.view, String(node.view)],
        [n.leader, node.leader],
        [n.quorum_label, n.quorum(node.quorum, node.members)],
        [n.pool, String(node.pool)],
        [n.nullified, String(node.nullified_views)],
        [n.standing, named((node.sign_state ?? '').toUpperCase())],
      ]}
    />
  )
}

// It follows from cosignatures, which tell their time to the second.
function Clock({ of }: { readonly of: Peer | undefined }) {
  const n = useSpeech().words.network
  const ahead_ms = of?.clock_offset_ms
  if (ahead_ms === undefined) return null
  const seconds = Math.round(Math.abs(ahead_ms) / 1_000)
  const said = seconds === 0 ? n.clock_same : ahead_ms > 0 ? n.clock_behind(seconds) : n.clock_ahead(seconds)
  return <span class={Math.abs(ahead_ms) > CLOCKS_APART_MS ? 'bad' : 'good'}>{said}</span>
}

function Members({ of, node }: { readonly of: readonly Member[]; readonly node: NodeStatus }) {
  const { words } = useSpeech()
  const n = words.network
  const peerOf = (member: Member): Peer | undefined => node.peers.find((peer) => peer.administration === member.administration)
  const heightOf = (member: Member): number | undefined => (member.administration === node.administration ? node.height : peerOf(member)?.height)
  const versionOf = (member: Member): number | undefined => (member.administration === node.administration ? node : peerOf(member))?.newest_protocol_version
  const connection = (member: Member): string => (member.administration === node.administration ? n.self : peerOf(member)?.up ? n.connected : n.away)
  return (
    <Table<Member>
      caption={n.members}
      rows={of}
      columns={[
        {
          head: words.field.administration,
          cell: (row) => (
            <>
              <strong>{row.administration}</strong> {row.name}
              <Flags of={[row.administration === node.leader && n.leader, (row.misconduct?.length ?? 0) > 0 && n.evidence]} />
            </>
          ),
        },
        { head: n.votes, cell: (row) => (row.left_height !== undefined ? n.left : row.observer ? n.observer : words.yes) },
        {
          head: n.connection,
          cell: (row) => <span class={connection(row) === n.away ? 'bad' : 'good'}>{row.left_height !== undefined ? '' : connection(row)}</span>,
        },
        { head: n.height, cell: (row) => heightOf(row), number: true },
        { head: n.clock, cell: (row) => <Clock of={peerOf(row)} /> },
        { head: n.knows_protocol, cell: (row) => versionOf(row), number: true },
        { head: n.received, cell: (row) => (peerOf(row) ? megabytes(peerOf(row)?.received_bytes ?? 0) : ''), number: true },
        { head: n.sent, cell: (row) => (peerOf(row) ? megabytes(peerOf(row)?.sent_bytes ?? 0) : ''), number: true },
      ]}
    />
  )
}

function Latency() {
  const { words } = useSpeech()
  const { latencies } = useSession()
  const sorted = [...latencies].sort((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)]
  const most = sorted.at(-1)
  return (
    <>
      <h2>{words.network.latency}</h2>
      {median === undefined || most === undefined ? (
        <p>{words.network.no_latency}</p>
      ) : (
        <p>
          {Math.round(median)} ms ({sorted.length}; ≤ {Math.round(most)} ms)
        </p>
      )}
    </>
  )
}

export function Network() {
  const { words } = useSpeech()
  const { live, node } = useSession()
  const asked = useAnswer<MembersAnswer>('/v1/members', live.height)
  const evidence = useAnswer<EvidenceAnswer>('/evidence', live.node?.evidence ?? 0)
  if (!node) return <p role="status">{words.loading}</p>
  return (
    <section>
      <h1>{words.network.title}</h1>
      <h2>{words.network.members}</h2>
      <Waiting asked={asked}>{(answer) => <Members of={answer.members} node={node} />}</Waiting>
      <p class="actions">
        <a class="button" href={linkTo(['keys'])}>
          {words.keys.title}
        </a>
        <a class="button" href={linkTo(['disputed'])}>
          {words.disputed.title}
        </a>
      </p>
      {node.sources?.length ? <Facts rows={node.sources.map((source) => [source.url, `${source.state ?? ''} ${source.detail ?? ''}`] as const)} /> : null}
      <Latency />
      <h2>{words.network.evidence}</h2>
      <Waiting asked={evidence}>
        {(answer) =>
          answer.evidence.length === 0 ? (
            <p>{words.network.no_evidence}</p>
          ) : (
            <ul>
              {answer.evidence.map((each) => (
                <li>
                  <strong>{each.administration}</strong> <SaveFrom path={`/${each.path.replace(/^\//, '')}`} name={each.path.replaceAll('/', '-')} text={each.path} />
                </li>
              ))}
            </ul>
          )
        }
      </Waiting>
      <h2>{words.network.node}</h2>
      <ThisNode node={node} />
    </section>
  )
}
