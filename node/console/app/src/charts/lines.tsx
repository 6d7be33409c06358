// SPDX-License-Identifier: Apache-2.0
// Shares over months as lines. The table beside the picture says the same to whoever cannot see it.
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface Line {
  readonly name: string
  readonly values: readonly (number | null)[] // 0 to 1, one for each month
  readonly colour: string // a custom property of the style sheet
}

const HEIGHT = 220

// What a custom property means just now, light or dark: a canvas knows no such properties.
function colourIn(place: HTMLElement, name: string): string {
  const probe = place.appendChild(document.createElement('span'))
  probe.style.color = `var(${name})`
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}
const widthOf = (place: HTMLElement): number => Math.max(260, place.clientWidth)
const percent = (value: number | null | undefined): string => (value === null || value === undefined ? '' : `${Math.round(value * 100)} %`)

function optionsFor(lines: readonly Line[], months: readonly string[], head: string, place: HTMLElement): uPlot.Options {
  const ink = colourIn(place, '--ink')
  const grid = { stroke: colourIn(place, '--line'), width: 1 }
  const width = widthOf(place)
  return {
    width,
    height: HEIGHT,
    scales: { x: { time: false }, y: { range: [0, 1] } },
    cursor: { drag: { x: false, y: false } },
    axes: [
      { stroke: ink, grid, values: (_, at) => at.map((each) => (Number.isInteger(each) ? (months[each] ?? '') : '')) },
      { stroke: ink, grid, values: (_, at) => at.map(percent), size: 52 },
    ],
    series: [
      { label: head, value: (_, at) => (at === null ? '' : (months[at] ?? '')) },
      ...lines.map((line): uPlot.Series => ({ label: line.name, stroke: colourIn(place, line.colour), width: 2, points: { show: true, size: 6 }, value: (_, value) => percent(value) })),
    ],
  }
}

interface LinesProps {
  readonly lines: readonly Line[]
  readonly months: readonly string[]
  readonly head: string // what the months are called
  readonly label: string
}
export function Lines({ lines, months, head, label }: LinesProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const data: uPlot.AlignedData = [months.map((_, at) => at), ...lines.map((line) => [...line.values])]
    const plot = new uPlot(optionsFor(lines, months, head, element), data, element)
    const watch = new ResizeObserver(() => plot.setSize({ width: widthOf(element), height: HEIGHT }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [lines, months, head])
  return <div class="chart" role="img" aria-label={label} ref={place} />
}
