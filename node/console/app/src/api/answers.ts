// SPDX-License-Identifier: Apache-2.0
// The answers that the console reads, as docs/api.md has them; fields that it does not read are left out.
import type { Message } from '../signing/canonical'

export interface OfState {
  readonly height: number
  readonly block_time: string
  readonly age_seconds: number
  readonly stale?: boolean
  readonly newest_height?: number
}

// What a node knows of another member; what that one says of itself is missing until it has said it.
export interface Peer {
  readonly administration: string
  readonly up: boolean
  readonly height?: number
  readonly clock_offset_ms?: number // by how much the node's clock is ahead of the peer's
  readonly newest_protocol_version?: number // that its program knows
  readonly received_bytes: number
  readonly sent_bytes: number
}

export interface NodeStatus extends OfState {
  readonly chain_id: string
  readonly size: number
  readonly root: string
  readonly published_height?: number
  readonly administration: string
  readonly version: string
  readonly epoch: number
  readonly protocol_version: number
  readonly newest_protocol_version: number
  readonly view: number
  readonly leader: string
  readonly syncing: boolean
  readonly halted: boolean
  readonly sign_state?: string
  readonly pool: number
  readonly members: number
  readonly quorum: number
  readonly nullified_views: number
  readonly evidence: number
  readonly managed_signing: boolean
  readonly peers: readonly Peer[]
  readonly sources?: readonly { readonly url: string; readonly state?: string; readonly detail?: string }[]
}

export interface Certificate {
  readonly certificate: string
  readonly subject: string
  readonly scheme: string
  readonly status: string
  readonly roles: readonly string[]
  readonly suspended_roles?: readonly string[]
  readonly valid_from?: string
  readonly valid_to?: string
  readonly national_label?: string
  readonly level?: string
  readonly disputed?: boolean
  readonly appeal_open?: boolean
  readonly issuer_stale?: boolean
}

// What of a certificate's record (state.proto) the timeline reads.
export interface CertificateRecord {
  readonly granted_from?: string
  readonly intervals?: readonly { readonly from?: string; readonly to?: string }[]
  readonly suspensions?: readonly {
    readonly from?: string
    readonly until?: string
    readonly roles?: readonly string[]
    readonly reinstatements?: readonly { readonly effective_from?: string }[]
    readonly review?: Review
  }[]
  readonly ends?: readonly { readonly effective_from?: string; readonly review?: Review }[]
  readonly annulments?: readonly { readonly review?: Review }[]
  readonly role_changes?: readonly { readonly effective_from?: string }[]
  readonly pending?: { readonly grant?: boolean }
  readonly last_decision?: string
  readonly history?: { readonly events?: readonly unknown[] }
}
export interface Review {
  readonly undone_from?: string
  readonly appeals?: readonly { readonly from?: string; readonly to?: string }[]
}

export interface CertificateAnswer extends OfState, Certificate {
  readonly on: string
  readonly record: CertificateRecord
}

export interface OperatorAnswer extends OfState {
  readonly on: string
  readonly operator: string
  readonly person: string
  readonly tin?: string
  readonly issuer_stale?: boolean
  readonly disputed?: boolean
  readonly erased?: boolean
  readonly certificates: readonly Certificate[]
  readonly record?: { readonly identity_commitment?: string; readonly tin_commitment?: string }
}

export interface HistoryEvent {
  readonly id: string
  readonly index: number
  readonly event: number
  readonly height: number
  readonly time: string
  readonly author: string
  readonly key: string
  readonly late?: boolean
  readonly lag_days?: number
  readonly disputed?: boolean
  readonly statement: Statement
}
export type Statement = Readonly<Record<string, unknown>> & {
  readonly decision_date?: string
  readonly effective_from?: string
  readonly legal_basis?: string
  readonly reason?: string
}
export interface HistoryAnswer extends OfState {
  readonly events: readonly HistoryEvent[]
}

export interface RecognitionResult {
  readonly arrangement: string
  readonly certificate?: string
  readonly reason: string
  readonly benefits?: readonly string[]
  readonly disputed?: boolean
}
export interface RecognitionAnswer extends OfState {
  readonly recognised: boolean
  readonly reason: string
  readonly subject?: string
  readonly issuer_stale?: boolean
  readonly disputed?: boolean
  readonly results: readonly RecognitionResult[]
}

export interface Arrangement {
  readonly arrangement: string
  readonly title?: string
  readonly parties: readonly string[]
  readonly signed_on?: string
  readonly notice_days?: number
  readonly consent_required?: boolean
}
export interface Edge {
  readonly recogniser: string
  readonly issuer: string
  readonly status: string
  readonly schemes?: readonly string[]
  readonly roles?: readonly string[]
  readonly flows?: readonly string[]
  readonly benefits?: readonly string[]
}
export interface ArrangementsAnswer extends OfState {
  readonly on: string
  readonly arrangements: readonly { readonly arrangement: Arrangement; readonly in_force: boolean; readonly edges: readonly Edge[]; readonly withdrawals?: readonly { readonly party: string }[] }[]
}

