// SPDX-License-Identifier: Apache-2.0
// Which fields an officer fills in for each kind of statement, and what the rules ask of them.
import schema from 'virtual:schema'
import type { Words } from '../language/en'
import type { Message } from '../signing/canonical'
import { CORRECTABLE } from './corrections'

export type Input =
  | { readonly type: 'day'; readonly after?: string } // later than this day
  | { readonly type: 'code' | 'text' | 'id' | 'tin' | 'number' | 'flag' }
  | { readonly type: 'choice' | 'several'; readonly of: readonly string[] }

export interface FormField {
  readonly name: string
  readonly label: keyof Words['field']
  readonly input: Input
  readonly needed?: boolean
}

export interface StatementForm {
  readonly kind: string
  readonly fields: readonly FormField[]
  readonly fixed: Message // what the form is about; not for the officer to change
  readonly effect: 'later' | 'none' | 'any' // of effective_from: from the decision on; not stated; any day
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
}

const valuesOf = (name: string): readonly string[] => Object.entries(schema.enums[name] ?? {}).filter(([, number]) => number > 0).map(([value]) => value)
export const ROLES = valuesOf('Role')
export const SCHEMES = valuesOf('Scheme')
// Lists are offered, and so stated, in the order that the ledger wants.
const ascending = (roles: readonly string[]): readonly string[] => ROLES.filter((role) => roles.includes(role))

const day = (name: string, label: keyof Words['field'], needed = false, after?: string): FormField => ({
  name,
  label,
  needed,
  input: after === undefined ? { type: 'day' } : { type: 'day', after },
})
const choice = (name: string, label: keyof Words['field'], of: readonly string[]): FormField => ({ name, label, needed: true, input: { type: 'choice', of } })
const several = (name: string, label: keyof Words['field'], of: readonly string[], needed = false): FormField => ({ name, label, needed, input: { type: 'several', of } })
const flag = (name: string, label: keyof Words['field']): FormField => ({ name, label, input: { type: 'flag' } })
const code = (name: string, label: keyof Words['field']): FormField => ({ name, label, needed: true, input: { type: 'code' } })
const aliasFields = (about: About): readonly FormField[] => [
  choice('recogniser', 'recogniser', about.recognisers ?? []),
  code('kind', 'alias_kind'),
  { name: 'alias', label: 'alias', needed: true, input: { type: 'text' } },
]
const REAPPLY = day('reapply_not_before', 'reapply_not_before')

export const GRANT_FIELDS: readonly FormField[] = [
  { name: 'certificate', label: 'certificate', needed: true, input: { type: 'id' } },
  choice('scheme', 'scheme', SCHEMES),
  several('roles', 'roles', ROLES, true),
  day('valid_to', 'valid_to'),
  { name: 'national_label', label: 'label', input: { type: 'text' } },
  { name: 'level', label: 'level', input: { type: 'code' } },
  day('validation_date', 'validation_date'),
]

export const FIRM_FIELDS: readonly FormField[] = [
  choice('person', 'person', valuesOf('PersonKind')),
  { name: 'tin', label: 'tin', needed: true, input: { type: 'tin' } },
  { name: 'subject', label: 'subject', needed: true, input: { type: 'id' } },
]

// Beside the log: no field of these enters a statement.
const beside = (name: string, label: keyof Words['field']): FormField => ({ name, label, input: { type: 'text' } })
export const IDENTITY_FIELDS: readonly FormField[] = [
  beside('legal_name', 'legal_name'),
  beside('trade_name', 'trade_name'),
  beside('address', 'address'),
  beside('city', 'city'),
  beside('contact_office', 'contact_office'),
]

type Build = (about: About) => Pick<StatementForm, 'fields'> & { readonly effect?: StatementForm['effect'] }

