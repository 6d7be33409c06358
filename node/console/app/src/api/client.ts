// SPDX-License-Identifier: Apache-2.0
// Questions to the node that served the page, and to nobody else (docs/api.md).
import type { DraftAnswer, SignDraft, WithdrawnDraft } from './answers'

// An answer of the node that is no answer to the question, by its stable code.
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly holder?: string,
    readonly event?: number,
  ) {
    super(`${code}: ${detail}`)
  }
}

interface ProblemBody {
  readonly code?: string
  readonly detail?: string
  readonly title?: string
  readonly holder?: string
  readonly event?: number
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as ProblemBody
  return new Problem(response.status, body.code ?? `HTTP_${response.status}`, body.detail ?? body.title ?? '', body.holder, body.event)
}

// What the node knows the caller by (docs/operating.md, "Who may use the API"); none is needed on its own machine. It lives as
// long as the page.
let token = ''
export function holdToken(held: string): void {
  token = held
}

async function reached(path: string, init: RequestInit): Promise<Response> {
  const headers = { ...init.headers, ...(token !== '' && { Authorization: `Bearer ${token}` }) }
  const response = await fetch(path, { credentials: 'same-origin', redirect: 'error', ...init, headers }).catch((fault: unknown) => {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault
    throw new Problem(0, 'NODE_AWAY', '')
  })
  if (!response.ok) throw await problemOf(response)
  return response
}

export async function ask<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return (await reached(path, signal ? { signal } : {})).json() as Promise<Answer>
}

export async function askBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await reached(path, {})).arrayBuffer())
}

// All rows of an answer as one CSV file, page after page of one state.
export async function askRows(path: string): Promise<Uint8Array> {
  const { searchParams } = new URL(path, location.href)
  const pages: string[] = []
  let more = ''
  for (;;) {
    const response = await reached(`${path}${path.includes('?') ? '&' : '?'}format=csv&limit=5000${more}`, {})
    const text = await response.text()
    // Every page begins with the names of its columns.
    pages.push(pages.length === 0 ? text : text.slice(text.indexOf('\n') + 1))
    const after = response.headers.get('Quipu-Next-After')
    const height = response.headers.get('Quipu-Height')
    if (!after) return new TextEncoder().encode(pages.join(''))
    more = `&after=${encodeURIComponent(after)}${searchParams.has('known_at') ? '' : `&known_at=${height ?? ''}`}`
  }
}

export async function openStream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const { body } = await reached(path, { signal, headers: { Accept: 'text/event-stream' } })
  if (!body) throw new Problem(0, 'NODE_AWAY', '')
  return body
}

export async function submit(leaf: Uint8Array<ArrayBuffer>): Promise<string> {
  const response = await reached('/v1/submissions', { method: 'POST', headers: { 'Content-Type': 'application/cose' }, body: leaf })
  return ((await response.json()) as { id: string }).id
}

// A leaf's id, or that others must ask for the same.
export async function postDraft(draft: SignDraft): Promise<DraftAnswer> {
  const response = await reached('/v1/drafts', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(draft) })
  return response.json() as Promise<DraftAnswer>
}

export async function withdrawDraft(id: string): Promise<WithdrawnDraft> {
  return (await reached(`/v1/drafts/${id}`, { method: 'DELETE' })).json() as Promise<WithdrawnDraft>
}

export async function handIn(record: { readonly subject: string; readonly kind: string; readonly record: string }): Promise<void> {
  await reached('/v1/records', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(record) })
}

export type Parameters = Readonly<Record<string, string | number | undefined>>

// A path with its query; what is empty is left out.
export function address(path: string, parameters: Parameters = {}): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '')
  const query = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return query === '' ? path : `${path}?${query}`
}

// One segment of a path; "CC/NUMBER" is two.
export const segments = (name: string): string => name.split('/').map(encodeURIComponent).join('/')
