// SPDX-License-Identifier: Apache-2.0
// Signs events as one submission and follows it until it is final, refused or expired.
import { address, ask, postDraft, Problem, submit } from '../api/client'
import type { DraftsAnswer, SequenceAnswer, SignDraft, StillWaiting, SubmissionAnswer } from '../api/answers'
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
  await follow(id, () => submit(leaf), tell, signal)
}

async function follow(id: string, again: () => Promise<unknown>, tell: (progress: Progress) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await lookedUp(id)
    // A node that restarted has lost its pool: the same bytes again are the same submission.
    if (answer === undefined) await again()
    else tell({ id, answer })
    if (answer && answer.status !== 'PENDING') return
    await pause(LOOK_EVERY_MS)
  }
}

const LOOK_FOR_OTHERS_MS = 1_000
const passes = (fault: unknown): boolean => fault instanceof Problem && (fault.status === 0 || fault.status >= 500)

// Until a draft waits no more; false if nobody wants to know any longer.
async function waitedFor(id: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    await pause(LOOK_FOR_OTHERS_MS)
    const drafts = await ask<DraftsAnswer>('/v1/drafts').catch((fault: unknown) => {
      if (passes(fault)) return undefined
      throw fault
    })
    if (drafts && !drafts.waiting.some((each) => each.id === id)) return !signal.aborted
  }
  return false
}

// Has the node sign. The same draft again is the same statement: whoever waited asks once more to learn its id.
export async function askAndFollow(draft: SignDraft, waits: (still: StillWaiting | undefined) => void, tell: (progress: Progress) => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await postDraft(draft)
    if (!('status' in answer)) {
      waits(undefined)
      return follow(answer.id, () => postDraft(draft), tell, signal)
    }
    waits(answer)
    if (!(await waitedFor(answer.waiting.id, signal))) return
    waits(undefined)
  }
}

// Tells two drafts with the same events apart.
export const drawnDraftName = (): string => `console/${hex(crypto.getRandomValues(new Uint8Array(8)))}`
