import { describe, expect, it } from 'vitest'
import { CASES, type InteropCase } from './cases.ts'
import type { SparkSql } from './own.ts'
import { type Systems, sameRows } from './systems.ts'

/** Each feature's table is made by one system, changed by the other, and changed by the first again. */
export function describeTurns(systems: Systems): void {
  const { own, spark, path } = systems

  /** Both systems read the table each time. Gives the rows in the end. */
  async function takeTurns(
    maker: SparkSql,
    other: SparkSql,
    t: string,
    each: InteropCase,
  ): Promise<string[]> {
    await maker.run(each.create(t))
    await sameRows(systems, t)
    await other.run(changes(t, 1000, each))
    await sameRows(systems, t, each.predicates)
    await maker.run(newRows(t, 2000, each))
    return sameRows(systems, t)
  }

  describe.each(CASES.map((each) => [each.name, each]))('%s', (name, each) => {
    const table = (maker: string) => `delta.\`${path(`${name} of ${maker}`)}\``
    let rowsOfSpark: string[] | undefined

    it('made by Spark', async () => {
      rowsOfSpark = await takeTurns(spark(), own, table('Spark'), each)
    }, 600_000)

    it('made here, with the same rows in the end', async () => {
      expect(await takeTurns(own, spark(), table('ours'), each)).toEqual(rowsOfSpark)
    }, 600_000)
  })
}

/** What a system does to a table, with rows from ids on that are not there yet. */
const changes = (t: string, from: number, each: InteropCase): readonly string[] => [
  ...newRows(t, from, each),
  `UPDATE ${t} SET ${each.set} WHERE id % 2 = 1`,
  `DELETE FROM ${t} WHERE id = ${from} OR id = 2`,
  `OPTIMIZE ${t}`,
  `VACUUM ${t} RETAIN 0 HOURS`,
]

/** Rows that are appended, and some of them merged. */
const newRows = (t: string, from: number, each: InteropCase): readonly string[] => [
  `INSERT INTO ${t} ${each.append(from)}`,
  `MERGE INTO ${t} AS t USING (SELECT * FROM (${each.append(from + 1)}) WHERE id <= ${from + 10}) AS s ON t.id = s.id
     WHEN MATCHED AND s.id % 3 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET ${each.merge?.update ?? '*'}
     WHEN NOT MATCHED THEN INSERT ${each.merge?.insert ?? '*'}`,
]