export interface Member {
  readonly administration: string
  readonly name: string
  readonly utc_offset_minutes?: number
  readonly observer?: boolean
  readonly dual_control?: boolean
  readonly left_height?: number
  readonly misconduct?: readonly unknown[]
  readonly keys?: readonly { readonly kid: string; readonly purpose: string }[]
}
export interface MembersAnswer extends OfState {
  readonly epoch: number
  readonly voting: number
  readonly quorum: number
  readonly members: readonly Member[]
}

export interface Change {
  readonly height: number
  readonly time: string
  readonly index: number
  readonly event: number
  readonly id: string
  readonly author: string
  readonly kind: string
  readonly operator?: string
  readonly tin?: string
  readonly certificate?: string
  readonly arrangement?: string
  readonly effective_from?: string
  readonly late?: boolean
  readonly lag_days?: number
  readonly statement?: Statement
}
export interface ChangesAnswer extends OfState {
  readonly items: readonly Change[]
  readonly next_after?: string
}

export interface IndicatorGroup {
  readonly group: string
  readonly cells: number
  readonly revised_cells: number
  readonly declarations: number
  readonly green: number
  readonly documentary: number
  readonly physical: number
  readonly released: number
  readonly minutes_histogram: readonly number[]
  readonly eligible?: number
  readonly claimed?: number
  readonly matched?: number
  readonly recognised?: number
  readonly benefit_applied?: number
  readonly utilisation?: number
  readonly green_share?: number
  readonly mean_minutes?: number
  readonly p50_minutes?: number
  readonly p90_minutes?: number
}
export interface IndicatorItem {
  readonly reporter?: string
  readonly partner?: string
  readonly period?: string
  readonly definition: string
  readonly groups: readonly IndicatorGroup[]
}
export interface IndicatorsAnswer extends OfState {
  readonly items: readonly IndicatorItem[]
  readonly next_after?: string
}

export interface RecognisedFirm {
  readonly subject: string
  readonly tin: string
  readonly roles: readonly string[]
  readonly flows: readonly string[]
  readonly arrangements: readonly string[]
  readonly benefits: readonly string[]
}
export interface ListAnswer extends OfState {
  readonly items: readonly (RecognisedFirm | (Certificate & { readonly tin?: string }))[]
  readonly next_after?: string
}

export interface WorkItem {
  readonly kind: string
  readonly due: string
  readonly days_left: number
  readonly administration: string
  readonly operator?: string
  readonly tin?: string
  readonly certificate?: string
  readonly reference?: string
}
export interface WorklistAnswer extends OfState {
  readonly total: number
  readonly silent_issuers?: readonly string[]
  readonly items: readonly WorkItem[]
  readonly next_after?: string
}

export interface Approval {
  readonly administration: string
  readonly reference: string
  readonly certificate: string
  readonly logged_at: string
  readonly lapses_at: string
  readonly statement: Statement
}
export interface ApprovalsAnswer extends OfState {
  readonly approvals: readonly Approval[]
}

export type SubmissionAnswer =
  | { readonly status: 'PENDING' | 'EXPIRED' }
  | { readonly status: 'FINAL'; readonly height: number; readonly index: number; readonly time: string }
  | { readonly status: 'REJECTED'; readonly code: string; readonly event?: number; readonly detail?: string }

export interface SequenceAnswer {
  readonly final: number
  readonly next: number
}

export interface ParametersAnswer extends OfState {
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly since_height?: number }[]
  readonly code_lists: readonly { readonly name: string; readonly codes: readonly string[]; readonly since_height: number }[]
}

export interface ApplicationAnswer extends OfState {
  readonly on: string
  readonly application: string
  readonly state: string
  readonly overdue?: boolean
  readonly record: {
    readonly filed: Statement
    readonly accepted_on?: string
    readonly decision_due?: string
    readonly outcome?: string
    readonly certificate?: string
    readonly closed_on?: string
    readonly last_decision?: string
  }
}

export interface ValidationAnswer extends OfState {
  readonly validation: string
  readonly disputed?: boolean
  readonly record: {
    readonly validation: Statement & { readonly participants?: readonly string[]; readonly issuer: string; readonly subject: string; readonly certificate?: string }
    readonly decision_date?: string
    readonly cosignatures?: readonly { readonly administration: string; readonly reservation?: boolean; readonly note_hash?: string; readonly decision_date?: string }[]
  }
}

