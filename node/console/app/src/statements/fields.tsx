// SPDX-License-Identifier: Apache-2.0
// The inputs of a form, one for each field.
import { useId } from 'preact/hooks'
import { plusDays, type Day } from '../days'
import { useSpeech } from '../language/language'
import { Choice, Text } from '../parts/pieces'
import type { Draft, Faults, Filled, Frame } from './draft'
import type { FormField, StatementForm } from './forms'

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

interface FieldsProps {
  readonly of: readonly FormField[]
  readonly draft: Draft
  readonly set: (name: string, value: Filled) => void
  readonly faults: Faults
}
export function Fields({ of, draft, set, faults }: FieldsProps) {
  const { words, reason, named } = useSpeech()
  const said = (name: string): string | undefined => (faults[name] === undefined ? undefined : reason(faults[name]))
  return (
    <>
      {of.map((field) => {
        const label = `${words.field[field.label]}${field.needed ? ' *' : ''}`
        const value = draft[field.name]
        const text = typeof value === 'string' ? value : ''
        const fault = said(field.name)
        const { input } = field
        if (input.type === 'several') {
          return <Several label={label} of={input.of} chosen={Array.isArray(value) ? value : []} set={(chosen) => set(field.name, chosen)} fault={fault} />
        }
        if (input.type === 'flag') {
          return (
            <label class="flag-input">
              <input type="checkbox" checked={value === true} onChange={(event) => set(field.name, event.currentTarget.checked)} />
              {label}
            </label>
          )
        }
        if (input.type === 'choice') {
          const options = [['', '–'] as const, ...input.of.map((each) => [each, named(each)] as const)]
          return <Choice label={label} value={text} set={(chosen) => set(field.name, chosen)} options={options} fault={fault} />
        }
        const type = input.type === 'day' ? 'date' : input.type === 'number' ? 'number' : 'text'
        const after = input.type === 'day' && input.after !== undefined ? plusDays(input.after, 1) : undefined
        return <Text label={label} type={type} value={text} set={(typed) => set(field.name, typed)} needed={field.needed ?? false} min={after} fault={fault} />
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
      <Text label={words.field.reason_code} value={frame.reason} set={(typed) => set({ ...frame, reason: typed.toUpperCase() })} fault={said('reason')} />
      <Text
        label={words.field.legal_basis}
        value={frame.legalBasis}
        set={(typed) => set({ ...frame, legalBasis: typed.toUpperCase() })}
        fault={said('legal_basis')}
      />
    </>
  )
}
