// SPDX-License-Identifier: Apache-2.0
// What may be proposed to the members, one form for each change, and the statement that it becomes (docs/rules.md, "Governance").
import { base64, fromHex } from '../signing/bytes'
import type { Message, Value } from '../signing/canonical'
import { choice, day, flag, plain, several, type Built, type FormField, type StatementForm } from './form_fields'
import { textIn } from './further_forms'
import { isDay, plusDays, type Day } from '../days'
import type { Draft, Faults, Frame } from './filled'

export const PARAMETERS = ['application_profile', 'renewal_grace_days', 'retention_days'] as const
export const CODE_LISTS = ['alias_kind', 'benefit', 'expert_field', 'language', 'legal_basis', 'level', 'reason'] as const
export const CHANGES = ['parameter', 'code_list', 'arrangement', 'indicator_definition', 'key_revoke', 'member_remove', 'member_add'] as const
export type Change = (typeof CHANGES)[number]

const MOST: Readonly<Record<string, number>> = { application_profile: 1, renewal_grace_days: 3660, retention_days: 3660 }
const MOST_DAYS_OPEN = 366

export interface Known {
  readonly members: readonly string[]
  readonly keys: readonly string[] // hex; officers' keys in force
  readonly today: Day
}

type Part = Pick<Built, 'fields' | 'check'> & { readonly change: (fields: Message) => Value }

function faultsOfParameter(draft: Draft): Faults {
  const most = MOST[textIn(draft, 'name')] ?? 0
  const value = textIn(draft, 'value')
  return /^\d{1,4}$/.test(value) && Number(value) <= most ? {} : { value: 'PARAMETER_MALFORMED' }
}

function memberOf(text: string): Message | undefined {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Message) : undefined
  } catch {
    return undefined
  }
}

const FORMS: Readonly<Record<Change, (known: Known) => Part>> = {
  parameter: () => ({
    fields: [choice('name', 'parameter', PARAMETERS), plain('text', 'value', 'new_value', true)],
    check: faultsOfParameter,
    change: ({ name, value }) => ({ name, value }),
  }),
  // Codes are no list of the members here: they make one.
  code_list: () => ({
    fields: [choice('name', 'code_list', CODE_LISTS), { name: 'codes', label: 'codes', needed: true, input: { type: 'codes' } }],
    change: ({ name, codes }) => ({ name, codes }),
  }),
  arrangement: ({ members }) => ({
    fields: [
      plain('id', 'arrangement', 'arrangement', true),
      plain('text', 'title', 'title'),
      several('parties', 'parties', [...members].sort(), true),
      day('signed_on', 'signed_on', true),
      plain('number', 'notice_days', 'notice_days'),
      flag('consent_required', 'consent_required'),
    ],
    check: (draft): Faults => (Array.isArray(draft['parties']) && draft['parties'].length === 1 ? { parties: 'PARTIES_TOO_FEW' } : {}),
    change: (fields) => fields,
  }),
  indicator_definition: () => ({
    fields: [
      plain('number', 'definition', 'definition', true),
      plain('hash', 'text_hash', 'text_hash'),
      plain('number', 'minimum_declarations', 'minimum_declarations'),
      plain('number', 'minimum_operators', 'minimum_operators'),
    ],
    change: (fields) => fields,
  }),
  key_revoke: ({ keys }) => ({
    fields: [choice('public_key', 'public_key', keys)],
    change: ({ public_key: key }) => base64(fromHex(String(key)) ?? new Uint8Array()),
  }),
  member_remove: ({ members }) => ({ fields: [choice('member', 'administration', members)], change: ({ member }) => String(member) }),
  member_add: () => ({
    fields: [plain('text', 'card', 'member_card', true)],
    check: (draft): Faults => (memberOf(textIn(draft, 'card')) ? {} : { card: 'MEMBER_MALFORMED' }),
    change: ({ card }) => memberOf(String(card)) ?? {},
  }),
}

const HEAD: readonly FormField[] = [plain('id', 'proposal', 'proposal', true), day('expires', 'expires', true)]

export function proposalForm(change: Change, known: Known): StatementForm {
  const part = FORMS[change](known)
  const check = (draft: Draft, frame: Frame): Faults => {
    const expires = textIn(draft, 'expires')
    const late = isDay(expires) && (expires < known.today || expires > plusDays(known.today, MOST_DAYS_OPEN))
    return { ...part.check?.(draft, frame), ...(late && { expires: 'EXPIRY_OUT_OF_RANGE' }) }
  }
  const content = ({ proposal, expires, ...fields }: Message): Message => ({ proposal, expires, [change]: part.change(fields) })
  return { kind: 'proposal_opened', fields: [...HEAD, ...part.fields], fixed: {}, effect: 'none', purpose: 'governance', check, content }
}
