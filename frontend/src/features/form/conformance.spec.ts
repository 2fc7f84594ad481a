// @vitest-environment node
//
// The table that the Go test of forms/schema reads: same definitions, same data,
// same verdict and same keys.
import { describe, expect, it } from 'vitest'

import rows from '../../../../forms/schema/testdata/conformance.json'
import messages from '../../../../forms/schema/messages.json'
import type { Field } from '../../bridge'
import { prove } from './check'
import { schemaOf } from './schema'
import { told } from './words'

interface Case {
  given: Record<string, unknown>
  out?: Record<string, unknown>
  problems?: { path: string; key: string }[]
}

describe.each(rows as unknown as { name: string; fields: Field[]; schema: unknown; today: string; divisions?: string[]; cases: Case[] }[])('$name', (row) => {
  it('has the schema that the program has', () => expect(schemaOf(row.fields)).toEqual(row.schema))
  it.each(row.cases)('judges $given', ({ given, out, problems }) => {
    const division = row.divisions ? (code: string) => row.divisions?.includes(code) ?? false : undefined
    const got = prove(row.fields, given, { today: row.today, division })
    expect(got.faults.map(({ path, key }) => ({ path, key }))).toEqual(problems ?? [])
    if (!problems) expect(got.values).toEqual(out ?? {})
    for (const f of got.faults) expect(told(undefined, f, '').what).not.toBe('')
  })
})

it('has words for everything', () => {
  for (const m of Object.values(messages)) expect(m.zh && m.fix_zh).toBeTruthy()
})
