// SPDX-License-Identifier: Apache-2.0
// Which fields an officer fills in for each kind of statement, and what the rules ask of them.
import schema from 'virtual:schema'
import type { Words } from '../language/en'
import type { Message } from '../signing/canonical'
import { CORRECTABLE } from './corrections'
import { choice, code, day, flag, plain, ROLES, SCHEMES, several, valuesOf, type About, type Build, type FormField, type StatementForm } from './form_fields'
import { FURTHER } from './further_forms'

// Lists are offered, and so stated, in the order that the ledger wants.
const ascending = (roles: readonly string[]): readonly string[] => ROLES.filter((role) => roles.includes(role))

const aliasFields = (about: About): readonly FormField[] => [
  choice('recogniser', 'recogniser', about.recognisers ?? []),
  code('kind', 'alias_kind', 'alias_kind'),
  plain('text', 'alias', 'alias', true),
]
const REAPPLY = day('reapply_not_before', 'reapply_not_before')

export const GRANT_FIELDS: readonly FormField[] = [
  plain('id', 'certificate', 'certificate', true),
  choice('scheme', 'scheme', SCHEMES),
  several('roles', 'roles', ROLES, true),
  day('valid_to', 'valid_to'),
  plain('text', 'national_label', 'label'),
  code('level', 'level', 'level', false),
  day('validation_date', 'validation_date'),
  plain('id', 'application', 'granted_application'),
]

export const FIRM_FIELDS: readonly FormField[] = [
  choice('person', 'person', valuesOf('PersonKind')),
  plain('tin', 'tin', 'tin', true),
  plain('id', 'subject', 'subject', true),
]

// Beside the log: no field of these enters a statement.
const beside = (name: string, label: keyof Words['field']): FormField => plain('text', name, label)
export const IDENTITY_FIELDS: readonly FormField[] = [
  beside('legal_name', 'legal_name'),
  beside('trade_name', 'trade_name'),
  beside('address', 'address'),
  beside('city', 'city'),
  beside('contact_office', 'contact_office'),
]

const BUILD: Readonly<Record<string, Build>> = {
  certificate_granted: () => ({ fields: GRANT_FIELDS }),
  certificate_amended: (about) => ({
    fields: [
      several('roles_added', 'roles_added', ROLES.filter((role) => !about.roles.includes(role))),
      several('roles_removed', 'roles_removed', ascending(about.roles)),
      code('level', 'level', 'level', false),
      plain('number', 'sites', 'sites'),
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
  tin_replaced: () => ({ fields: [plain('tin', 'tin', 'tin', true), choice('kind', 'replacement', valuesOf('TinReplacement'))] }),
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
  ...FURTHER,
  appeal_lodged: () => ({ fields: [flag('stay', 'stay')] }),
  appeal_decided: () => ({ fields: [choice('outcome', 'outcome', valuesOf('AppealOutcome')), choice('effect', 'effect', valuesOf('Effect'), false)], effect: 'any' }),
  event_corrected: (about) => ({
    fields: [choice('field', 'field', CORRECTABLE[about.target?.kind ?? ''] ?? []), plain('text', 'value', 'value')],
    effect: 'none',
  }),
}

export function formOf(kind: string, about: About): StatementForm | undefined {
  const build = BUILD[kind]
  if (!build) return undefined
  const { effect, ...built } = build(about)
  const own = schema.messages[schema.messages['Event']?.find((field) => field.name === kind)?.type ?? ''] ?? []
  const says = (name: string): boolean => own.some((field) => field.name === name) && !built.fields.some((field) => field.name === name)
  const target = about.target && { leaf: about.target.leaf, index: about.target.index }
  const known: Message = { certificate: about.certificate, subject: about.subject, issuer: about.issuer, arrangement: about.arrangement, target, ...about.fixed }
  const fixed = Object.fromEntries(Object.entries(known).filter(([name, value]) => value !== undefined && says(name)))
  return { kind, ...built, fixed, effect: effect ?? 'later' }
}

// Under dual control these wait for an approval.
const HELD = new Set(['certificate_granted', 'certificate_suspended', 'certificate_revoked', 'certificate_annulled'])
export const isHeld = (kind: string): boolean => HELD.has(kind)
