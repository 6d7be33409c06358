// SPDX-License-Identifier: Apache-2.0
// Indicators as the members report them: utilisation and green share over months, clearance time beside the control group, by pair.
import { useMemo, useState } from 'preact/hooks'
import type { ArrangementsAnswer, IndicatorGroup, IndicatorItem, IndicatorsAnswer } from '../api/answers'
import { address } from '../api/client'
import { useAnswer, type Asked } from '../api/use_answer'
import { Histogram } from '../charts/histogram'
import { Lines, type Line } from '../charts/lines'
import { useSpeech, type Speech } from '../language/language'
import { Choice, Table, Text, Waiting } from '../parts/pieces'
import { linkTo } from '../router'
import { useSession } from '../session'

interface Filter {
  readonly reporter: string
  readonly partner: string
  readonly arrangement: string
  readonly flow: string
  readonly from: string
  readonly to: string
}

const COLOURS: Readonly<Record<string, string>> = { RECOGNISED: '--recognised', OWN_AEO: '--own', NON_AEO: '--control' }
const MOST = 1000

const groupOf = (item: IndicatorItem | undefined, name: string): IndicatorGroup | undefined => item?.groups.find((group) => group.group === name)
const percent = (value: number | undefined): string => (value === undefined ? '' : `${(value * 100).toFixed(1)} %`)

// Figures of two definitions are never added: the newest definition is shown.
const newest = (items: readonly IndicatorItem[]): readonly IndicatorItem[] => {
  const definition = Math.max(...items.map((item) => Number(item.definition)))
  return items.filter((item) => Number(item.definition) === definition)
}

function useIndicators(filter: Filter, grouping: Readonly<Record<string, string>>): Asked<IndicatorsAnswer> {
  const { live } = useSession()
  return useAnswer<IndicatorsAnswer>(address('/v1/indicators', { ...filter, ...grouping, limit: MOST }), live.height)
}

interface MonthRow {
  readonly month: string
  readonly item: IndicatorItem
}

function linesOf(rows: readonly MonthRow[], value: (group: IndicatorGroup) => number | undefined, named: Speech['named']): readonly Line[] {
  return ['RECOGNISED', 'OWN_AEO', 'NON_AEO']
    .filter((name) => rows.some((row) => groupOf(row.item, name) !== undefined))
    .map((name) => ({
      name: named(name),
      colour: COLOURS[name] ?? '--ink',
      values: rows.map((row) => {
        const group = groupOf(row.item, name)
        return (group && value(group)) ?? null
      }),
    }))
    .filter((line) => line.values.some((each) => each !== null))
}

function OverMonths({ answer }: { readonly answer: IndicatorsAnswer }) {
  const { words, named } = useSpeech()
  const charts = useMemo(() => {
    const rows = newest(answer.items)
      .map((item): MonthRow => ({ month: item.period ?? '', item }))
      .sort((one, other) => (one.month < other.month ? -1 : 1))
    return {
      rows,
      months: rows.map((row) => row.month),
      utilisation: linesOf(rows, (group) => group.utilisation, named),
      green: linesOf(rows, (group) => group.green_share, named),
    }
  }, [answer, named])
  const i = words.indicators
  if (charts.rows.length === 0) return <p>{words.none}</p>
  return (
    <>
      <div class="side-by-side">
        <section aria-label={i.utilisation}>
          <h2>{i.utilisation}</h2>
          <p class="hint">{i.utilisation_hint}</p>
          <Lines lines={charts.utilisation} months={charts.months} head={i.month} label={i.utilisation} />
        </section>
        <section aria-label={i.green}>
          <h2>{i.green}</h2>
          <p class="hint">{i.green_hint}</p>
          <Lines lines={charts.green} months={charts.months} head={i.month} label={i.green} />
        </section>
      </div>
      <details>
        <summary>{i.by_month}</summary>
        <Table<MonthRow>
          caption={i.month}
          rows={charts.rows}
          columns={[
            { head: i.month, cell: (row) => row.month },
            { head: i.utilisation, cell: (row) => percent(groupOf(row.item, 'RECOGNISED')?.utilisation), number: true },
            { head: `${i.green}, ${named('RECOGNISED')}`, cell: (row) => percent(groupOf(row.item, 'RECOGNISED')?.green_share), number: true },
            { head: `${i.green}, ${named('NON_AEO')}`, cell: (row) => percent(groupOf(row.item, 'NON_AEO')?.green_share), number: true },
          ]}
        />
      </details>
    </>
  )
}

function Funnel({ of }: { readonly of: IndicatorGroup }) {
  const { words } = useSpeech()
  const i = words.indicators
  const steps: readonly (readonly [string, number])[] = [
    [i.eligible, of.eligible ?? 0],
    [i.claimed, of.claimed ?? 0],
    [i.matched, of.matched ?? 0],
    [i.recognised, of.recognised ?? 0],
    [i.benefit_applied, of.benefit_applied ?? 0],
  ]
  return (
    <ol class="funnel">
      {steps.map(([name, count]) => (
        <li>
          <span>{name}</span>
          <meter min={0} max={of.eligible ?? 1} value={count} aria-label={name} />
          <span>{count}</span>
        </li>
      ))}
    </ol>
  )
}

