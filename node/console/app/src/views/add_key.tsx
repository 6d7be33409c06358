// SPDX-License-Identifier: Apache-2.0
// An officer's new key enters the ledger: the officer's own machine made the statement (`quipu key ready`), with which the new
// key shows that it is held; the key itself stays there.
import { useState } from 'preact/hooks'
import { useSpeech } from '../language/language'
import { Labelled } from '../parts/pieces'
import type { Message } from '../signing/canonical'
import { kindOf } from '../statements/kind_of'
import { SigningDesk } from '../statements/signing_desk'

const isEvent = (value: unknown): value is Message => typeof value === 'object' && value !== null && !Array.isArray(value)

function eventsIn(text: string): readonly Message[] | undefined {
  try {
    const { events } = JSON.parse(text) as { readonly events?: unknown }
    if (!Array.isArray(events) || events.length === 0) return undefined
    return events.every((event) => isEvent(event) && kindOf(event) === 'key_added') ? (events as readonly Message[]) : undefined
  } catch {
    return undefined
  }
}

export function AddKey({ done }: { readonly done: () => void }) {
  const { words } = useSpeech()
  const [events, setEvents] = useState<readonly Message[] | undefined>(undefined)
  const [wrong, setWrong] = useState(false)
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return
    const found = eventsIn(await file.text())
    setEvents(found)
    setWrong(found === undefined)
  }
  if (events) return <SigningDesk events={events} purpose="governance" back={done} />
  return (
    <section aria-label={words.keys.add}>
      <h2>{words.keys.add}</h2>
      <p class="hint">{words.keys.add_hint}</p>
      <Labelled label={words.keys.add_file} fault={wrong ? words.keys.add_wrong : undefined}>
        {(id, described) => <input id={id} type="file" aria-describedby={described} onChange={(event) => void read(event.currentTarget.files?.[0])} />}
      </Labelled>
    </section>
  )
}
