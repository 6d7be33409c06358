// SPDX-License-Identifier: Apache-2.0
// Firms by name, issuer after issuer, among those whose identity this node holds.
import { useEffect, useState } from 'preact/hooks'
import { address, ask } from '../api/client'
import { useSpeech } from '../language/language'
import { Fault, Table } from '../parts/pieces'
import { operatorLink } from '../router'
import { useSession } from '../session'

interface Named {
  readonly operator: string
  readonly tin?: string
  readonly legal_name?: string
  readonly trade_name?: string
  readonly city?: string
}
interface NamesAnswer {
  readonly items: readonly Named[]
  readonly next_after?: string
}

const MOST = 100

async function searched(name: string, issuers: readonly string[], tell: (found: readonly Named[]) => void, signal: AbortSignal): Promise<void> {
  const found: Named[] = []
  for (const issuer of issuers) {
    for (let after: string | undefined; ; ) {
      const page = await ask<NamesAnswer>(address('/v1/names', { issuer, name, after, limit: MOST }), signal)
      found.push(...page.items)
      tell([...found])
      if (page.next_after === undefined || found.length >= MOST) break
      after = page.next_after
    }
    if (found.length >= MOST) return
  }
}

export function Names({ name }: { readonly name: string }) {
  const { words } = useSpeech()
  const { members, node } = useSession()
  const [found, setFound] = useState<readonly Named[]>([])
  const [done, setDone] = useState(false)
  const [fault, setFault] = useState<unknown>(undefined)
  const us = node?.administration
  // One's own firms first.
  const issuers = members.map((member) => member.administration).sort((one, other) => Number(other === us) - Number(one === us) || (one < other ? -1 : 1))
  const key = us === undefined ? '' : issuers.join()
  useEffect(() => {
    if (key === '') return
    const cancel = new AbortController()
    setFound([])
    setFault(undefined)
    setDone(false)
    searched(name, key.split(','), setFound, cancel.signal).then(
      () => setDone(true),
      (refusal: unknown) => {
        if (!cancel.signal.aborted) setFault(refusal)
      },
    )
    return () => cancel.abort()
  }, [name, key])
  return (
    <section>
      <h1>
        {words.lookup.by_name}: {name}
      </h1>
      <p class="hint">{words.lookup.by_name_hint}</p>
      {fault === undefined ? null : <Fault of={fault} />}
      <p role="status">{!done && fault === undefined ? words.loading : words.lookup.found(found.length)}</p>
      {found.length === 0 ? null : (
        <Table<Named>
          caption={words.lookup.by_name}
          rows={found}
          columns={[
            { head: words.field.operator, cell: (row) => <a href={operatorLink(row.operator)}>{row.operator}</a> },
            { head: words.lookup.name, cell: (row) => row.legal_name ?? '' },
            { head: words.lookup.trade_name, cell: (row) => row.trade_name ?? '' },
            { head: words.lookup.city, cell: (row) => row.city ?? '' },
            { head: words.field.tin, cell: (row) => row.tin ?? '' },
          ]}
        />
      )}
    </section>
  )
}