const BUILD: Readonly<Record<string, Build>> = {
  certificate_granted: () => ({ fields: GRANT_FIELDS }),
  certificate_amended: (about) => ({
    fields: [
      several('roles_added', 'roles_added', ROLES.filter((role) => !about.roles.includes(role))),
      several('roles_removed', 'roles_removed', ascending(about.roles)),
      { name: 'level', label: 'level', input: { type: 'code' } },
      { name: 'sites', label: 'sites', input: { type: 'number' } },
    ],
  }),
  certificate_renewed: (about) => ({ fields: [day('valid_to', 'valid_to', true, about.validTo), day('validation_date', 'validation_date')] }),
  certificate_extended: (about) => ({ fields: [day('valid_to', 'valid_to', true, about.validTo), choice('ground', 'extension_ground', valuesOf('ExtensionGround'))] }),
  certificate_suspended: (about) => ({
    fields: [
      choice('ground', 'ground', valuesOf('SuspensionGround')),
      day('until', 'until'),
      several('roles', 'roles', ascending(about.roles).filter((role) => !about.suspendedRoles.includes(role))),
    ],
  }),
  suspension_prolonged: () => ({ fields: [day('until', 'until', true)] }),
  certificate_reinstated: () => ({ fields: [choice('effect', 'effect', valuesOf('Effect'))], effect: 'any' }),
  certificate_revoked: () => ({ fields: [REAPPLY] }),
  certificate_surrendered: () => ({ fields: [day('requested_on', 'requested_on'), REAPPLY] }),
  certificate_annulled: () => ({ fields: [], effect: 'none' }),
  benefits_denied: (about) => ({ fields: [choice('arrangement', 'arrangement', about.arrangements), day('until', 'until')] }),
  benefits_restored: (about) => ({ fields: [choice('arrangement', 'arrangement', about.arrangements)] }),
  tin_replaced: () => ({ fields: [{ name: 'tin', label: 'tin', needed: true, input: { type: 'tin' } }, choice('kind', 'replacement', valuesOf('TinReplacement'))] }),
  alias_set: (about) => ({ fields: [...aliasFields(about), day('until', 'until')] }),
  alias_removed: (about) => ({ fields: aliasFields(about) }),
  consent_granted: (about) => ({ fields: [several('arrangements', 'arrangements', about.arrangements)] }),
  consent_withdrawn: (about) => ({ fields: [several('arrangements', 'arrangements', about.arrangements)] }),
  recognition_activated: (about) => ({
    fields: [
      several('schemes', 'scheme', SCHEMES, true),
      several('roles', 'roles', ROLES),
      several('flows', 'flow', valuesOf('Flow')),
      several('benefits', 'benefits', about.benefits ?? []),
    ],
  }),
  recognition_suspended: () => ({ fields: [day('notified_on', 'notified_on'), flag('emergency', 'emergency')] }),
  recognition_resumed: () => ({ fields: [] }),
  appeal_lodged: () => ({ fields: [flag('stay', 'stay')] }),
  appeal_decided: () => ({ fields: [choice('outcome', 'outcome', valuesOf('AppealOutcome')), { ...choice('effect', 'effect', valuesOf('Effect')), needed: false }], effect: 'any' }),
  event_corrected: (about) => ({
    fields: [choice('field', 'field', CORRECTABLE[about.target?.kind ?? ''] ?? []), { name: 'value', label: 'value', input: { type: 'text' } }],
    effect: 'none',
  }),
}

export function formOf(kind: string, about: About): StatementForm | undefined {
  const build = BUILD[kind]
  if (!build) return undefined
  const { fields, effect } = build(about)
  const own = schema.messages[schema.messages['Event']?.find((field) => field.name === kind)?.type ?? ''] ?? []
  const says = (name: string): boolean => own.some((field) => field.name === name) && !fields.some((field) => field.name === name)
  const target = about.target && { leaf: about.target.leaf, index: about.target.index }
  const known: Message = { certificate: about.certificate, subject: about.subject, issuer: about.issuer, arrangement: about.arrangement, target }
  const fixed = Object.fromEntries(Object.entries(known).filter(([name, value]) => value !== undefined && says(name)))
  return { kind, fields, fixed, effect: effect ?? 'later' }
}

// Under dual control these wait for an approval.
const HELD = new Set(['certificate_granted', 'certificate_suspended', 'certificate_revoked', 'certificate_annulled'])
export const isHeld = (kind: string): boolean => HELD.has(kind)
