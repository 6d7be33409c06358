// SPDX-License-Identifier: Apache-2.0
// A certificate's record as stretches of days with one status. What holds on a day is asked of the verifier's code, which
// tests compare with the node's.
import verifier from 'virtual:verifier'
import type { CertificateRecord, Review } from '../api/answers'
import { plusDays, type Day } from '../days'

export interface Segment {
  readonly from: Day
  readonly to: Day // the last day, `until` at the latest
  readonly status: string
  readonly suspendedRoles: readonly string[]
}

const given = (days: readonly (Day | undefined)[]): readonly Day[] => days.filter((day): day is Day => day !== undefined && day !== '')
const reviewDays = (review: Review | undefined): readonly (Day | undefined)[] => [
  review?.undone_from,
  ...(review?.appeals ?? []).flatMap((appeal) => [appeal.from, appeal.to]),
]

// Every day on which the status may differ from that of the day before.
export function turningDays(record: CertificateRecord): readonly Day[] {
  const days = given([
    record.granted_from,
    ...(record.intervals ?? []).flatMap((each) => [each.from, each.to ? plusDays(each.to, 1) : undefined]),
    ...(record.suspensions ?? []).flatMap((each) => [each.from, ...(each.reinstatements ?? []).map((end) => end.effective_from), ...reviewDays(each.review)]),
    ...(record.ends ?? []).flatMap((each) => [each.effective_from, ...reviewDays(each.review)]),
    ...(record.annulments ?? []).flatMap((each) => reviewDays(each.review)),
    ...(record.role_changes ?? []).map((each) => each.effective_from),
  ])
  return [...new Set(days)].sort()
}

const same = (one: Segment, status: string, roles: readonly string[]): boolean => one.status === status && one.suspendedRoles.join() === roles.join()

export function segmentsOf(record: CertificateRecord, from: Day, until: Day): readonly Segment[] {
  const starts = [from, ...turningDays(record).filter((day) => day > from && day <= until)]
  const segments: Segment[] = []
  for (const [at, start] of starts.entries()) {
    const next = starts[at + 1]
    const to = next === undefined ? until : plusDays(next, -1)
    const status = verifier.status_on(record, start)
    const roles = verifier.roles_on(record, start).suspended
    const before = segments.at(-1)
    if (before && same(before, status, roles)) segments[segments.length - 1] = { ...before, to }
    else segments.push({ from: start, to, status, suspendedRoles: roles })
  }
  return segments
}
