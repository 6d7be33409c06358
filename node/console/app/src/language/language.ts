// SPDX-License-Identifier: Apache-2.0
// The chosen language, and a thing's name in it.
import codes from 'virtual:codes'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { Problem } from '../api/client'
import { storedText, storeText } from '../storage'
import { en, type Words } from './en'
import { es } from './es'
import { pt } from './pt'

export const LANGUAGES = { es, pt, en } as const
export type Language = keyof typeof LANGUAGES

const STORED_AS = 'quipu-language'
const isLanguage = (name: string | null): name is Language => name !== null && name in LANGUAGES

export function preferredLanguage(): Language {
  const stored = storedText(localStorage, STORED_AS)
  if (isLanguage(stored)) return stored
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage)
  return known ?? 'en'
}
export const storeLanguage = (language: Language): void => storeText(localStorage, STORED_AS, language)

export const LanguageContext = createContext<Language>('en')

export interface Speech {
  readonly language: Language
  readonly words: Words
  readonly named: (code: string) => string // a value of an enumeration or a code list
  readonly kind: (name: string) => string // a kind of event
  readonly act: (name: string) => string // to state one
  readonly reason: (code: string) => string // the rules' own text
  readonly problem: (fault: unknown) => string
  readonly instant: (text: string) => string
}

function speech(language: Language): Speech {
  const words: Words = LANGUAGES[language]
  const problems: Readonly<Record<string, string>> = words.problem
  const reason = (code: string): string => codes[code]?.[language] ?? code
  return {
    language,
    words,
    named: (code) => words.enums[code] ?? code,
    kind: (name) => words.kinds[name] ?? name,
    act: (name) => words.acts[name] ?? words.kinds[name] ?? name,
    reason,
    problem: (fault) => {
      if (!(fault instanceof Problem)) return fault instanceof Error ? fault.message : String(fault)
      const said = problems[fault.code] ?? codes[fault.code]?.[language] ?? fault.code
      return fault.detail === '' ? said : `${said} (${fault.detail})`
    },
    instant: (text) => new Date(text).toLocaleString(language === 'en' ? 'en-GB' : language, { dateStyle: 'medium', timeStyle: 'medium' }),
  }
}

const SPEECHES: Readonly<Record<Language, Speech>> = { es: speech('es'), pt: speech('pt'), en: speech('en') }
export const useSpeech = (): Speech => SPEECHES[useContext(LanguageContext)]
