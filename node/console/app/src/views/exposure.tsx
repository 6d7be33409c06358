// SPDX-License-Identifier: Apache-2.0
// Of an annulled certificate: on which days who had recognised it.
import { address, segments } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Table, Waiting } from '../parts/pieces'

interface Exposed {
  readonly recogniser: string
  readonly from: string
  readonly to: string
  readonly arrangements: readonly string[]
}
interface ExposureAnswer {
  readonly items: readonly Exposed[]
}

export function Exposure({ name, knownAt }: { readonly name: string; readonly knownAt: string }) {
  const { words } = useSpeech()
  const asked = useAnswer<ExposureAnswer>(address(`/v1/certificates/${segments(name)}/exposure`, { known_at: knownAt }))
  return (
    <>
      <h2>{words.certificate.exposure}</h2>
      <Waiting asked={asked}>
        {(answer) => (
          <Table<Exposed>
            caption={words.certificate.exposure}
            rows={answer.items}
            columns={[
              { head: words.field.recogniser, cell: (row) => row.recogniser },
              { head: words.certificate.from, day: true, cell: (row) => row.from },
              { head: words.certificate.to, day: true, cell: (row) => row.to },
              { head: words.field.arrangement, cell: (row) => row.arrangements.join(', ') },
            ]}
          />
        )}
      </Waiting>
    </>
  )
}
