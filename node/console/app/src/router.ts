// SPDX-License-Identifier: Apache-2.0
// Where in the console we are: the part of the address behind `#/`, which the node never sees.
import { useEffect, useState } from 'preact/hooks'

export interface Place {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  }
  return { path: path.split('/').filter((part) => part !== '').map(decoded), query: new URLSearchParams(query) }
}

type Query = Readonly<Record<string, string | undefined>>

export function linkTo(path: readonly string[], query: Query = {}): string {
  const given = new URLSearchParams(Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''))
  const asked = given.toString()
  return `#/${path.map(encodeURIComponent).join('/')}${asked === '' ? '' : `?${asked}`}`
}

export function go(path: readonly string[], query: Query = {}): void {
  location.hash = linkTo(path, query)
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const moved = (): void => setHash(location.hash)
    addEventListener('hashchange', moved)
    return () => removeEventListener('hashchange', moved)
  }, [])
  return placeOf(hash)
}

// Links by the name of a record, "CC/NUMBER".
export const certificateLink = (name: string, query: Query = {}): string => linkTo(['certificate', ...name.split('/')], query)
export const operatorLink = (name: string, query: Query = {}): string => linkTo(['operator', ...name.split('/')], query)
