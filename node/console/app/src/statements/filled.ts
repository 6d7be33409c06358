// SPDX-License-Identifier: Apache-2.0
// What an officer has filled in so far.
import type { Day } from '../days'

export type Filled = string | readonly string[] | boolean
export type Draft = Readonly<Record<string, Filled>>

export interface Frame {
  readonly decisionDate: Day
  readonly effectiveFrom: string
  readonly legalBasis: string
  readonly reason: string
}

// The codes are those of the rules, so that their texts are, too.
export type Faults = Readonly<Record<string, string>>