export interface ExpertAnswer extends OfState {
  readonly expert: string
  readonly record: { readonly expert: Statement & { readonly until?: string }; readonly accredited_from?: string; readonly ended_from?: string }
}

export interface CaseItem {
  readonly kind: string
  readonly case?: string
  readonly state: string
  readonly due?: string
  readonly days_left?: number
  readonly reporter?: string
  readonly issuer: string
  readonly operator: string
  readonly tin?: string
  readonly certificate?: string
  readonly severity?: number
  readonly opened_on?: string
  readonly outcome?: string
  readonly closed_on?: string
  readonly against?: string
  readonly against_kind?: string
}
export interface CasesAnswer extends OfState {
  readonly total: number
  readonly items: readonly CaseItem[]
  readonly next_after?: string
}
export interface CaseAnswer extends OfState {
  readonly case: string
  readonly state: string
  readonly disputed?: boolean
  readonly record: { readonly report: Statement & { readonly issuer: string; readonly subject: string } }
  readonly events: readonly HistoryEvent[]
}

export interface Proposal {
  readonly proposal: string // OPENER/ID
  readonly state: string
  readonly opened_on: string
  readonly yes: number
  readonly no: number
  readonly needed: number
  readonly voters: number
  readonly opened: Statement & { readonly proposal: string; readonly expires: string; readonly protocol_version?: number; readonly arrangement?: { readonly parties: readonly string[] } }
  readonly ballots: readonly { readonly administration: string; readonly accept: boolean }[]
  readonly acts_from_height?: number
}
export interface ProposalsAnswer extends OfState {
  readonly proposals: readonly Proposal[]
}

export interface MemberKey {
  readonly public_key: string
  readonly key_id: string
  readonly purpose: string
  readonly label?: string
  readonly valid_from_height: number
  readonly revoked_height?: number
  readonly compromised_since?: string
}
export interface KeysAnswer extends OfState {
  readonly administration: string
  readonly keys: readonly MemberKey[]
}

export interface DisputedAnswer extends OfState {
  readonly events: readonly { readonly id: string; readonly index: number; readonly event: number; readonly key: string }[]
  readonly next_after?: number
}

type Figures = Readonly<Record<'active' | 'suspended' | 'granted' | 'ended' | 'applications' | 'refused', number>>
export interface StatisticsItem {
  readonly issuer: string
  readonly month: string
  readonly mismatch: boolean
  readonly differs: readonly string[]
  readonly stated: Figures
  readonly on_ledger: Figures
}
export interface StatisticsAnswer extends OfState {
  readonly total: number
  readonly items: readonly StatisticsItem[]
  readonly next_after?: string
}

export interface ReportAnswer extends OfState {
  readonly operator: string
  readonly person: string
  readonly erased_on?: string
  readonly beside_the_ledger: Readonly<Record<string, unknown>> & {
    readonly state: string
    readonly may_be_held_by?: readonly string[]
    readonly erased_here?: { readonly decided_on: string; readonly time: string; readonly records: number }
  }
  readonly total: number
  readonly items: readonly {
    readonly id: string
    readonly height: number
    readonly time: string
    readonly author: string
    readonly kind: string
    readonly disputed?: boolean
    readonly statement: Statement
  }[]
  readonly next_after?: string
}

export interface CompromisedItem {
  readonly id: string
  readonly index: number
  readonly event: number
  readonly height: number
  readonly time: string
  readonly kind: string
  readonly key: string
  readonly since: string
  readonly state: string
  readonly operator?: string
  readonly tin?: string
  readonly certificate?: string
  readonly arrangement?: string
  readonly answers: readonly { readonly recogniser: string; readonly from: string; readonly to: string; readonly reason?: string }[]
}
export interface CompromisedAnswer extends OfState {
  readonly items: readonly CompromisedItem[]
  readonly next_after?: string
}

// What the node is asked to sign with the issuer key that it keeps (docs/api.md, "Managed signing").
export interface SignDraft {
  readonly administration: string
  readonly draft: string
  readonly events: readonly Message[]
}
export interface WaitingDraft {
  readonly id: string
  readonly draft: string
  readonly asked_by: readonly string[]
}
export interface StillWaiting {
  readonly status: 'WAITING'
  readonly confirmations: number
  readonly waiting: WaitingDraft
}
export interface WithdrawnDraft {
  readonly status: 'WITHDRAWN'
  readonly id: string
  readonly draft: string
  readonly withdrawn_by: string
}
export type DraftAnswer = StillWaiting | { readonly id: string }
export interface DraftsAnswer {
  readonly administration: string
  readonly kid: string
  readonly confirmations: number
  readonly waiting: readonly (WaitingDraft & { readonly events: readonly Message[] })[]
}
