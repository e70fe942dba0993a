import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/delta.ts'
import { CASES, type InteropCase } from './cases.ts'
import { Own, type SparkSql } from './own.ts'
import { hasSpark, type Spark, startSpark } from './peer.ts'

const folder = temporaryFolder()
const own = new Own()
let spark: Spark

beforeAll(() => {
  if (hasSpark) spark = startSpark()
})
afterAll(async () => {
  spark?.close()
  await own.close()
  folder.remove()
})

/** Both systems find the same rows in a table, all of them and by each condition. Gives the rows. */
async function sameRows(table: string, { predicates }: InteropCase): Promise<string[]> {
  const rows = await own.rows(`SELECT * FROM ${table}`)
  expect(rows).toEqual(await spark.rows(`SELECT * FROM ${table}`))
  const counts = predicates.map((each) => `SELECT count(*) FROM ${table} WHERE ${each}`).join(' UNION ALL ')
  expect(await own.rows(counts)).toEqual(await spark.rows(counts))
  return rows
}

/** What a system does to a table, with rows from ids on that are not there yet. */
const changes = (t: string, from: number, each: InteropCase): readonly string[] => [
  `INSERT INTO ${t} ${each.append(from)}`,
  `UPDATE ${t} SET ${each.set} WHERE id % 2 = 1`,
  `MERGE INTO ${t} AS t USING (SELECT * FROM (${each.append(from + 1)}) WHERE id <= ${from + 10}) AS s ON t.id = s.id
     WHEN MATCHED AND s.id % 3 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET ${each.merge?.update ?? '*'}
     WHEN NOT MATCHED THEN INSERT ${each.merge?.insert ?? '*'}`,
  `DELETE FROM ${t} WHERE id = ${from} OR id = 2`,
  `OPTIMIZE ${t}`,
  `VACUUM ${t} RETAIN 0 HOURS`,
]

/** One system makes a table, the other changes it, the first changes it again; both read it each time. */
async function takeTurns(maker: SparkSql, other: SparkSql, t: string, each: InteropCase): Promise<string[]> {
  await maker.run(each.create(t))
  await sameRows(t, each)
  await other.run(changes(t, 1000, each))
  await sameRows(t, each)
  await maker.run(changes(t, 2000, each))
  return sameRows(t, each)
}

describe.skipIf(!hasSpark)('tables that Spark and this system change in turns', () => {
  describe.each(CASES.map((each) => [each.name, each]))('%s', (name, each) => {
    const table = (maker: string) => `delta.\`${join(folder.path, `${name} of ${maker}`)}\``
    let rowsOfSpark: string[] | undefined

    it('made by Spark', async () => {
      rowsOfSpark = await takeTurns(spark, own, table('Spark'), each)
    }, 600_000)

    it('made here, with the same rows in the end', async () => {
      expect(await takeTurns(own, spark, table('ours'), each)).toEqual(rowsOfSpark)
    }, 600_000)
  })
})
