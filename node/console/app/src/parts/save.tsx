// SPDX-License-Identifier: Apache-2.0
// Files for the officer's own disk: what the page has, or what the node gives when it is asked with the page's token.
import { useState } from 'preact/hooks'
import { askBytes, askRows } from '../api/client'
import { Fault } from './pieces'

const KEEP_MS = 1_000

function saveAs(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]))
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS)
}

export function Save({ bytes, name, text }: { readonly bytes: Uint8Array; readonly name: string; readonly text: string }) {
  return (
    <button type="button" onClick={() => saveAs(bytes, name)}>
      {text}
    </button>
  )
}

interface SaveMadeProps {
  readonly make: () => Promise<Uint8Array>
  readonly name: string
  readonly text: string
}
export function SaveMade({ make, name, text }: SaveMadeProps) {
  const [fault, setFault] = useState<unknown>(undefined)
  const save = async (): Promise<void> => saveAs(await make(), name)
  return (
    <>
      <button type="button" class="quiet" onClick={() => void save().then(() => setFault(undefined), setFault)}>
        {text}
      </button>
      {fault === undefined ? null : <Fault of={fault} />}
    </>
  )
}

interface SaveFromProps {
  readonly path: string
  readonly name: string
  readonly text: string
  readonly rows?: boolean // all pages of it, as CSV
}
export function SaveFrom({ path, name, text, rows = false }: SaveFromProps) {
  return <SaveMade make={() => (rows ? askRows(path) : askBytes(path))} name={name} text={text} />
}
