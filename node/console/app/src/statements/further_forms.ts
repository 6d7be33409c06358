// SPDX-License-Identifier: Apache-2.0
// Forms of applications, validations, experts, irregularities, figures, keys and erasure.
import { fromHex, base64 } from '../signing/bytes'
import type { Message } from '../signing/canonical'
import type { Draft, Faults, Frame } from './filled'
import { choice, codes, day, flag, plain, ROLES, SCHEMES, several, valuesOf, type About, type Build, type Built, type FormField } from './form_fields'

export const textIn = (draft: Draft, name: string): string => {
  const value = draft[name]
  return typeof value === 'string' ? value.trim() : ''
}
const numberIn = (draft: Draft, name: string): number => Number(textIn(draft, name) || '0')
const sum = (draft: Draft, names: readonly string[]): number => names.reduce((total, name) => total + numberIn(draft, name), 0)
const given = (faults: Readonly<Record<string, string | false | undefined>>): Faults =>
  Object.fromEntries(Object.entries(faults).filter((each): each is [string, string] => typeof each[1] === 'string'))

// ------------------------------------------------------------- applications

function filed(about: About): Built {
  const known = about.fixed?.['applicant_commitment'] !== undefined
  return {
    fields: [
      plain('id', 'application', 'application', true),
      ...(known ? [] : [plain('hash', 'applicant_commitment', 'applicant_commitment', true)]),
      choice('scheme', 'scheme', SCHEMES),
      several('roles', 'roles', ROLES, true),
      day('filed_on', 'filed_on', true),
    ],
    effect: 'none',
    check: (draft, frame) => given({ filed_on: textIn(draft, 'filed_on') > frame.decisionDate && 'DATES_OUT_OF_ORDER' }),
  }
}

const accepted = (about: About): Built => ({
  fields: [day('accepted_on', 'accepted_on', true), day('decision_due', 'decision_due', true)],
  effect: 'none',
  check: (draft, frame) => {
    const on = textIn(draft, 'accepted_on')
    return given({
      accepted_on: (on > frame.decisionDate || on < (about.notBefore ?? '')) && 'DATES_OUT_OF_ORDER',
      decision_due: textIn(draft, 'decision_due') < on && 'DATES_OUT_OF_ORDER',
    })
  },
})

// What was never accepted for review cannot be refused after one.
const closed = (about: About): Built => ({
  fields: [choice('outcome', 'outcome', valuesOf('ApplicationOutcome').filter((outcome) => about.state === 'IN_REVIEW' || outcome !== 'REFUSED'))],
  effect: 'none',
})

// -------------------------------------------------------------- validations

const WITH_COMPANY = ['JOINT', 'PEER']

function validated(about: About): Built {
  const ours = about.us === about.issuer
  return {
    fields: [
      plain('id', 'validation', 'validation', true),
      choice('certificate', 'certificate', about.certificates ?? [], false),
      choice('mode', 'mode', ours ? valuesOf('ValidationMode') : ['PEER']),
      day('from', 'from_day', true),
      day('to', 'to_day', true),
      several('participants', 'participants', about.others ?? []),
      plain('ids', 'experts', 'experts'),
      choice('result', 'result', valuesOf('ValidationResult')),
      plain('hash', 'report_hash', 'report_hash'),
    ],
    effect: 'none',
    check: (draft) => {
      const participants = draft['participants']
      const alone = !Array.isArray(participants) || participants.length === 0
      return given({
        to: textIn(draft, 'to') < textIn(draft, 'from') && 'END_BEFORE_START',
        participants: ours && alone && WITH_COMPANY.includes(textIn(draft, 'mode')) && 'PARTICIPANT_MISSING',
      })
    },
  }
}

// ------------------------------------------------------------ irregularities

const reported: Build = () => ({
  fields: [
    plain('id', 'case', 'case', true),
    plain('number', 'severity', 'severity'),
    day('answer_due', 'answer_due'),
    plain('hash', 'content_commitment', 'content_commitment'),
  ],
  effect: 'none',
  check: (draft, frame) => {
    const due = textIn(draft, 'answer_due')
    return given({ answer_due: due !== '' && due < frame.decisionDate && 'END_BEFORE_START' })
  },
})

// "ID/EVENT", as a history shows it.
function eventNamed(text: string): Message | undefined {
  const [, id = '', index = ''] = /^([0-9a-f]{64})\/(\d{1,3})$/.exec(text) ?? []
  const leaf = fromHex(id)
  return leaf?.length === 32 ? { leaf: base64(leaf), index: Number(index) } : undefined
}
const answered: Build = () => ({
  fields: [choice('outcome', 'outcome', valuesOf('IrregularityOutcome')), plain('text', 'linked_event', 'linked_event')],
  effect: 'none',
  check: (draft) => given({ linked_event: textIn(draft, 'linked_event') !== '' && !eventNamed(textIn(draft, 'linked_event')) && 'EVENT_UNKNOWN' }),
  content: ({ linked_event: linked, ...rest }) => ({ ...rest, linked_event: typeof linked === 'string' ? eventNamed(linked) : undefined }),
})

