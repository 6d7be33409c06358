// SPDX-License-Identifier: Apache-2.0
// Who a firm is stands beside the log (docs/formats.md, "Side records"): the statement carries a commitment, the record goes to
// the node once the statement is final.
import { handIn, Problem } from '../api/client'
import { base64, joined, sha256, utf8 } from './bytes'
import { encode, type Message } from './canonical'

export interface SideRecord {
  readonly subject: string
  readonly kind: 'identity' | 'tin'
  readonly record: string // base64
  readonly commitment: string // base64
}

const KINDS = {
  identity: { message: 'IdentityRecord', tag: 'quipu-record-v1\0' },
  tin: { message: 'TinRecord', tag: 'quipu-tin-v1\0' },
} as const

export async function sideRecord(subject: string, kind: SideRecord['kind'], content: Message): Promise<SideRecord> {
  const { message, tag } = KINDS[kind]
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const record = encode(message, { salt: base64(salt), ...content })
  return { subject, kind, record: base64(record), commitment: base64(await sha256(joined(utf8(tag), record))) }
}

const TRIES = 20
const PAUSE_MS = 500

// The node may be a moment behind what it has just told: it knows the commitment when its own keeper has looked.
export async function keepRecord({ subject, kind, record }: SideRecord): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await handIn({ subject, kind, record })
    } catch (fault) {
      const passing = fault instanceof Problem && (fault.code === 'COMMITMENT_UNKNOWN' || fault.status === 503 || fault.status === 0)
      if (!passing || tried === TRIES) throw fault
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}
