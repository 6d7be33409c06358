// SPDX-License-Identifier: Apache-2.0
// What a form is made of: fields with their inputs, and the statement that they become.
import schema from 'virtual:schema'
import type { Words } from '../language/en'
import type { Message } from '../signing/canonical'
import type { Draft, Faults, Frame } from './filled'

export type Input =
  | { readonly type: 'day'; readonly after?: string } // later than this day
  | { readonly type: 'code' | 'codes'; readonly list?: string } // of this code list, where it is in force; several of it
  | { readonly type: 'text' | 'id' | 'ids' | 'tin' | 'number' | 'flag' | 'month' | 'hash' }
  | { readonly type: 'choice' | 'several'; readonly of: readonly string[] }

export interface FormField {
  readonly name: string
  readonly label: keyof Words['field']
  readonly input: Input
  readonly needed?: boolean
}

export type Purpose = 'issuer' | 'approver' | 'governance'

export interface StatementForm {
  readonly kind: string
  readonly fields: readonly FormField[]
  readonly fixed: Message // what the form is about; not for the officer to change
  readonly effect: 'later' | 'none' | 'any' // of effective_from: from the decision on; not stated; any day
  readonly purpose?: Purpose // of the key that signs it: an ISSUER key unless it is said
  readonly check?: (draft: Draft, frame: Frame) => Faults // beyond what each field tells by itself
  readonly content?: (fields: Message) => Message // where the statement is no plain list of its fields
  readonly warning?: keyof Words['warning'] // to be confirmed before anything is signed
}

// What is known of the thing that the statement is about.
export interface About {
  readonly certificate?: string // its number, without the issuer
  readonly subject?: string
  readonly issuer?: string
  readonly roles: readonly string[]
  readonly suspendedRoles: readonly string[]
  readonly validTo?: string
  readonly arrangements: readonly string[]
  readonly arrangement?: string
  readonly benefits?: readonly string[]
  readonly recognisers?: readonly string[]
  readonly target?: { readonly leaf: string; readonly index: number; readonly kind: string } // an earlier event
  readonly certificates?: readonly string[] // of the operator, by number
  readonly us?: string // the administration that states it
  readonly others?: readonly string[] // the other members
  readonly fixed?: Message // what else the statement names
  readonly notBefore?: string // a day that a day of it does not precede
  readonly state?: string // of an application
}
export const NOTHING_KNOWN: About = { roles: [], suspendedRoles: [], arrangements: [] }

export type Built = Pick<StatementForm, 'fields' | 'check' | 'content' | 'warning' | 'purpose'> & { readonly effect?: StatementForm['effect'] }
export type Build = (about: About) => Built

export const valuesOf = (name: string): readonly string[] => Object.entries(schema.enums[name] ?? {}).filter(([, number]) => number > 0).map(([value]) => value)
export const ROLES = valuesOf('Role')
export const SCHEMES = valuesOf('Scheme')

type Label = keyof Words['field']
type Plain = 'text' | 'id' | 'ids' | 'tin' | 'number' | 'month' | 'hash'

export const day = (name: string, label: Label, needed = false, after?: string): FormField => ({
  name,
  label,
  needed,
  input: after === undefined ? { type: 'day' } : { type: 'day', after },
})
export const choice = (name: string, label: Label, of: readonly string[], needed = true): FormField => ({ name, label, needed, input: { type: 'choice', of } })
export const several = (name: string, label: Label, of: readonly string[], needed = false): FormField => ({ name, label, needed, input: { type: 'several', of } })
export const flag = (name: string, label: Label): FormField => ({ name, label, input: { type: 'flag' } })
export const plain = (type: Plain, name: string, label: Label, needed = false): FormField => ({ name, label, needed, input: { type } })
export const code = (name: string, label: Label, list: string, needed = true): FormField => ({ name, label, needed, input: { type: 'code', list } })
export const codes = (name: string, label: Label, list: string): FormField => ({ name, label, input: { type: 'codes', list } })
