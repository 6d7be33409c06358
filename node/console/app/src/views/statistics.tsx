// SPDX-License-Identifier: Apache-2.0
// Figures that administrations stated of their programmes, month by month, beside what the ledger came to.
import { useState } from 'preact/hooks'
import type { StatisticsAnswer, StatisticsItem } from '../api/answers'
import { address } from '../api/client'
import { useAnswer } from '../api/use_answer'
import { useSpeech } from '../language/language'
import { Choice, Table, Waiting } from '../parts/pieces'
import { SaveFrom } from '../parts/save'
import { linkTo } from '../router'
import { useSession } from '../session'

const MOST = 500
const FIGURES = ['active', 'suspended', 'granted', 'ended', 'applications', 'refused'] as const

export function Statistics() {
  const { words, act } = useSpeech()
  const { live, members } = useSession()
  const [issuer, setIssuer] = useState('')
  const [mismatch, setMismatch] = useState('')
  const query = { issuer, mismatch }
  const asked = useAnswer<StatisticsAnswer>(address('/v1/statistics', { ...query, limit: MOST }), live.height)
  const differs = (row: StatisticsItem, name: string): boolean => row.differs.includes(name)
  return (
    <section>
      <h1>{words.statistics.title}</h1>
      <p class="hint">{words.statistics.hint}</p>
      <p class="actions">
        <a class="button" href={linkTo(['about'], { kind: 'programme_statistics' })}>
          {act('programme_statistics')}
        </a>
      </p>
      <div class="fields">
        <Choice
          label={words.field.issuer}
          value={issuer}
          set={setIssuer}
          options={[['', words.indicators.all] as const, ...members.map((member) => [member.administration, `${member.administration} ${member.name}`] as const)]}
        />
        <Choice
          label={words.statistics.which}
          value={mismatch}
          set={setMismatch}
          options={[
            ['', words.indicators.all],
            ['1', words.statistics.mismatch],
          ]}
        />
      </div>
      <Waiting asked={asked}>
        {(answer) => (
          <>
            <p>
              {words.work.total(answer.total)} <SaveFrom path={address('/v1/statistics', query)} rows name="statistics.csv" text="CSV" />
            </p>
            <Table<StatisticsItem>
              caption={words.statistics.title}
              rows={[...answer.items].reverse()}
              columns={[
                { head: words.field.month, day: true, cell: (row) => row.month },
                { head: words.field.issuer, cell: (row) => row.issuer },
                ...FIGURES.map((name) => ({
                  head: words.field[name],
                  number: true,
                  cell: (row: StatisticsItem) =>
                    differs(row, name) ? (
                      <span class="bad">
                        {row.stated[name]} <small>({words.statistics.ledger(row.on_ledger[name])})</small>
                      </span>
                    ) : (
                      row.stated[name]
                    ),
                })),
              ]}
            />
          </>
        )}
      </Waiting>
    </section>
  )
}
