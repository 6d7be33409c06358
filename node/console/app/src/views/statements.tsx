// SPDX-License-Identifier: Apache-2.0
// Where an officer begins: what may be stated, by subject; what is about something is stated on that thing's own page.
import { useState } from 'preact/hooks'
import { useSpeech } from '../language/language'
import { Text } from '../parts/pieces'
import { go, linkTo } from '../router'
import { useSession } from '../session'

interface OpenProps {
  readonly label: string
  readonly place: string
}
// A record of one's own is named by its id, one of another administration by CC/ID.
function Open({ label, place }: OpenProps) {
  const { words } = useSpeech()
  const { node } = useSession()
  const [name, setName] = useState('')
  const open = (event: Event): void => {
    event.preventDefault()
    const wanted = name.trim().toUpperCase()
    if (wanted === '') return
    go([place, ...(wanted.includes('/') ? wanted : `${node?.administration ?? ''}/${wanted}`).split('/')])
  }
  return (
    <form class="open" onSubmit={open}>
      <Text label={label} value={name} set={setName} />
      <button type="submit">{words.statements.open}</button>
    </form>
  )
}

const to = (kind: string): string => linkTo(['about'], { kind })

export function Statements() {
  const { words, act } = useSpeech()
  const s = words.statements
  const link = (href: string, text: string) => (
    <li>
      <a href={href}>{text}</a>
    </li>
  )
  return (
    <section>
      <h1>{s.title}</h1>
      <p class="hint">{s.hint}</p>
      <div class="side-by-side subjects">
        <section>
          <h2>{s.firms}</h2>
          <ul>
            {link(linkTo(['state']), words.state.new_title)}
            {link(linkTo(['state'], { only: '1' }), words.state.only_title)}
            {link(linkTo([]), s.find)}
          </ul>
        </section>
        <section>
          <h2>{s.applications}</h2>
          <ul>{link(to('application_filed'), act('application_filed'))}</ul>
          <Open label={words.field.application} place="application" />
        </section>
        <section>
          <h2>{s.validations}</h2>
          <p class="hint">{s.validations_hint}</p>
          <Open label={s.validation} place="validation" />
        </section>
        <section>
          <h2>{s.experts}</h2>
          <ul>{link(to('expert_accredited'), act('expert_accredited'))}</ul>
          <Open label={words.field.expert} place="expert" />
        </section>
        <section>
          <h2>{s.irregularities}</h2>
          <p class="hint">{s.irregularities_hint}</p>
          <ul>{link(linkTo(['cases']), words.cases.title)}</ul>
        </section>
        <section>
          <h2>{s.figures}</h2>
          <ul>
            {link(to('indicator_reported'), act('indicator_reported'))}
            {link(to('programme_statistics'), act('programme_statistics'))}
            {link(linkTo(['statistics']), words.statistics.title)}
            {link(linkTo(['lists']), words.lists.attest)}
          </ul>
        </section>
        <section>
          <h2>{s.recognition}</h2>
          <ul>{link(linkTo(['arrangements']), words.arrangements.title)}</ul>
        </section>
        <section>
          <h2>{s.network}</h2>
          <ul>
            {link(linkTo(['governance']), words.governance.title)}
            {link(linkTo(['keys']), words.keys.title)}
            {link(linkTo(['disputed']), words.disputed.title)}
          </ul>
        </section>
      </div>
    </section>
  )
}
