// SPDX-License-Identifier: Apache-2.0
// Days as the ledger writes them: YYYY-MM-DD, compared as texts.

export type Day = string

const DAY_MS = 86_400_000

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text
export const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10)
export const plusDays = (day: Day, days: number): Day => dayOf(Date.parse(day) + days * DAY_MS)
export const daysBetween = (from: Day, to: Day): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
// Today in the calendar of an administration.
export const todayAt = (utcOffsetMinutes: number): Day => dayOf(Date.now() + utcOffsetMinutes * 60_000)