function Sum({ answer }: { readonly answer: IndicatorsAnswer }) {
  const { words, named } = useSpeech()
  const i = words.indicators
  const item = newest(answer.items)[0]
  if (!item) return null
  const recognised = groupOf(item, 'RECOGNISED')
  return (
    <>
      <h2>{i.histogram}</h2>
      <p class="hint">{i.histogram_hint}</p>
      <Histogram
        label={i.histogram}
        cells={i.cells}
        groups={item.groups.map((group) => ({ name: named(group.group), counts: group.minutes_histogram, colour: group.group.toLowerCase() }))}
      />
      <Table<IndicatorGroup>
        caption={i.histogram}
        rows={item.groups}
        columns={[
          { head: '', cell: (row) => named(row.group) },
          { head: i.declarations, cell: (row) => row.declarations, number: true },
          { head: i.mean, cell: (row) => row.mean_minutes, number: true },
          { head: i.p50, cell: (row) => row.p50_minutes, number: true },
          { head: i.p90, cell: (row) => row.p90_minutes, number: true },
          ...i.cells.map((cell, at) => ({ head: cell, cell: (row: IndicatorGroup) => row.minutes_histogram[at], number: true })),
        ]}
      />
      {recognised ? (
        <>
          <h2>{i.funnel}</h2>
          <Funnel of={recognised} />
        </>
      ) : null}
    </>
  )
}

function Pairs({ answer, choose }: { readonly answer: IndicatorsAnswer; readonly choose: (reporter: string, partner: string) => void }) {
  const { words, named } = useSpeech()
  const i = words.indicators
  const of = (row: IndicatorItem): IndicatorGroup | undefined => groupOf(row, 'RECOGNISED')
  return (
    <>
      <h2>{i.pairs}</h2>
      <Table<IndicatorItem>
        caption={i.pairs}
        rows={newest(answer.items)}
        columns={[
          {
            head: `${i.reporter} ← ${i.partner}`,
            cell: (row) => (
              <button type="button" class="quiet" onClick={() => choose(row.reporter ?? '', row.partner ?? '')}>
                {row.reporter} ← {row.partner}
              </button>
            ),
          },
          { head: i.declarations, cell: (row) => of(row)?.declarations, number: true },
          { head: i.utilisation, cell: (row) => percent(of(row)?.utilisation), number: true },
          { head: `${i.green}, ${named('RECOGNISED')}`, cell: (row) => percent(of(row)?.green_share), number: true },
          { head: `${i.green}, ${named('NON_AEO')}`, cell: (row) => percent(groupOf(row, 'NON_AEO')?.green_share), number: true },
          { head: `${i.p50}, ${named('RECOGNISED')}`, cell: (row) => of(row)?.p50_minutes, number: true },
          { head: `${i.p50}, ${named('NON_AEO')}`, cell: (row) => groupOf(row, 'NON_AEO')?.p50_minutes, number: true },
          { head: words.field.flags, cell: (row) => (row.groups.some((group) => group.revised_cells > 0) ? i.revised : '') },
        ]}
      />
    </>
  )
}

export function Indicators() {
  const { words, named, act } = useSpeech()
  const { members } = useSession()
  const [filter, setFilter] = useState<Filter>({ reporter: '', partner: '', arrangement: '', flow: '', from: '', to: '' })
  const all = useIndicators(filter, { group_by: 'none' })
  const monthly = useIndicators(filter, { group_by: 'none', period: 'month' })
  const pairs = useIndicators(filter, { group_by: 'reporter,partner' })
  const register = useAnswer<ArrangementsAnswer>('/v1/arrangements')
  const arrangements = (register.answer?.arrangements ?? []).map((each) => each.arrangement)
  const i = words.indicators
  const everybody = ['', i.all] as const
  const partners = [everybody, ...[...new Set(arrangements.flatMap((each) => each.parties))].sort().map((code) => [code, code] as const)]
  const registered = [everybody, ...arrangements.map((each) => [each.arrangement, each.arrangement] as const)]
  const reporters = [everybody, ...members.map((member) => [member.administration, member.administration] as const)]
  const set = (name: keyof Filter) => (value: string) => setFilter((before) => ({ ...before, [name]: value }))
  return (
    <section>
      <h1>{i.title}</h1>
      <p class="actions">
        <a href={linkTo(['statistics'])}>{words.statistics.title}</a>
        <a href={linkTo(['about'], { kind: 'indicator_reported' })}>{act('indicator_reported')}</a>
      </p>
      <div class="fields">
        <Choice label={i.reporter} value={filter.reporter} set={set('reporter')} options={reporters} />
        <Choice label={i.partner} value={filter.partner} set={set('partner')} options={partners} />
        <Choice label={words.field.arrangement} value={filter.arrangement} set={set('arrangement')} options={registered} />
        <Choice label={words.field.flow} value={filter.flow} set={set('flow')} options={[everybody, ['IMPORT', named('IMPORT')], ['EXPORT', named('EXPORT')]]} />
        <Text label={i.from} type="month" value={filter.from} set={set('from')} />
        <Text label={i.to} type="month" value={filter.to} set={set('to')} />
      </div>
      <Waiting asked={monthly}>{(answer) => <OverMonths answer={answer} />}</Waiting>
      <Waiting asked={all}>{(answer) => <Sum answer={answer} />}</Waiting>
      <Waiting asked={pairs}>{(answer) => <Pairs answer={answer} choose={(reporter, partner) => setFilter((before) => ({ ...before, reporter, partner }))} />}</Waiting>
    </section>
  )
}
