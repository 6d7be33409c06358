// SPDX-License-Identifier: Apache-2.0
// What becomes final, as it does.
import { useState } from 'preact/hooks'
import type { Change } from '../api/answers'
import { useSpeech } from '../language/language'
import { Flags, Table } from '../parts/pieces'
import { certificateLink, linkTo, operatorLink } from '../router'
import { useSession } from '../session'

function About({ change }: { readonly change: Change }) {
  const stated = change.statement?.[change.kind]
  const validation = typeof stated === 'object' && stated !== null && 'validation' in stated ? String(stated.validation) : undefined
  const reporter = change.kind === 'irregularity_reported' ? change.author : undefined
  const reported = typeof stated === 'object' && stated !== null && 'case' in stated ? String(stated.case) : undefined
  if (validation && change.kind === 'validation_recorded') return <a href={linkTo(['validation', change.author, validation])}>{`${change.author}/${validation}`}</a>
  if (reporter && reported) return <a href={linkTo(['case', reporter, reported])}>{`${reporter}/${reported}`}</a>
  if (change.certificate) return <a href={certificateLink(change.certificate)}>{change.certificate}</a>
  if (change.operator) return <a href={operatorLink(change.operator)}>{change.operator}</a>
  return <>{change.arrangement ?? ''}</>
}

export function Feed() {
  const { words, kind, instant } = useSpeech()
  const { live } = useSession()
  const [held, setHeld] = useState<readonly Change[] | undefined>(undefined)
  return (
    <section>
      <h1>{words.feed.title}</h1>
      <p class="actions">
        <span class={`flag ${live.manner}`} role="status">
          {words.feed[live.manner]}
        </span>
        <button type="button" onClick={() => setHeld(held ? undefined : live.changes)} aria-pressed={held !== undefined}>
          {held ? words.feed.go_on : words.feed.paused}
        </button>
      </p>
      <Table<Change>
        caption={words.feed.title}
        rows={held ?? live.changes}
        columns={[
          { head: words.field.height, cell: (row) => `${row.height}`, number: true },
          { head: words.field.time, cell: (row) => instant(row.time) },
          { head: words.field.author, cell: (row) => row.author },
          {
            head: words.field.event,
            cell: (row) => (
              <>
                {kind(row.kind)}
                <Flags of={[row.late && words.certificate.late(row.lag_days ?? 0)]} />
              </>
            ),
          },
          { head: words.field.certificate, cell: (row) => <About change={row} /> },
          { head: words.field.tin, cell: (row) => row.tin ?? '' },
          { head: words.certificate.receipt, cell: (row) => <a href={linkTo(['receipts', row.id])}>{words.certificate.receipt}</a> },
        ]}
      />
    </section>
  )
}
