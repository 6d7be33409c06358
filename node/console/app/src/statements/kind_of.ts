// SPDX-License-Identifier: Apache-2.0
import schema from 'virtual:schema'

// The statements that an event may be: its fields that are messages.
const KINDS: ReadonlySet<string> = new Set((schema.messages['Event'] ?? []).filter((field) => field.type in schema.messages).map((field) => field.name))

export const kindOf = (event: Readonly<Record<string, unknown>>): string => Object.keys(event).find((name) => KINDS.has(name)) ?? ''
