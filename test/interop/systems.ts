import { expect } from 'vitest'
import type { Own } from './own.ts'
import type { Spark } from './peer.ts'

/** What the tests against Spark share: one Spark for all of them. */
export interface Systems {
  readonly own: Own
  /** Started before the first test. */
  readonly spark: () => Spark
  /** An absolute path for a table. */
  readonly path: (name: string) => string
}

/** All rows of a table and the number of those that meet each condition are the same in both systems. Gives the rows. */
export async function sameRows(
  { own, spark }: Systems,
  table: string,
  predicates: readonly string[] = [],
): Promise<string[]> {
  const rows = await own.rows(`SELECT * FROM ${table}`)
  expect(rows).toEqual(await spark().rows(`SELECT * FROM ${table}`))
  if (predicates.length === 0) return rows
  const counts = predicates
    .map((each) => `SELECT count(*) AS n FROM ${table} WHERE ${each}`)
    .join(' UNION ALL ')
  expect(await own.rows(counts)).toEqual(await spark().rows(counts))
  return rows
}
