// SPDX-License-Identifier: Apache-2.0
// One field for whatever an officer holds in hands: a tax number, an operator, a certificate, a submission.
import { useState } from 'preact/hooks'
import { ask, segments } from '../api/client'
import { useSpeech } from '../language/language'
import { Fault, Text } from '../parts/pieces'
import { go, linkTo } from '../router'
import { normalTin } from '../statements/draft'
import { storedText, storeText } from '../storage'

const RECENT = 'quipu-recent'
const KEPT = 8

function recent(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(storedText(sessionStorage, RECENT) ?? '[]')
    return Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string') : []
  } catch {
    return []
  }
}
const remember = (text: string): void => storeText(sessionStorage, RECENT, JSON.stringify([text, ...recent().filter((each) => each !== text)].slice(0, KEPT)))

const exists = (path: string): Promise<boolean> => ask(path).then(() => true, () => false)

// Two letters and more digits than any name has.
const isTin = (text: string): boolean => /^[A-Z]{2}[A-Z0-9]{1,15}$/.test(text) && (text.match(/\d/g) ?? []).length > 3

// Where to look: a record of either kind may hide behind CC/NAME.
async function placeFor(text: string): Promise<readonly string[]> {
  if (/^[0-9a-f]{64}$/.test(text)) return ['receipts', text]
  const name = text.toUpperCase()
  const parts = name.split('/')
  // A tax number may be written with slashes, too: a record has two capitals before its only one.
  const isRecord = /^[A-Z]{2}\/[A-Z0-9][A-Z0-9-]*$/.test(name)
  if (!isRecord) return isTin(normalTin(text)) ? ['operator', normalTin(text)] : ['names', text]
  return (await exists(`/v1/certificates/${segments(name)}`)) ? ['certificate', ...parts] : ['operator', ...parts]
}

export function LookUp() {
  const { words } = useSpeech()
  const [text, setText] = useState('')
  const [fault, setFault] = useState<unknown>(undefined)
  const search = (event: Event): void => {
    event.preventDefault()
    const wanted = text.trim()
    if (wanted === '') return
    remember(wanted)
    placeFor(wanted).then((place) => go(place), setFault)
  }
  return (
    <section>
      <h1>{words.lookup.title}</h1>
      <form onSubmit={search} class="search" role="search">
        <Text label={words.field.tin_or_record} value={text} set={setText} wide />
        <button type="submit">{words.lookup.search}</button>
      </form>
      <p class="hint">{words.lookup.hint}</p>
      <p class="actions">
        <a class="button" href={linkTo(['state'])}>
          {words.state.new_title}
        </a>
        <a class="button" href={linkTo(['work'])}>
          {words.menu.work}
        </a>
        <a class="button" href={linkTo(['arrangements'])}>
          {words.arrangements.title}
        </a>
      </p>
      {fault === undefined ? null : <Fault of={fault} />}
      {recent().length === 0 ? null : (
        <>
          <h2>{words.lookup.recent}</h2>
          <ul class="recent">
            {recent().map((each) => (
              <li>
                <a href={linkTo(['operator', each])} onClick={(event) => { event.preventDefault(); placeFor(each).then((place) => go(place), setFault) }}>
                  {each}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
