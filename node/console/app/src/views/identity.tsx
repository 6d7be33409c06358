// SPDX-License-Identifier: Apache-2.0
// Who a firm is, where this node may hold it (docs/api.md, "Personal data").
import { segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Facts } from '../parts/pieces'

interface IdentityAnswer {
  readonly identity?: Readonly<Record<string, unknown>>
}

const shown = (value: unknown): string =>
  Array.isArray(value) ? value.map(shown).join('; ') : typeof value === 'object' && value !== null ? Object.values(value).map(shown).join(', ') : String(value)

export function Identity({ operator }: { readonly operator: string }) {
  const { words } = useSpeech()
  const { answer, loading } = useAnswer<IdentityAnswer>(`/v1/operators/${segments(operator)}/identity`)
  if (loading) return null
  if (!answer?.identity) return <p class="hint">{words.operator.identity_none}</p>
  const rows = Object.entries(answer.identity).filter(([name]) => name !== 'salt')
  return (
    <section aria-label={words.operator.identity}>
      <h2>{words.operator.identity}</h2>
      <Facts rows={rows.map(([name, value]) => [words.identity[name] ?? name, shown(value)])} />
    </section>
  )
}
