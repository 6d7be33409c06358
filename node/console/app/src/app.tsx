// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { LANGUAGES, LanguageContext, preferredLanguage, storeLanguage, useSpeech, type Language } from './language/language'
import { linkTo, usePlace, type Place } from './router'
import { SessionProvider, useSession } from './session'
import { Approvals } from './views/approvals'
import { ArrangementMatrix } from './views/arrangement_matrix'
import { CertificateView } from './views/certificate'
import { CaseView, Cases } from './views/cases'
import { Disputed } from './views/disputed'
import { Drafts } from './views/drafts'
import { Feed } from './views/feed'
import { Governance, Propose } from './views/governance'
import { Indicators } from './views/indicators'
import { KeyDesk } from './views/key_desk'
import { Keys } from './views/keys'
import { Lists } from './views/lists'
import { LookUp } from './views/look_up'
import { Names } from './views/names'
import { Network } from './views/network'
import { OperatorView } from './views/operator'
import { Receipts } from './views/receipts'
import { ApplicationView, ExpertView, ValidationView } from './views/records'
import { Report } from './views/report'
import { Statements } from './views/statements'
import { NewFirm, StateAbout } from './views/stating'
import { Statistics } from './views/statistics'
import { WorkList } from './views/work_list'

const MENU = ['lookup', 'lists', 'work', 'cases', 'approvals', 'statements', 'arrangements', 'indicators', 'governance', 'feed', 'network', 'receipts', 'key'] as const
type Entry = (typeof MENU)[number]
// Pages that are reached from one of the menu.
const WITHIN: Readonly<Record<string, Entry>> = {
  operator: 'lookup', names: 'lookup', certificate: 'lookup', report: 'lookup', case: 'cases', state: 'statements', about: 'statements', application: 'statements',
  validation: 'statements', expert: 'statements', statistics: 'indicators', propose: 'governance', drafts: 'approvals', keys: 'network', disputed: 'network',
}

function View({ place }: { readonly place: Place }) {
  const [name, first, second] = place.path
  const named = `${first}/${second}`
  switch (name) {
    case 'operator':
      return <OperatorView name={second === undefined ? (first ?? '') : `${first}/${second}`} query={place.query} />
    case 'names':
      return <Names name={first ?? ''} />
    case 'certificate':
      return <CertificateView name={named} query={place.query} />
    case 'about':
      return <StateAbout query={place.query} />
    case 'lists':
      return <Lists query={place.query} />
    case 'work':
      return <WorkList />
    case 'approvals':
      return <Approvals />
    case 'drafts':
      return <Drafts />
    case 'state':
      return <NewFirm query={place.query} />
    case 'arrangements':
      return <ArrangementMatrix query={place.query} />
    case 'indicators':
      return <Indicators />
    case 'cases':
      return <Cases />
    case 'case':
      return <CaseView name={named} />
    case 'statements':
      return <Statements />
    case 'application':
      return <ApplicationView name={named} />
    case 'validation':
      return <ValidationView name={named} />
    case 'expert':
      return <ExpertView name={named} />
    case 'report':
      return <Report name={named} />
    case 'statistics':
      return <Statistics />
    case 'governance':
      return <Governance />
    case 'propose':
      return <Propose change={first ?? ''} query={place.query} />
    case 'keys':
      return <Keys of={first} />
    case 'disputed':
      return <Disputed of={first} />
    case 'feed':
      return <Feed />
    case 'network':
      return <Network />
    case 'receipts':
      return <Receipts of={place.path.slice(1).join('/')} />
    case 'key':
      return <KeyDesk />
    default:
      return <LookUp />
  }
}

function LanguageChoice({ choose }: { readonly choose: (language: Language) => void }) {
  const { words, language } = useSpeech()
  return (
    <div class="languages" role="group" aria-label={words.menu.language}>
      {Object.entries(LANGUAGES).map(([name, each]) => (
        <button type="button" lang={name} title={each.name} aria-pressed={name === language} onClick={() => choose(name as Language)}>
          {name}
        </button>
      ))}
    </div>
  )
}

function Menu({ place }: { readonly place: Place }) {
  const { words } = useSpeech()
  const session = useSession()
  const page = place.path[0] ?? 'lookup'
  const here = WITHIN[page] ?? page
  const link = (entry: Entry): string => linkTo(entry === 'lookup' ? [] : [entry])
  const nav = useRef<HTMLElement>(null)
  // On a phone the menu is wider than the page.
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>('[aria-current]')
    if (nav.current && current) nav.current.scrollLeft = current.offsetLeft - (nav.current.clientWidth - current.offsetWidth) / 2
  }, [here])
  return (
    <nav aria-label={words.menu.label} ref={nav}>
      <ul>
        {MENU.map((entry) => (
          <li>
            <a href={link(entry)} aria-current={here === entry ? 'page' : undefined}>
              {words.menu[entry]}
              {entry === 'key' && session.key ? ` (${session.key.administration})` : ''}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function NodeLine() {
  const { words } = useSpeech()
  const { node, live } = useSession()
  if (live.manner === 'closed') {
    return (
      <p class="node-line bad">
        {words.problem.UNAUTHORIZED} <a href={linkTo(['key'])}>{words.key.token}</a>
      </p>
    )
  }
  if (live.manner === 'away') return <p class="node-line bad">{words.problem.NODE_AWAY}</p>
  if (!node) return <p class="node-line">{words.loading}</p>
  return (
    <p class="node-line">
      <strong>{node.administration}</strong> {words.block(node.height)}, {words.age(node.age_seconds)}
      {node.stale ? <span class="flag bad">{words.stale}</span> : null}
    </p>
  )
}

function Banner() {
  const { words } = useSpeech()
  const { node } = useSession()
  const said: ComponentChildren[] = []
  if (node?.chain_id.startsWith('test-')) said.push(<p class="banner training">{words.training}</p>)
  if (node?.sources?.length) said.push(<p class="banner">{words.follower}</p>)
  return <>{said}</>
}

function Frame({ choose }: { readonly choose: (language: Language) => void }) {
  const { words } = useSpeech()
  const place = usePlace()
  const main = useRef<HTMLElement>(null)
  const where = place.path.join('/')
  const first = useRef(true)
  // Whoever cannot see that the page is another one is told by the focus.
  useEffect(() => {
    if (!first.current) main.current?.focus()
    first.current = false
  }, [where])
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus() }}>
        {words.skip}
      </a>
      <header>
        <Banner />
        <p class="name">{words.console}</p>
        <NodeLine />
        <LanguageChoice choose={choose} />
        <Menu place={place} />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <View place={place} />
      </main>
    </>
  )
}

export function App() {
  const [language, setLanguage] = useState<Language>(preferredLanguage)
  useEffect(() => {
    document.documentElement.lang = language
    document.title = LANGUAGES[language].console
  }, [language])
  const choose = (chosen: Language): void => {
    storeLanguage(chosen)
    setLanguage(chosen)
  }
  return (
    <LanguageContext.Provider value={language}>
      <SessionProvider>
        <Frame choose={choose} />
      </SessionProvider>
    </LanguageContext.Provider>
  )
}
