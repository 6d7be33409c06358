// SPDX-License-Identifier: Apache-2.0
// An event in words: every field that it says, none hidden.
import { useSpeech, type Speech } from '../language/language'
import { kindOf } from '../statements/kind_of'
import { Facts } from './pieces'

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

// Fields whose label has another name.
const RENAMED: Readonly<Record<string, string>> = { national_label: 'label' }

export function labelOf(name: string, speech: Speech): string {
  const labels: Readonly<Record<string, string>> = speech.words.field
  return labels[RENAMED[name] ?? name] ?? name.replaceAll('_', ' ')
}

function shown(value: unknown, speech: Speech): string {
  if (Array.isArray(value)) return value.map((each) => shown(each, speech)).join(', ')
  if (isFields(value)) return Object.entries(value).map(([name, each]) => `${name}: ${shown(each, speech)}`).join('; ')
  if (typeof value === 'boolean') return value ? speech.words.yes : speech.words.no
  return speech.named(String(value))
}

export function StatementWords({ statement, without = [], whole = false }: { readonly statement: Fields; readonly without?: readonly string[]; readonly whole?: boolean }) {
  const speech = useSpeech()
  const kind = kindOf(statement)
  const inner = statement[kind]
  const days = ['decision_date', 'effective_from']
  const outer = Object.entries(statement).filter(([name]) => name !== kind && (whole || !days.includes(name)))
  const all = [...outer, ...(isFields(inner) ? Object.entries(inner) : [])].filter(([name]) => !without.includes(name))
  return <Facts rows={all.map(([name, value]) => [labelOf(name, speech), shown(value, speech)] as const)} />
}
