import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { parseQuery } from '../../src/sql/index.ts'

let engine: DuckdbEngine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

const TYPES = ['INT', 'BIGINT', 'DECIMAL(10,2)', 'DECIMAL(38,0)', 'DATE', 'TIMESTAMP', 'TIMESTAMP_NTZ']

/** Texts close to what the types take: the cases on which DuckDB's casts and Spark's part ways. */
const TEXTS = [
  '',
  ' ',
  '1',
  '-1',
  '+1',
  '01',
  '1.0',
  '1.5',
  '1.005',
  ' 7 ',
  '1e3',
  '1_000',
  '0x1F',
  '2147483648',
  '99999999.995',
  '2024-02-29',
  '2023-02-29',
  '2024-2-9',
  '2024',
  '2024-02',
  '0000-01-01',
  '9999-12-31',
  '10000-01-01',
  '-0001-01-01',
  '2024-02-29 12:34:56',
  '2024-02-29T12:34:56Z',
  '2024-02-29 12:34:56.123456',
  '2024-02-29 12:34:56.1234567',
  '2024-02-29 24:00:00',
  '2024-02-29T24:00:00Z',
  '2024-02-29 12:34',
  '2024-02-29 12',
  '2024-02-29 7:5:3',
  '2024-02-29 12:34:56+01:00',
  '2024-02-29 12:34:56 UTC',
  '2024-02-29 12:34:56 Europe/Berlin',
  '2024-02-29 12:34:60',
  'epoch',
  'infinity',
  '-infinity',
  'now',
  'today',
  '2024-02-29 (BC)',
  '2024-02-29 12:34:56 BC',
  'abcd-ef-gh',
  'NULL',
  '12:34:56',
  '2024-02-29x',
  '20240229',
  '2024/02/29',
  '２０２４',
]

/** Casts of a bare column take the quick way, those of a computed text the exact one. */
async function expectSame(texts: readonly string[]): Promise<void> {
  const rows = texts.map((text) => `('${text.replaceAll("'", "\\'")}')`).join(', ')
  const columns = TYPES.flatMap((type) => [
    `CAST(try_cast(s AS ${type}) AS STRING)`,
    `CAST(try_cast(concat(s, '') AS ${type}) AS STRING)`,
  ])
  const session = await engine.openSession({ timestampMicros: 0n, ansi: true })
  const answer = await session.rows(parseQuery(`SELECT s, ${columns.join(', ')} FROM VALUES ${rows} AS t(s)`))
  await session.close()
  for (const [text, ...values] of answer) {
    const pairs = TYPES.map((type, i) => [type, values[2 * i], values[2 * i + 1]])
    expect([text, ...pairs.map(([type, quick]) => [type, quick])]).toEqual([
      text,
      ...pairs.map(([type, , exact]) => [type, exact]),
    ])
  }
}

test('the quick cast of a column gives what the exact one gives', () => expectSame(TEXTS))

test('also for texts that are one edit away from a usual one', async () => {
  const usual = fc.constantFrom('2024-02-29 12:34:56.123', '2024-02-29', '-12345.67', '123456789012')
  const edited = fc
    .tuple(usual, fc.nat(24), fc.constantFrom('', '0', '9', '-', ':', ' ', '.', 'T', 'Z', 'e', '_', '+'))
    .map(([text, at, char]) => text.slice(0, at) + char + text.slice(at + 1))
  const property = fc.asyncProperty(fc.array(edited, { minLength: 50, maxLength: 50 }), expectSame)
  await fc.assert(property, { numRuns: 20 })
})
