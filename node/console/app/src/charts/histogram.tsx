// SPDX-License-Identifier: Apache-2.0
// Shares of several groups side by side, cell by cell.

export interface Group {
  readonly name: string
  readonly counts: readonly number[]
  readonly colour: string // a class of the style sheet
}

const WIDTH = 720
const HEIGHT = 240
const BOTTOM = 26
const TOP = 18

const sharesOf = (counts: readonly number[]): readonly number[] => {
  const sum = counts.reduce((all, count) => all + count, 0)
  return counts.map((count) => (sum === 0 ? 0 : count / sum))
}

export function Histogram({ groups, cells, label }: { readonly groups: readonly Group[]; readonly cells: readonly string[]; readonly label: string }) {
  const shares = groups.map((group) => sharesOf(group.counts))
  const most = Math.max(0.01, ...shares.flat())
  const cellWidth = WIDTH / cells.length
  const barWidth = (cellWidth - 16) / Math.max(1, groups.length)
  const heightOf = (share: number): number => ((HEIGHT - TOP - BOTTOM) * share) / most
  return (
    <figure>
      <svg class="histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {cells.map((cell, at) => (
          <g>
            {groups.map((group, which) => {
              const share = shares[which]?.[at] ?? 0
              const x = at * cellWidth + 8 + which * barWidth
              const y = HEIGHT - BOTTOM - heightOf(share)
              return (
                <g>
                  <rect class={group.colour} x={x} y={y} width={barWidth - 2} height={heightOf(share)}>
                    <title>{`${group.name}, ${cell}: ${(share * 100).toFixed(1)} %`}</title>
                  </rect>
                  <text class="share" x={x + barWidth / 2} y={y - 4}>
                    {Math.round(share * 100)} %
                  </text>
                </g>
              )
            })}
            <text class="cell" x={at * cellWidth + cellWidth / 2} y={HEIGHT - 8}>
              {cell}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>
        {groups.map((group) => (
          <span class={`legend ${group.colour}`}>{group.name}</span>
        ))}
      </figcaption>
    </figure>
  )
}
