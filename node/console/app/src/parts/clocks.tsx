// SPDX-License-Identifier: Apache-2.0
// The two clocks of a question: valid on, known at.
import { useSpeech } from '../language/language'
import { Text } from './pieces'

interface Clocks {
  readonly on: string
  readonly knownAt: string
  readonly set: (on: string, knownAt: string) => void
}

// A number is a height; everything else is an instant or a day, which the node reads.
export function TwoClocks({ on, knownAt, set }: Clocks) {
  const { words } = useSpeech()
  return (
    <div class="fields">
      <Text label={words.field.day} type="date" value={on} set={(day) => set(day, knownAt)} />
      <Text label={words.field.known_at} value={knownAt} set={(known) => set(on, known.trim())} />
    </div>
  )
}
