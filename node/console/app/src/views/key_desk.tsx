// SPDX-License-Identifier: Apache-2.0
// The officer's key: opened here, held here, forgotten with the page.
import { useState } from 'preact/hooks'
import { holdToken } from '../api/client'
import { useSpeech } from '../language/language'
import { Facts, Labelled, Text } from '../parts/pieces'
import { useSession } from '../session'
import { hex } from '../signing/bytes'
import { KeyRefusal, parseKeyFile, unlockKey, type KeyFault } from '../signing/key_file'

function Opened() {
  const { words } = useSpeech()
  const { key, node, holdKey } = useSession()
  if (!key) return null
  return (
    <>
      <p class="good" role="status">
        <strong>{words.key.opened(key.administration, key.purpose.toUpperCase())}</strong>
      </p>
      {node && node.administration !== key.administration ? <p class="fault">{words.key.other(key.administration, node.administration)}</p> : null}
      <Facts rows={[[words.key.kid, <code>{hex(key.kid)}</code>], [words.field.label, key.label]]} />
      <p class="actions">
        <button type="button" onClick={() => holdKey(undefined)}>
          {words.key.forget}
        </button>
      </p>
    </>
  )
}

// A node that listens on more than its own machine asks for a token before it says who a firm is.
function Token() {
  const { words } = useSpeech()
  const [token, setToken] = useState('')
  const hold = (typed: string): void => {
    setToken(typed)
    holdToken(typed.trim())
  }
  return (
    <>
      <h2>{words.key.token}</h2>
      <p class="hint">{words.key.token_hint}</p>
      <Text label={words.key.token} type="password" value={token} set={hold} />
    </>
  )
}

export function KeyDesk() {
  const { words } = useSpeech()
  const { holdKey } = useSession()
  const [file, setFile] = useState<File | undefined>(undefined)
  const [passphrase, setPassphrase] = useState('')
  const [part, setPart] = useState<number | undefined>(undefined)
  const [fault, setFault] = useState<KeyFault | undefined>(undefined)
  const open = async (): Promise<void> => {
    if (!file) return
    setFault(undefined)
    setPart(0)
    try {
      holdKey(await unlockKey(parseKeyFile(await file.text()), passphrase, setPart))
      setPassphrase('')
    } catch (refusal) {
      if (!(refusal instanceof KeyRefusal)) throw refusal
      setFault(refusal.fault)
    } finally {
      setPart(undefined)
    }
  }
  return (
    <section>
      <h1>{words.key.title}</h1>
      <p>{words.key.hint}</p>
      <Opened />
      <form
        class="stating"
        onSubmit={(event) => {
          event.preventDefault()
          void open()
        }}
      >
        <Labelled label={words.key.file}>
          {(id) => <input id={id} type="file" required onChange={(event) => setFile(event.currentTarget.files?.[0])} />}
        </Labelled>
        <Text label={words.key.passphrase} type="password" value={passphrase} set={setPassphrase} />
        <p class="actions">
          <button type="submit" disabled={part !== undefined}>
            {words.key.open}
          </button>
        </p>
        {part === undefined ? null : <progress max={1} value={part} aria-label={words.key.opening} />}
        <div role="alert">{fault === undefined ? null : <p class="fault">{words.key.fault[fault]}</p>}</div>
      </form>
      <Token />
    </section>
  )
}
