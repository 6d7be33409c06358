// SPDX-License-Identifier: Apache-2.0
// Both clocks in one picture: across, the days on which a status holds; down, what was known from a block on.
import { daysBetween, plusDays, type Day } from '../days'
import { useSpeech } from '../language/language'
import { Status, Table } from '../parts/pieces'
import type { Known } from './knowledge'
import { segmentsOf, turningDays, type Segment } from './segments'

interface Row {
  readonly known: Known
  readonly segments: readonly Segment[]
}
interface Span {
  readonly from: Day
  readonly to: Day
}

const WIDTH = 720
const LEFT = 96
const ROW = 30
const TOP = 22
const MARGIN_DAYS = 45
const YEAR_NAME = 32

function spanOf(rows: readonly Known[], today: Day, on: Day): Span {
  const days = [...rows.flatMap((row) => turningDays(row.record)), today, on].sort()
  return { from: plusDays(days[0] ?? today, -MARGIN_DAYS), to: plusDays(days.at(-1) ?? today, MARGIN_DAYS) }
}

function scaleOf(span: Span): (day: Day) => number {
  const width = Math.max(1, daysBetween(span.from, span.to))
  return (day) => LEFT + ((WIDTH - LEFT) * daysBetween(span.from, day)) / width
}

// A block that changed nothing of the status (a role more, a label) shows nothing new.
const withNews = (rows: readonly Row[]): readonly Row[] =>
  rows.filter((row, at) => at === 0 || JSON.stringify(row.segments) !== JSON.stringify(rows[at - 1]?.segments))

// First days of years, or of every n-th year, so that their numbers do not touch.
function years(span: Span): readonly Day[] {
  const first = Number(span.from.slice(0, 4)) + 1
  const last = Number(span.to.slice(0, 4))
  const every = Math.max(1, Math.ceil((last - first) / 10))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
    .filter((year) => (year - first) % every === 0)
    .map((year) => `${year}-01-01`)
}

function Bands({ row, at, x, last }: { readonly row: Row; readonly at: number; readonly x: (day: Day) => number; readonly last: boolean }) {
  const { words, named } = useSpeech()
  const y = TOP + at * ROW
  return (
    <g class={last ? 'newest' : undefined}>
      <text x={LEFT - 8} y={y + (ROW - 8) / 2 + 1} class="known">
        {words.block(row.known.height)}
      </text>
      {row.segments.map((segment) => (
        <g>
          <rect
            x={x(segment.from)}
            y={y}
            width={Math.max(1, x(plusDays(segment.to, 1)) - x(segment.from))}
            height={ROW - 8}
            class={`band ${segment.status.toLowerCase()}${segment.suspendedRoles.length > 0 ? ' partly' : ''}`}
          >
            <title>{`${named(segment.status)}: ${segment.from} – ${segment.to}`}</title>
          </rect>
          {x(segment.to) - x(segment.from) > 70 ? (
            <text x={x(segment.from) + 5} y={y + (ROW - 8) / 2 + 1} class="band-name">
              {named(segment.status)}
            </text>
          ) : null}
        </g>
      ))}
    </g>
  )
}

function Picture({ rows, span, on }: { readonly rows: readonly Row[]; readonly span: Span; readonly on: Day }) {
  const { words } = useSpeech()
  const x = scaleOf(span)
  const height = TOP + rows.length * ROW + 4
  return (
    <svg class="timeline" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={words.certificate.timeline}>
      {years(span).map((day) => (
        <g>
          <line x1={x(day)} x2={x(day)} y1={TOP - 6} y2={height} class="year" />
          {x(day) + YEAR_NAME > WIDTH ? null : (
            <text x={x(day) + 3} y={12} class="year-name">
              {day.slice(0, 4)}
            </text>
          )}
        </g>
      ))}
      {rows.map((row, at) => (
        <Bands row={row} at={at} x={x} last={at === rows.length - 1} />
      ))}
      <line x1={x(on)} x2={x(on)} y1={TOP - 6} y2={height} class="asked">
        <title>{on}</title>
      </line>
    </svg>
  )
}

interface Stretch extends Segment {
  readonly known: Known
}

export function Timeline({ known, today, on }: { readonly known: readonly Known[]; readonly today: Day; readonly on: Day }) {
  const { words, named, instant } = useSpeech()
  const span = spanOf(known, today, on)
  const rows = withNews(known.map((each) => ({ known: each, segments: segmentsOf(each.record, span.from, span.to) })))
  const stretches: readonly Stretch[] = rows.flatMap((row) => row.segments.map((segment) => ({ ...segment, known: row.known })))
  return (
    <>
      <p class="hint">{words.certificate.timeline_hint}</p>
      <div class="scrolled" role="region" aria-label={words.certificate.timeline_hint} tabIndex={0}>
        <Picture rows={rows} span={span} on={on} />
      </div>
      <details>
        <summary>{words.certificate.as_table}</summary>
        <Table<Stretch>
          caption={words.certificate.as_table}
          rows={stretches}
          columns={[
            { head: words.certificate.known, cell: (row) => `${words.block(row.known.height)}, ${instant(row.known.time)}` },
            { head: words.certificate.from, day: true, cell: (row) => (row.from === span.from ? '…' : row.from) },
            { head: words.certificate.to, day: true, cell: (row) => (row.to === span.to ? '…' : row.to) },
            { head: words.field.status, cell: (row) => <Status of={row.status} /> },
            { head: words.field.suspended_roles, cell: (row) => row.suspendedRoles.map(named).join(', ') },
          ]}
        />
      </details>
    </>
  )
}