// ------------------------------------------------------------------- figures

const MONTH = plain('month', 'month', 'month', true)
const numbers = (...names: readonly FormField['label'][]): readonly FormField[] => names.map((name) => plain('number', name, name))
const monthOver = (draft: Draft, frame: Frame): string | false => textIn(draft, 'month') >= frame.decisionDate.slice(0, 7) && 'MONTH_NOT_OVER'

const CELLS = ['cell_0', 'cell_1', 'cell_2', 'cell_3', 'cell_4', 'cell_5'] as const
const FUNNEL = ['eligible', 'claimed', 'matched', 'recognised', 'benefit_applied'] as const

function faultsOfFigures(draft: Draft, frame: Frame): Faults {
  const funnel = FUNNEL.map((name) => numberIn(draft, name))
  const widens = FUNNEL.find((_, at) => at > 0 && (funnel[at] ?? 0) > (funnel[at - 1] ?? 0))
  const recognised = textIn(draft, 'group') === 'RECOGNISED'
  return given({
    month: monthOver(draft, frame),
    declarations: sum(draft, ['green', 'documentary', 'physical']) !== numberIn(draft, 'declarations') && 'CHANNELS_DO_NOT_SUM',
    released: sum(draft, CELLS) !== numberIn(draft, 'released') && 'HISTOGRAM_DOES_NOT_SUM',
    ...(recognised ? widens && { [widens]: 'FUNNEL_NOT_DESCENDING' } : { eligible: funnel.some((count) => count > 0) && 'FUNNEL_NOT_FOR_GROUP' }),
  })
}

const indicators = (about: About): Built => ({
  fields: [
    choice('arrangement', 'arrangement', about.arrangements),
    choice('partner', 'partner', about.others ?? []),
    choice('flow', 'flow', valuesOf('Flow')),
    choice('mode', 'transport_mode', valuesOf('TransportMode')),
    choice('group', 'group', valuesOf('Group')),
    MONTH,
    { ...plain('number', 'definition', 'definition', true) },
    ...numbers('declarations', 'green', 'documentary', 'physical', 'released', 'minutes_total', ...CELLS, ...FUNNEL, 'revision'),
    plain('number', 'operators', 'operators', true),
  ],
  effect: 'none',
  check: faultsOfFigures,
  content: (fields) => {
    const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !CELLS.some((cell) => cell === name)))
    return { ...rest, minutes_histogram: CELLS.map((cell) => fields[cell] ?? 0) }
  },
})

const statistics: Build = () => ({
  fields: [MONTH, ...numbers('active', 'suspended', 'granted', 'ended', 'applications', 'refused')],
  effect: 'none',
  check: (draft, frame) => given({ month: monthOver(draft, frame) }),
})

export const FURTHER: Readonly<Record<string, Build>> = {
  application_filed: filed,
  application_accepted: accepted,
  decision_extended: (about) => ({ fields: [day('decision_due', 'decision_due', true, about.notBefore)], effect: 'none' }),
  application_closed: closed,
  validation_recorded: validated,
  validation_cosigned: () => ({ fields: [flag('reservation', 'reservation'), plain('hash', 'note_hash', 'note_hash')], effect: 'none' }),
  expert_accredited: () => ({
    fields: [plain('id', 'expert', 'expert', true), codes('languages', 'languages', 'language'), codes('fields', 'expert_fields', 'expert_field'), day('until', 'until')],
    check: (draft, frame) => {
      const until = textIn(draft, 'until')
      return given({ until: until !== '' && until < (frame.effectiveFrom || frame.decisionDate) && 'END_BEFORE_START' })
    },
  }),
  expert_accreditation_ended: () => ({ fields: [] }),
  irregularity_reported: reported,
  irregularity_answered: answered,
  indicator_reported: indicators,
  programme_statistics: statistics,
  party_withdrawn: () => ({ fields: [day('notified_on', 'notified_on')], warning: 'withdraw' }),
  subject_erased: () => ({ fields: [], effect: 'none', warning: 'erase' }),
  key_added: () => ({ fields: [], effect: 'none', purpose: 'governance' }),
  key_revoked: () => ({ fields: [day('compromised_since', 'compromised_since')], effect: 'none', purpose: 'governance', warning: 'revoke' }),
  event_reaffirmed: () => ({ fields: [], effect: 'none' }),
}
