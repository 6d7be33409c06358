// SPDX-License-Identifier: Apache-2.0
// Small pieces that every view is made of.
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { Problem } from '../api/client'
import type { Asked } from '../api/use_answer'
import { useSpeech } from '../language/language'

export function Status({ of }: { readonly of: string }) {
  const { named } = useSpeech()
  return <span class={`status ${of.toLowerCase()}`}>{named(of)}</span>
}

export function Fault({ of }: { readonly of: unknown }) {
  const { problem } = useSpeech()
  return (
    <p class="fault" role="alert">
      {problem(of)} {of instanceof Problem ? <code>{of.code}</code> : null}
    </p>
  )
}

// What was asked for, or why it is not there.
export function Waiting<Answer>({ asked, children }: { readonly asked: Asked<Answer>; readonly children: (answer: Answer) => ComponentChildren }) {
  const { words } = useSpeech()
  if (asked.fault !== undefined) return <Fault of={asked.fault} />
  if (asked.answer === undefined) return <p role="status">{words.loading}</p>
  return <div aria-busy={asked.loading}>{children(asked.answer)}</div>
}

export interface Column<Row> {
  readonly head: string
  readonly cell: (row: Row) => ComponentChildren
  readonly number?: boolean
  readonly day?: boolean // not to be broken
}

export function Table<Row>({ caption, columns, rows }: { readonly caption: string; readonly columns: readonly Column<Row>[]; readonly rows: readonly Row[] }) {
  const { words } = useSpeech()
  if (rows.length === 0) return <p>{words.none}</p>
  return (
    <div class="scrolled" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" class={column.number ? 'number' : undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((column) => (
                <td class={column.number ? 'number' : column.day ? 'day' : undefined}>{column.cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Facts({ rows }: { readonly rows: readonly (readonly [string, ComponentChildren])[] }) {
  const said = rows.filter(([, value]) => value !== undefined && value !== '' && value !== null)
  return (
    <dl class="facts">
      {said.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface LabelledProps {
  readonly label: string
  readonly fault?: string | undefined
  readonly children: (id: string, describedBy: string | undefined) => ComponentChildren
}
export function Labelled({ label, fault, children }: LabelledProps) {
  const id = useId()
  const described = fault === undefined ? undefined : `${id}-fault`
  return (
    <div class="labelled">
      <label for={id}>{label}</label>
      {children(id, described)}
      {fault === undefined ? null : (
        <span class="fault" id={described}>
          {fault}
        </span>
      )}
    </div>
  )
}

interface TextProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly type?: 'text' | 'date' | 'month' | 'number' | 'password'
  readonly min?: string | undefined
  readonly max?: string | undefined
  readonly needed?: boolean
  readonly fault?: string | undefined
  readonly wide?: boolean
}
export function Text({ label, value, set, type = 'text', min, max, needed = false, fault, wide = false }: TextProps) {
  return (
    <Labelled label={label} fault={fault}>
      {(id, described) => (
        <input
          id={id}
          type={type}
          value={value}
          min={min}
          max={max}
          required={needed}
          class={wide ? 'wide' : undefined}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={fault === undefined ? undefined : true}
          aria-describedby={described}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Labelled>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly options: readonly (readonly [string, string])[]
  readonly fault?: string | undefined
}
export function Choice({ label, value, set, options, fault }: ChoiceProps) {
  return (
    <Labelled label={label} fault={fault}>
      {(id, described) => (
        <select id={id} value={value} aria-describedby={described} onChange={(event) => set(event.currentTarget.value)}>
          {options.map(([name, text]) => (
            <option value={name} selected={name === value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  )
}

export function Flags({ of }: { readonly of: readonly (string | false | undefined)[] }) {
  return (
    <>
      {of.filter((flag): flag is string => typeof flag === 'string').map((flag) => (
        <span class="flag">{flag}</span>
      ))}
    </>
  )
}
