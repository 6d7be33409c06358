// SPDX-License-Identifier: Apache-2.0
// Which fields an officer fills in for each kind of statement, and what the rules ask of them.
import schema from 'virtual:schema'
import type { Words } from '../language/en'

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
  readonly fixed: Readonly<Record<string, string>> // what the form is about; not for the officer to change
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
}

const valuesOf = (name: string): readonly string[] => Object.entries(schema.enums[name] ?? {}).filter(([, number]) => number > 0).map(([value]) => value)
export const ROLES = valuesOf('Role')
export const SCHEMES = valuesOf('Scheme')
// In the order of their numbers, as the ledger wants them.
export const ascendingRoles = (roles: readonly string[]): readonly string[] => ROLES.filter((role) => roles.includes(role))

const day = (name: string, label: keyof Words['field'], needed = false, after?: string): FormField => ({
  name,
  label,
  needed,
  input: after === undefined ? { type: 'day' } : { type: 'day', after },
})
const choice = (name: string, label: keyof Words['field'], of: readonly string[]): FormField => ({ name, label, needed: true, input: { type: 'choice', of } })
const several = (name: string, label: keyof Words['field'], of: readonly string[], needed = false): FormField => ({ name, label, needed, input: { type: 'several', of } })
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
  { name: 'tin', label: 'tin', needed: true, input: { type: 'tin' } },
  { name: 'subject', label: 'subject', needed: true, input: { type: 'id' } },
]

type Build = (about: About) => Pick<StatementForm, 'fields'> & { readonly effect?: StatementForm['effect'] }

const BUILD: Readonly<Record<string, Build>> = {
  certificate_granted: () => ({ fields: GRANT_FIELDS }),
  certificate_amended: (about) => ({
    fields: [
      several('roles_added', 'roles_added', ROLES.filter((role) => !about.roles.includes(role))),
      several('roles_removed', 'roles_removed', about.roles),
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
      several('roles', 'roles', about.roles.filter((role) => !about.suspendedRoles.includes(role))),
    ],
  }),
  suspension_prolonged: () => ({ fields: [day('until', 'until', true)] }),
  certificate_reinstated: () => ({ fields: [choice('effect', 'effect', valuesOf('Effect'))], effect: 'any' }),
  certificate_revoked: () => ({ fields: [REAPPLY] }),
  certificate_surrendered: () => ({ fields: [day('requested_on', 'requested_on'), REAPPLY] }),
  certificate_annulled: () => ({ fields: [], effect: 'none' }),
  benefits_denied: (about) => ({ fields: [choice('arrangement', 'arrangement', about.arrangements), day('until', 'until')] }),
  benefits_restored: (about) => ({ fields: [choice('arrangement', 'arrangement', about.arrangements)] }),
}

export function formOf(kind: string, about: About): StatementForm | undefined {
  const build = BUILD[kind]
  if (!build) return undefined
  const { fields, effect } = build(about)
  const own = schema.messages[schema.messages['Event']?.find((field) => field.name === kind)?.type ?? ''] ?? []
  const says = (name: string): boolean => own.some((field) => field.name === name) && !fields.some((field) => field.name === name)
  const known = { certificate: about.certificate, subject: about.subject, issuer: about.issuer }
  const fixed = Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => entry[1] !== undefined && says(entry[0])))
  return { kind, fields, fixed, effect: effect ?? 'later' }
}

// Under dual control these wait for an approval.
const HELD = new Set(['certificate_granted', 'certificate_suspended', 'certificate_revoked', 'certificate_annulled'])
export const isHeld = (kind: string): boolean => HELD.has(kind)
