// SPDX-License-Identifier: Apache-2.0
// A firm and its certificate in one submission, and beside it what must not enter the log: who it is, and the tax number of a
// natural person.
import type { Message } from '../signing/canonical'
import { sideRecord, type SideRecord } from '../signing/side_record'
import { eventOf, fieldsOf, normalTin } from './draft'
import type { Draft, Frame } from './filled'
import { FIRM_FIELDS, GRANT_FIELDS, IDENTITY_FIELDS } from './forms'

export interface NewFirmStatement {
  readonly events: readonly Message[]
  readonly records: readonly SideRecord[]
}

const textOf = (draft: Draft, name: string): string => {
  const value = draft[name]
  return typeof value === 'string' ? value.trim() : ''
}

export async function newFirm(draft: Draft, frame: Frame, administration: string, certified = true): Promise<NewFirmStatement> {
  const subject = textOf(draft, 'subject')
  const natural = draft['person'] === 'NATURAL'
  const identity = fieldsOf(IDENTITY_FIELDS, draft)
  const records: SideRecord[] = []
  const firm: Record<string, Message[string]> = { ...fieldsOf(FIRM_FIELDS, draft) }
  if (natural) {
    const record = await sideRecord(subject, 'tin', { tin: normalTin(textOf(draft, 'tin')) })
    delete firm['tin']
    firm['tin_commitment'] = record.commitment
    records.push(record)
  }
  if (Object.keys(identity).length > 0) {
    const record = await sideRecord(subject, 'identity', { ...identity, country: administration })
    firm['identity_commitment'] = record.commitment
    records.push(record)
  }
  const grant = { ...fieldsOf(GRANT_FIELDS, draft), subject }
  return { events: [eventOf('operator_registered', frame, firm), ...(certified ? [eventOf('certificate_granted', frame, grant)] : [])], records }
}

// Who a registered firm is, said anew: the new record takes the place of the one before.
export async function amendedIdentity(draft: Draft, frame: Frame, administration: string, subject: string): Promise<NewFirmStatement> {
  const record = await sideRecord(subject, 'identity', { ...fieldsOf(IDENTITY_FIELDS, draft), country: administration })
  return { events: [eventOf('operator_amended', frame, { subject, identity_commitment: record.commitment })], records: [record] }
}
