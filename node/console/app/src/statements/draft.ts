// SPDX-License-Identifier: Apache-2.0
// What is wrong with what an officer has filled in so far, and the event that it becomes.
import type { Message, Value } from '../signing/canonical'
import { daysBetween, isDay, plusDays, type Day } from '../days'
import { base64, fromHex } from '../signing/bytes'
import type { Draft, Faults, Filled, Frame } from './filled'
import type { FormField, StatementForm } from './form_fields'

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
const ID = /^[A-Z0-9][A-Z0-9-]{0,63}$/
const TIN = /^[A-Z]{2}[A-Z0-9]{1,15}$/
const HASH = /^[0-9a-f]{64}$/
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/
const NUMBER = /^\d{1,15}$/
const MOST_DAYS = 366

// What a list in force says of its codes, by the name of the list.
export type CodeLists = Readonly<Record<string, readonly string[]>>

// Several on one line or more, in the order that the ledger wants, each once.
export const partsOf = (text: string): readonly string[] => [...new Set(text.toUpperCase().split(/[\s,;]+/).filter((part) => part !== ''))].sort()

export const normalTin = (text: string): string => text.toUpperCase().replace(/[ ./-]/g, '')

function faultOfCode(list: string | undefined, code: string, lists: CodeLists): string | undefined {
  const inForce = list === undefined ? undefined : lists[list]
  if (!CODE.test(code)) return 'CODE_MALFORMED'
  return inForce && !inForce.includes(code) ? 'CODE_NOT_LISTED' : undefined
}

const BY_PATTERN: Readonly<Record<string, readonly [RegExp, string]>> = {
  id: [ID, 'ID_MALFORMED'],
  hash: [HASH, 'COMMITMENT_MALFORMED'],
  month: [MONTH, 'MONTH_MALFORMED'],
  number: [NUMBER, 'NUMBER_MALFORMED'],
}

function faultOfText(field: FormField, text: string, lists: CodeLists): string | undefined {
  if (text === '') return field.needed ? 'FIELD_MISSING' : undefined
  const [pattern, fault] = BY_PATTERN[field.input.type] ?? []
  if (pattern) return pattern.test(text) ? undefined : fault
  switch (field.input.type) {
    case 'day':
      if (!isDay(text)) return 'DATE_MALFORMED'
      return field.input.after !== undefined && text <= field.input.after ? 'END_NOT_LATER' : undefined
    case 'code':
      return faultOfCode(field.input.list, text, lists)
    case 'codes': {
      const { list } = field.input
      return partsOf(text).map((part) => faultOfCode(list, part, lists)).find((found) => found !== undefined)
    }
    case 'ids':
      return partsOf(text).every((part) => ID.test(part)) ? undefined : 'ID_MALFORMED'
    case 'tin':
      return TIN.test(normalTin(text)) ? undefined : 'TIN_MALFORMED'
    case 'choice':
      return field.input.of.includes(text) ? undefined : 'FIELD_MISSING'
    default:
      return undefined
  }
}

export function faultsOfFields(fields: readonly FormField[], draft: Draft, lists: CodeLists = {}): Faults {
  const found = fields.map((field): [string, string | undefined] => {
    const value = draft[field.name]
    if (field.input.type === 'several') return [field.name, field.needed && !(Array.isArray(value) && value.length > 0) ? 'FIELD_MISSING' : undefined]
    return [field.name, faultOfText(field, typeof value === 'string' ? value.trim() : '', lists)]
  })
  return Object.fromEntries(found.filter((each): each is [string, string] => each[1] !== undefined))
}

export function faultsOfFrame(frame: Frame, effect: StatementForm['effect'], notBefore: Day | undefined, today: Day, lists: CodeLists = {}): Faults {
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
    const fault = value === '' ? undefined : faultOfCode(name, value, lists)
    if (fault) faults[name] = fault
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
  if (field.input.type === 'codes' || field.input.type === 'ids') return partsOf(filled)
  if (field.input.type === 'hash') return base64(fromHex(filled.trim()) ?? new Uint8Array())
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
