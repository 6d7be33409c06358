// SPDX-License-Identifier: Apache-2.0
// What an officer has filled in so far, what is wrong with it, and the event that it becomes.
import type { Message, Value } from '../signing/canonical'
import { daysBetween, isDay, plusDays, type Day } from '../days'
import type { FormField, StatementForm } from './forms'

export type Filled = string | readonly string[] | boolean
export type Draft = Readonly<Record<string, Filled>>

export interface Frame {
  readonly decisionDate: Day
  readonly effectiveFrom: string
  readonly legalBasis: string
  readonly reason: string
}

// The codes are those of the rules, so that their texts are, too.
export type Faults = Readonly<Record<string, string>>

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
const ID = /^[A-Z0-9][A-Z0-9-]{0,63}$/
const TIN = /^[A-Z]{2}[A-Z0-9]{1,15}$/
const MOST_DAYS = 366

export const normalTin = (text: string): string => text.toUpperCase().replace(/[ ./-]/g, '')

function faultOfText(field: FormField, text: string): string | undefined {
  if (text === '') return field.needed ? 'FIELD_MISSING' : undefined
  switch (field.input.type) {
    case 'day':
      if (!isDay(text)) return 'DATE_MALFORMED'
      return field.input.after !== undefined && text <= field.input.after ? 'END_NOT_LATER' : undefined
    case 'code':
      return CODE.test(text) ? undefined : 'CODE_MALFORMED'
    case 'id':
      return ID.test(text) ? undefined : 'ID_MALFORMED'
    case 'tin':
      return TIN.test(normalTin(text)) ? undefined : 'TIN_MALFORMED'
    case 'choice':
      return field.input.of.includes(text) ? undefined : 'FIELD_MISSING'
    default:
      return undefined
  }
}

export function faultsOfFields(fields: readonly FormField[], draft: Draft): Faults {
  const found = fields.map((field): [string, string | undefined] => {
    const value = draft[field.name]
    if (field.input.type === 'several') return [field.name, field.needed && !(Array.isArray(value) && value.length > 0) ? 'FIELD_MISSING' : undefined]
    return [field.name, faultOfText(field, typeof value === 'string' ? value.trim() : '')]
  })
  return Object.fromEntries(found.filter((each): each is [string, string] => each[1] !== undefined))
}

export function faultsOfFrame(frame: Frame, effect: StatementForm['effect'], notBefore: Day | undefined, today: Day): Faults {
  const faults: Record<string, string> = {}
  if (!isDay(frame.decisionDate)) faults['decision_date'] = 'DATE_MALFORMED'
  else if (frame.decisionDate > plusDays(today, 1)) faults['decision_date'] = 'DECISION_IN_FUTURE'
  else if (notBefore !== undefined && frame.decisionDate < notBefore) faults['decision_date'] = 'DECISION_OUT_OF_ORDER'
  if (effect !== 'none' && frame.effectiveFrom !== '') {
    if (!isDay(frame.effectiveFrom)) faults['effective_from'] = 'DATE_MALFORMED'
    else if (effect === 'later' && frame.effectiveFrom < frame.decisionDate) faults['effective_from'] = 'BACKDATED'
    else if (daysBetween(frame.decisionDate, frame.effectiveFrom) > MOST_DAYS) faults['effective_from'] = 'EFFECT_TOO_FAR'
  }
  for (const [name, value] of [['legal_basis', frame.legalBasis], ['reason', frame.reason]] as const) {
    if (value !== '' && !CODE.test(value)) faults[name] = 'CODE_MALFORMED'
  }
  return faults
}

function valueOf(field: FormField, filled: Filled | undefined): Value | undefined {
  if (field.input.type === 'flag') return filled === true ? true : undefined
  if (field.input.type === 'several') {
    const chosen = field.input.of.filter((each) => Array.isArray(filled) && filled.includes(each))
    return chosen.length > 0 ? chosen : undefined
  }
  if (typeof filled !== 'string' || filled.trim() === '') return undefined
  if (field.input.type === 'tin') return normalTin(filled)
  return field.input.type === 'number' ? Number(filled) : filled.trim()
}

export function fieldsOf(fields: readonly FormField[], draft: Draft): Message {
  return Object.fromEntries(fields.map((field) => [field.name, valueOf(field, draft[field.name])]).filter(([, value]) => value !== undefined))
}

export function eventOf(kind: string, frame: Frame, content: Message, effect: StatementForm['effect'] = 'later'): Message {
  const effective = effect === 'none' || frame.effectiveFrom === frame.decisionDate ? '' : frame.effectiveFrom
  const outer = { decision_date: frame.decisionDate, effective_from: effective, legal_basis: frame.legalBasis, reason: frame.reason }
  return { ...Object.fromEntries(Object.entries(outer).filter(([, value]) => value !== '')), [kind]: content }
}
