import { describe, expect, it } from 'vitest'
import { TestPipeline } from '../support/test-pipeline.ts'
import { VARIANT } from './cases.ts'
import type { SparkSql } from './own.ts'
import { type Systems, sameRows } from './systems.ts'

/** Version and operation of each commit. */
async function operations(system: SparkSql, t: string): Promise<unknown[]> {
  const rows = (await system.rows(`DESCRIBE HISTORY ${t}`)).map((row) => JSON.parse(row) as unknown[])
  return rows.map(([version, , , , operation]) => [version, operation])
}

/** What features promise beyond a table's rows, seen from the other system. */
export function describeFeatures(systems: Systems): void {
  const { own, spark, path } = systems

  describe('a change feed', () => {
    it.each(['Spark', 'ours'])(
      'of %s is the same in both systems, version by version',
      async (maker) => {
        const place = path(`feed of ${maker}`)
        const t = `delta.\`${place}\``
        const system = maker === 'Spark' ? spark() : own
        await system.run([
          `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
          `INSERT INTO ${t} VALUES (1, 'a'), (2, 'b'), (3, 'c')`,
          `UPDATE ${t} SET x = 'updated' WHERE id = 2`,
          `DELETE FROM ${t} WHERE id = 3`,
          `MERGE INTO ${t} AS t USING (SELECT id, 'merged' AS x FROM range(2, 5)) AS s ON t.id = s.id
           WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
          `OPTIMIZE ${t}`,
          `ALTER TABLE ${t} SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')`,
          `DELETE FROM ${t} WHERE id = 4`,
          `INSERT OVERWRITE ${t} VALUES (9, 'last')`,
        ])
        const feed = `SELECT * EXCEPT (_commit_timestamp) FROM table_changes_by_path('${place}', 1)`
        const rows = await own.rows(feed)
        expect(rows).toHaveLength(15)
        expect(rows).toEqual(await spark().rows(feed))
      },
      600_000,
    )
  })

  describe('row ids', () => {
    it.each(['Spark', 'ours'])(
      'that %s gave outlive what the other does to the rows',
      async (maker) => {
        const t = `delta.\`${path(`row ids of ${maker}`)}\``
        const [first, second] = maker === 'Spark' ? [spark(), own] : [own, spark()]
        await first.run([
          `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA TBLPROPERTIES ('delta.enableRowTracking' = 'true')`,
          `INSERT INTO ${t} SELECT id, 'a' FROM range(5)`,
          `INSERT INTO ${t} SELECT id, 'b' FROM range(5, 10)`,
        ])
        const ids = `SELECT id, _metadata.row_id FROM ${t} WHERE id BETWEEN 1 AND 9`
        const given = await spark().rows(ids)
        await second.run([
          `UPDATE ${t} SET x = 'updated' WHERE id % 2 = 0`,
          `DELETE FROM ${t} WHERE id = 0`,
          `MERGE INTO ${t} AS t USING (SELECT id, 'merged' AS x FROM range(8, 12)) AS s ON t.id = s.id
           WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
          `OPTIMIZE ${t}`,
        ])
        expect(await spark().rows(ids)).toEqual(given)
        const distinct = `SELECT count(DISTINCT _metadata.row_id) FROM ${t}`
        expect(await spark().rows(distinct)).toEqual(['["11"]'])
      },
      600_000,
    )
  })

  it('older versions are the same, and what is restored', async () => {
    const t = `delta.\`${path('versions')}\``
    await own.run([
      `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA`,
      `INSERT INTO ${t} SELECT id, 'a' FROM range(5)`,
      `DELETE FROM ${t} WHERE id = 3`,
    ])
    await spark().run([`UPDATE ${t} SET x = 'spark' WHERE id = 1`, `RESTORE TABLE ${t} TO VERSION AS OF 1`])
    await own.run([`DELETE FROM ${t}`, `RESTORE TABLE ${t} TO VERSION AS OF 3`])
    for (let version = 0; version <= 6; version++) await sameRows(systems, `${t} VERSION AS OF ${version}`)
    const history = await operations(spark(), t)
    expect(history).toHaveLength(7)
    expect(await operations(own, t)).toEqual(history)
  }, 600_000)

  it('a shallow clone of either is read by both', async () => {
    const source = `delta.\`${path('cloned')}\``
    await own.run([
      `CREATE TABLE ${source} (id BIGINT, p STRING) USING DELTA PARTITIONED BY (p)`,
      `INSERT INTO ${source} VALUES (1, 'a b'), (2, '%'), (3, NULL)`,
    ])
    const [ours, theirs] = [`delta.\`${path('clone of ours')}\``, `delta.\`${path('clone of Spark')}\``]
    await own.run([`CREATE TABLE ${ours} SHALLOW CLONE ${source}`])
    await spark().run([`CREATE TABLE ${theirs} SHALLOW CLONE ${source}`])
    expect(await sameRows(systems, ours)).toEqual(await sameRows(systems, theirs))
    await spark().run([`DELETE FROM ${ours} WHERE id = 1`])
    await own.run([`UPDATE ${theirs} SET id = id + 1`])
    expect(await sameRows(systems, ours)).toHaveLength(2)
    expect(await sameRows(systems, theirs)).toHaveLength(3)
  }, 600_000)

  it('variants of Spark are read as their JSON text, and kept by what is done here', async () => {
    const t = `delta.\`${path('variants')}\``
    await spark().run(VARIANT.create(t))
    await sameRows(systems, t, VARIANT.predicates)
    await own.run([
      `INSERT INTO ${t} SELECT id + 10, x, v FROM ${t}`,
      `UPDATE ${t} SET ${VARIANT.set} WHERE id % 2 = 1`,
      `DELETE FROM ${t} WHERE id = 2`,
      `OPTIMIZE ${t}`,
    ])
    expect(await sameRows(systems, t, VARIANT.predicates)).toHaveLength(11)
    await spark().run([`UPDATE ${t} SET ${VARIANT.set}`])
    await sameRows(systems, t)
  }, 600_000)

  it('tables of a pipeline are read, and its own upkeep leaves them readable', async () => {
    const pipeline = new TestPipeline({
      'sales.sql': `
        CREATE OR REFRESH STREAMING TABLE raw AS SELECT id, day, amount FROM STREAM read_files('data/sales', format => 'json',
          schema => 'id BIGINT, day DATE, amount DECIMAL(10, 2)');
        CREATE OR REFRESH STREAMING TABLE clustered CLUSTER BY (day) AS SELECT * FROM STREAM raw;
        CREATE OR REFRESH MATERIALIZED VIEW daily PARTITIONED BY (day) AS SELECT day, sum(amount) AS total FROM raw GROUP BY day;`,
    })
    try {
      for (let file = 0; file < 3; file++) {
        const rows = Array.from({ length: 4 }, (_, i) => ({
          id: file * 4 + i,
          day: `2026-01-0${i + 1}`,
          amount: `${i}.50`,
        }))
        pipeline.land(`sales/${file}.json`, ...rows)
        await pipeline.run()
      }
      const tables = ['raw', 'clustered', 'daily'].map((name) => `delta.\`${pipeline.folderOf(name)}\``)
      for (const t of tables) await sameRows(systems, t, [`day = DATE '2026-01-02'`])
      expect(await spark().rows(`SELECT count(*) FROM ${tables[0]}`)).toEqual(['["12"]'])
    } finally {
      await pipeline.close()
    }
  }, 600_000)
}
