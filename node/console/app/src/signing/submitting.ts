// SPDX-License-Identifier: Apache-2.0
// Signs events as one submission and follows it until it is final, refused or expired.
import { address, ask, Problem, submit } from '../api/client'
import type { SequenceAnswer, SubmissionAnswer } from '../api/answers'
import { hex, type Bytes } from './bytes'
import type { Message } from './canonical'
import type { UnlockedKey } from './key_file'
import { leafId, signedLeaf } from './leaf'

export interface Progress {
  readonly id: string
  readonly answer: SubmissionAnswer
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const LOOK_EVERY_MS = 400

async function lookedUp(id: string): Promise<SubmissionAnswer | undefined> {
  try {
    return await ask<SubmissionAnswer>(`/v1/submissions/${id}`)
  } catch (fault) {
    if (fault instanceof Problem && fault.status === 404) return undefined
    if (fault instanceof Problem && (fault.status === 0 || fault.status >= 500)) return { status: 'PENDING' }
    throw fault
  }
}

export async function sign(events: readonly Message[], key: UnlockedKey, chainId: string): Promise<Bytes> {
  const { next } = await ask<SequenceAnswer>(address(`/v1/keys/${hex(key.kid)}/sequence`, { administration: key.administration }))
  const issuedAt = Math.floor(Date.now() / 1000)
  return signedLeaf({ chainId, administration: key.administration, sequence: next, issuedAt, events }, key.kid, key.sign)
}

// Sends the leaf until the node takes it, tells what becomes of it, and ends when that is certain.
export async function sendAndFollow(leaf: Bytes, tell: (progress: Progress) => void, signal: AbortSignal): Promise<void> {
  const id = hex(await leafId(leaf))
  await submit(leaf)
  while (!signal.aborted) {
    const answer = await lookedUp(id)
    // A node that restarted has lost its pool: the same bytes again are the same submission.
    if (answer === undefined) await submit(leaf)
    else tell({ id, answer })
    if (answer && answer.status !== 'PENDING') return
    await pause(LOOK_EVERY_MS)
  }
}
