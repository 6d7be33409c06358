// SPDX-License-Identifier: Apache-2.0
// The inputs of a form, one for each field.
import { useId } from 'preact/hooks'
import { plusDays, type Day } from '../days'
import { useSpeech } from '../language/language'
import { Choice, Labelled, Text } from '../parts/pieces'
import { useSession } from '../session'
import { hex, sha256 } from '../signing/bytes'
import { partsOf } from './draft'
import type { Draft, Faults, Filled, Frame } from './filled'
import type { FormField, StatementForm } from './form_fields'

interface SeveralProps {
  readonly label: string
  readonly of: readonly string[]
  readonly chosen: readonly string[]
  readonly set: (chosen: readonly string[]) => void
  readonly fault?: string | undefined
}
function Several({ label, of, chosen, set, fault }: SeveralProps) {
  const { named } = useSpeech()
  const id = useId()
  if (of.length === 0) return null
  return (
    <fieldset class="several" aria-describedby={fault === undefined ? undefined : id}>
      <legend>{label}</legend>
      {of.map((each) => (
        <label>
          <input
            type="checkbox"
            value={each}
            checked={chosen.includes(each)}
            onChange={(event) => set(event.currentTarget.checked ? [...chosen, each] : chosen.filter((other) => other !== each))}
          />
          {named(each)}
        </label>
      ))}
      {fault === undefined ? null : (
        <span class="fault" id={id}>
          {fault}
        </span>
      )}
    </fieldset>
  )
}

interface HashProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly needed: boolean
  readonly fault?: string | undefined
}
// What stays off the log is named by its SHA-256: typed, or taken of a file that does not leave the page.
function Hash({ label, value, set, needed, fault }: HashProps) {
  const { words } = useSpeech()
  const take = async (file: File | undefined): Promise<void> => {
    if (file) set(hex(await sha256(new Uint8Array(await file.arrayBuffer()))))
  }
  return (
    <div class="hash">
      <Text label={label} value={value} set={(typed) => set(typed.trim().toLowerCase())} needed={needed} fault={fault} wide />
      <Labelled label={words.state.hash_file(label)}>
        {(id) => <input id={id} type="file" onChange={(event) => void take(event.currentTarget.files?.[0])} />}
      </Labelled>
    </div>
  )
}

interface CodeProps extends HashProps {
  readonly list: string | undefined
  readonly many?: boolean
}
// Chosen where the members have a list in force, typed where they have none.
export function Code({ list, label, value, set, needed, fault, many = false }: CodeProps) {
  const { named } = useSpeech()
  const { codeLists } = useSession()
  const inForce = list === undefined ? undefined : codeLists[list]
  if (!inForce) return <Text label={label} value={value} set={(typed) => set(typed.toUpperCase())} needed={needed} fault={fault} />
  if (many) return <Several label={label} of={inForce} chosen={partsOf(value)} set={(chosen) => set(chosen.join(' '))} fault={fault} />
  return <Choice label={label} value={value} set={set} options={[['', '–'] as const, ...inForce.map((each) => [each, named(each)] as const)]} fault={fault} />
}

const TYPES: Readonly<Record<string, 'date' | 'month' | 'number'>> = { day: 'date', month: 'month', number: 'number' }

interface OneProps {
  readonly field: FormField
  readonly value: Filled | undefined
  readonly set: (value: Filled) => void
  readonly fault?: string | undefined
}
function One({ field, value, set, fault }: OneProps) {
  const { words, named } = useSpeech()
  const label = `${words.field[field.label]}${field.needed ? ' *' : ''}`
  const text = typeof value === 'string' ? value : ''
  const needed = field.needed ?? false
  const { input } = field
  switch (input.type) {
    case 'several':
      return <Several label={label} of={input.of} chosen={Array.isArray(value) ? value : []} set={set} fault={fault} />
    case 'flag':
      return (
        <label class="flag-input">
          <input type="checkbox" checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />
          {label}
        </label>
      )
    case 'choice':
      return <Choice label={label} value={text} set={set} options={[['', '–'] as const, ...input.of.map((each) => [each, named(each)] as const)]} fault={fault} />
    case 'hash':
      return <Hash label={label} value={text} set={set} needed={needed} fault={fault} />
    case 'code':
    case 'codes':
      return <Code list={input.list} many={input.type === 'codes'} label={label} value={text} set={set} needed={needed} fault={fault} />
    default: {
      const after = input.type === 'day' && input.after !== undefined ? plusDays(input.after, 1) : undefined
      return <Text label={label} type={TYPES[input.type] ?? 'text'} value={text} set={set} needed={needed} min={input.type === 'number' ? '0' : after} fault={fault} />
    }
  }
}

interface FieldsProps {
  readonly of: readonly FormField[]
  readonly draft: Draft
  readonly set: (name: string, value: Filled) => void
  readonly faults: Faults
}
export function Fields({ of, draft, set, faults }: FieldsProps) {
  const { reason } = useSpeech()
  return (
    <>
      {of.map((field) => {
        const fault = faults[field.name]
        return <One key={field.name} field={field} value={draft[field.name]} set={(value) => set(field.name, value)} fault={fault === undefined ? undefined : reason(fault)} />
      })}
    </>
  )
}

interface FrameProps {
  readonly frame: Frame
  readonly set: (frame: Frame) => void
  readonly effect: StatementForm['effect']
  readonly notBefore?: Day | undefined
  readonly today: Day
  readonly faults: Faults
}
export function FrameFields({ frame, set, effect, notBefore, today, faults }: FrameProps) {
  const { words, reason } = useSpeech()
  const said = (name: string): string | undefined => (faults[name] === undefined ? undefined : reason(faults[name]))
  return (
    <>
      <Text
        label={`${words.field.decision_date} *`}
        type="date"
        value={frame.decisionDate}
        set={(decisionDate) => set({ ...frame, decisionDate })}
        min={notBefore}
        max={plusDays(today, 1)}
        needed
        fault={said('decision_date')}
      />
      {effect === 'none' ? null : (
        <Text
          label={words.field.effective_from}
          type="date"
          value={frame.effectiveFrom}
          set={(effectiveFrom) => set({ ...frame, effectiveFrom })}
          min={effect === 'later' ? frame.decisionDate : undefined}
          fault={said('effective_from')}
        />
      )}
      <Code list="reason" label={words.field.reason_code} value={frame.reason} set={(reason) => set({ ...frame, reason })} needed={false} fault={said('reason')} />
      <Code
        list="legal_basis"
        label={words.field.legal_basis}
        value={frame.legalBasis}
        set={(legalBasis) => set({ ...frame, legalBasis })}
        needed={false}
        fault={said('legal_basis')}
      />
    </>
  )
}
