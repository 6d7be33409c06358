// SPDX-License-Identifier: Apache-2.0
// The way through pages that each name the next one.
import { useSpeech } from '../language/language'

// `after` holds where the pages begin that were turned so far; nothing of it is the first page.
interface Props {
  readonly after: readonly string[]
  readonly next: string | undefined
  readonly turn: (after: readonly string[]) => void
}

export function Pager({ after, next, turn }: Props) {
  const { words } = useSpeech()
  return (
    <p class="actions">
      {after.length > 0 ? (
        <button type="button" onClick={() => turn(after.slice(0, -1))}>
          {words.lists.back}
        </button>
      ) : null}
      {next === undefined ? null : (
        <button type="button" onClick={() => turn([...after, next])}>
          {words.more}
        </button>
      )}
    </p>
  )
}
