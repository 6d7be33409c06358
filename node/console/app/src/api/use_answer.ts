// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'preact/hooks'
import { ask } from './client'

export interface Asked<Answer> {
  readonly answer?: Answer
  readonly fault?: unknown
  readonly loading: boolean
}

// Asks whenever the path or `when` changes. The earlier answer to the same path stays until the new one is there.
export function useAnswer<Answer>(path: string | undefined, when: number | string = 0): Asked<Answer> {
  const [state, setState] = useState<Asked<Answer> & { readonly of?: string }>({ loading: path !== undefined })
  useEffect(() => {
    if (path === undefined) {
      setState({ loading: false })
      return
    }
    const cancel = new AbortController()
    setState((before) => (before.of === path ? { ...before, loading: true } : { of: path, loading: true }))
    ask<Answer>(path, cancel.signal).then(
      (answer) => setState({ of: path, answer, loading: false }),
      (fault: unknown) => {
        if (!cancel.signal.aborted) setState({ of: path, fault, loading: false })
      },
    )
    return () => cancel.abort()
  }, [path, when])
  return state.of === path ? state : { loading: path !== undefined }
}
