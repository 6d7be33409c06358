// SPDX-License-Identifier: Apache-2.0
// What may be stated next about a certificate in this status (docs/rules.md, "Certificates"). The node judges in the end;
// this only keeps an officer from what it would refuse.
import type { CertificateAnswer } from '../api/answers'
import { daysBetween } from '../days'

const RENEWAL_GRACE_DAYS = 90 // unless the network has set another

const LIVE = ['certificate_amended', 'certificate_extended', 'certificate_revoked', 'certificate_surrendered', 'certificate_annulled']
const SUSPENDED = ['certificate_reinstated', 'suspension_prolonged']

function byStatus(answer: CertificateAnswer): readonly string[] {
  switch (answer.status) {
    case 'ACTIVE':
      return ['certificate_suspended', ...((answer.suspended_roles ?? []).length > 0 ? SUSPENDED : []), 'certificate_renewed', ...LIVE]
    case 'SUSPENDED':
      return [...SUSPENDED, ...LIVE]
    case 'EXPIRED':
      return daysBetween(answer.valid_to ?? answer.on, answer.on) <= RENEWAL_GRACE_DAYS ? ['certificate_renewed', 'certificate_annulled'] : ['certificate_annulled']
    case 'NOT_YET_EFFECTIVE':
    case 'REVOKED':
    case 'SURRENDERED':
      return ['certificate_annulled']
    default: // annulled, or its grant waits for approval
      return []
  }
}

// Of a certificate without an end there is nothing to extend or to renew.
const NEEDS_AN_END = ['certificate_extended', 'certificate_renewed']
// Under dual control one such event waits at a time.
const MAY_WAIT = ['certificate_suspended', 'certificate_revoked', 'certificate_annulled']

export function followUps(answer: CertificateAnswer): readonly string[] {
  const ended = (answer.record.ends ?? []).some((end) => !end.review)
  return byStatus(answer)
    .filter((kind) => answer.valid_to !== undefined || !NEEDS_AN_END.includes(kind))
    .filter((kind) => !answer.record.pending || !MAY_WAIT.includes(kind))
    // An end stands in the way of everything but annulment, also one whose day is still to come.
    .filter((kind) => !ended || kind === 'certificate_annulled')
}
