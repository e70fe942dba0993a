import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { rowObject } from '../../src/delta-table/rows/table-row.ts'
import { runScript } from '../../src/delta-table/statements/run-statement.ts'
import { Workspace } from '../../src/delta-table/workspace.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { LazyEngine } from '../../src/engine/lazy-engine.ts'
import { freshPath } from './test-folder.ts'

const engine = new LazyEngine(() => openDuckdbEngine({ threads: 2 }))

afterAll(() => engine.close())

/** The rows of the last statement; `t` and `u` stand for the paths of two tables of the test. */
function tables() {
  const [t, u] = [`delta.\`${freshPath()}\``, `delta.\`${freshPath()}\``]
  const workspace = new Workspace({ engine, folder: '/' })
  return async (text: string) => {
    let rows: unknown[] = []
    const named = text.replaceAll('{t}', t).replaceAll('{u}', u)
    for await (const { schema, chunks } of runScript(named, workspace)) {
      rows = []
      for await (const chunk of chunks) rows.push(...chunk.map((row) => rowObject(row, schema)))
    }
    return rows
  }
}

describe('INSERT', () => {
  test('columns are matched by position, by the names that are listed, or by name', async () => {
    const run = tables()
    await run('CREATE TABLE {t} (a INT, b STRING)')
    await run("INSERT INTO {t} SELECT 1 AS b, 'one' AS a")
    await run("INSERT INTO {t} (b, a) VALUES ('two', 2)")
    await run("INSERT INTO {t} BY NAME SELECT 'three' AS b, 3 AS a")
    await run('INSERT INTO {t} (a) VALUES (4)')
    expect(await run('SELECT * FROM {t} ORDER BY a')).toEqual([
      { a: 1, b: 'one' },
      { a: 2, b: 'two' },
      { a: 3, b: 'three' },
      { a: 4, b: null },
    ])
  })

  test('too few and too many columns are refused', async () => {
    const run = tables()
    await run('CREATE TABLE {t} (a INT, b STRING)')
    await expect(run('INSERT INTO {t} VALUES (1)')).rejects.toMatchObject({
      condition: 'INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS',
      parameters: { tableColumns: 'a, b', dataColumns: 'col1' },
    })
    await expect(run("INSERT INTO {t} (a) VALUES (1, 'x')")).rejects.toMatchObject({
      condition: 'INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS',
    })
  })

  test('WITH SCHEMA EVOLUTION adds columns', async () => {
    const run = tables()
    await run('CREATE TABLE {t} (a INT)')
    await run('INSERT WITH SCHEMA EVOLUTION INTO {t} BY NAME SELECT 1 AS a, true AS new')
    expect(await run('SELECT * FROM {t}')).toEqual([{ a: 1, new: true }])
  })

  test('OVERWRITE of a partition leaves the others, dynamically those that are not written', async () => {
    const run = tables()
    await run('CREATE TABLE {t} (n INT, day STRING) PARTITIONED BY (day)')
    await run("INSERT INTO {t} VALUES (1, 'mon'), (2, 'tue'), (3, 'wed')")
    await run("INSERT OVERWRITE {t} PARTITION (day = 'mon') VALUES (10)")
    await run(`SET spark.sql.sources.partitionOverwriteMode = dynamic;
      INSERT OVERWRITE {t} VALUES (20, 'tue')`)
    expect(await run('SELECT * FROM {t} ORDER BY n')).toEqual([
      { n: 3, day: 'wed' },
      { n: 10, day: 'mon' },
      { n: 20, day: 'tue' },
    ])
  })

  test('DEFAULT in VALUES is the default of its column', async () => {
    const run = tables()
    await run("CREATE TABLE {t} (a INT DEFAULT 7, b STRING DEFAULT 'x')")
    await run("INSERT INTO {t} VALUES (DEFAULT, 'y'), (1, DEFAULT)")
    expect(await run('SELECT * FROM {t} ORDER BY ALL')).toEqual([
      { a: 1, b: 'x' },
      { a: 7, b: 'y' },
    ])
  })
})

test('conditions and values of UPDATE, DELETE and MERGE may read other tables', async () => {
  const run = tables()
  await run('CREATE TABLE {t} AS SELECT * FROM VALUES (1, 0), (2, 0), (3, 0) AS v(id, n)')
  await run('CREATE TABLE {u} AS SELECT 2 AS id, 5 AS n')
  await run('UPDATE {t} SET n = 9 WHERE id IN (SELECT id FROM {u})')
  await run('DELETE FROM {t} AS x WHERE EXISTS (SELECT 1 FROM {u} AS y WHERE y.id + 1 = x.id)')
  const merged = await run(`MERGE INTO {t} AS x USING {u} AS y ON x.id = y.id
    WHEN MATCHED THEN UPDATE SET n = x.n + y.n`)
  expect(merged).toEqual([
    { num_affected_rows: 1n, num_updated_rows: 1n, num_deleted_rows: 0n, num_inserted_rows: 0n },
  ])
  expect(await run('SELECT * FROM {t} ORDER BY ALL')).toEqual([
    { id: 1, n: 0 },
    { id: 2, n: 14 },
  ])
  const [{ operationParameters }] = (await run('DESCRIBE HISTORY {t} LIMIT 3')).slice(-1) as [
    { operationParameters: Map<string, string> },
  ]
  expect(operationParameters.get('predicate')).toMatch(/^\["id IN \(SELECT id FROM delta\.`.*`\)"\]$/)
})

test('columns may be qualified with the path of their table', async () => {
  const run = tables()
  await run('CREATE TABLE {t} AS SELECT * FROM VALUES (1, 0), (2, 0), (3, 0), (4, 0) AS v(id, n)')
  await run('CREATE TABLE {u} AS SELECT * FROM VALUES (2, 5), (3, 6) AS v(id, n)')
  await run('UPDATE {t} SET {t}.n = {t}.id + 10 WHERE {t}.id = 1')
  await run('DELETE FROM {t} WHERE {t}.id > 3 AND NOT EXISTS (SELECT 1 FROM {u} WHERE {u}.id = {t}.id)')
  await run(`MERGE INTO {t} USING {u} AS s ON {t}.id = s.id
    WHEN MATCHED AND {t}.id = 2 THEN DELETE WHEN MATCHED THEN UPDATE SET {t}.n = {t}.n + s.n`)
  expect(
    await run('SELECT {t}.id, {t}.n, {u}.n AS m FROM {t} LEFT JOIN {u} ON {t}.id = {u}.id ORDER BY 1'),
  ).toEqual([
    { id: 1, n: 11, m: null },
    { id: 3, n: 6, m: 6 },
  ])
  await expect(run('DELETE FROM {t} AS x WHERE {t}.id = 1')).rejects.toMatchObject({
    condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
  })
})

test('an older version is read without a look at the newest', async () => {
  const path = freshPath()
  const run = tables()
  await run(`CREATE TABLE delta.\`${path}\` (a INT)`)
  await run(`INSERT INTO delta.\`${path}\` VALUES (1)`)
  await run(`INSERT INTO delta.\`${path}\` VALUES (2)`)
  writeFileSync(join(path, '_delta_log/00000000000000000002.json'), '{"commitInfo":{"timest')
  expect(await run(`SELECT * FROM delta.\`${path}\` VERSION AS OF 1`)).toEqual([{ a: 1 }])
  await expect(run(`SELECT * FROM delta.\`${path}\``)).rejects.toMatchObject({
    condition: 'DELTA_INVALID_LOG_FILE',
  })
})

test('a subquery of a value may group a table by what it computes', async () => {
  const run = tables()
  await run('CREATE TABLE {t} (n INT)')
  await run('INSERT INTO {t} VALUES (1), (2), (3)')
  expect(
    await run('SELECT (SELECT count(*) FROM (SELECT n % 2, count(*) FROM {t} GROUP BY n % 2)) AS groups'),
  ).toEqual([{ groups: 2n }])
})

describe('definitions', () => {
  test('SHOW CREATE TABLE makes the same table', async () => {
    const run = tables()
    await run(`CREATE TABLE {t} (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2),
      a INT NOT NULL COMMENT 'it''s', b INT DEFAULT 3, c INT GENERATED ALWAYS AS (a + 1))
      CLUSTER BY (a) COMMENT 'all' TBLPROPERTIES ('x.y' = 'z')`)
    const [{ createtab_stmt }] = (await run('SHOW CREATE TABLE {t}')) as [{ createtab_stmt: string }]
    await run(createtab_stmt.replace(/delta\.`[^`]+`/, '{u}'))
    for (const what of ['DESCRIBE', 'SHOW TBLPROPERTIES']) {
      expect(await run(`${what} {u}`)).toEqual(await run(`${what} {t}`))
    }
    await run('INSERT INTO {u} (a) VALUES (1)')
    expect(await run('SELECT * FROM {u}')).toEqual([{ id: 5n, a: 1, b: 3, c: 2 }])
  })

  test('LIKE takes columns, partitioning and properties, and no rows', async () => {
    const run = tables()
    await run(`CREATE TABLE {t} (a INT DEFAULT 3, day DATE) PARTITIONED BY (day)
      TBLPROPERTIES ('delta.columnMapping.mode' = 'name', owner = 'me')`)
    await run("INSERT INTO {t} VALUES (1, DATE'2026-01-31')")
    await run('CREATE TABLE {u} LIKE {t}; INSERT INTO {u} (a) VALUES (DEFAULT)')
    expect(await run('SELECT * FROM {u}')).toEqual([{ a: 3, day: null }])
    const [{ properties, partitionColumns }] = (await run('DESCRIBE DETAIL {u}')) as [Record<string, unknown>]
    expect(Object.fromEntries(properties as Map<string, string>)).toEqual({
      'delta.columnMapping.maxColumnId': '2',
      'delta.columnMapping.mode': 'name',
      owner: 'me',
    })
    expect(partitionColumns).toEqual(['day'])
  })

  test('several changes of columns in one ALTER', async () => {
    const run = tables()
    await run(`CREATE TABLE {t} (a INT, b INT) TBLPROPERTIES ('delta.enableTypeWidening' = 'true')`)
    await run("ALTER TABLE {t} ALTER COLUMN a TYPE BIGINT, b COMMENT 'second'")
    await run('ALTER TABLE {t} CHANGE COLUMN b FIRST')
    await run('ALTER TABLE {t} ADD COLUMNS (c STRUCT<x: INT> AFTER b); ALTER TABLE {t} ADD COLUMN c.y STRING')
    await run("COMMENT ON TABLE {t} IS 'whole'; COMMENT ON COLUMN {t}.a IS 'first'")
    expect(await run('DESCRIBE {t}')).toEqual([
      { col_name: 'b', data_type: 'int', comment: 'second' },
      { col_name: 'c', data_type: 'struct<x:int,y:string>', comment: null },
      { col_name: 'a', data_type: 'bigint', comment: 'first' },
    ])
    const [{ description }] = (await run('DESCRIBE DETAIL {t}')) as [{ description: string }]
    expect(description).toBe('whole')
  })

  test('features are added and dropped; their history stays', async () => {
    const run = tables()
    await run('CREATE TABLE {t} (n INT); ALTER TABLE {t} ADD FEATURE deletionVectors')
    const features = async () => {
      const [{ tableFeatures }] = (await run('DESCRIBE DETAIL {t}')) as [{ tableFeatures: string[] }]
      return tableFeatures
    }
    expect(await features()).toContain('deletionVectors')
    await expect(run('ALTER TABLE {t} DROP FEATURE deletionVectors TRUNCATE HISTORY')).rejects.toMatchObject({
      condition: 'UNSUPPORTED_FEATURE.CLAUSE',
      parameters: { clause: 'TRUNCATE HISTORY' },
    })
    await run('ALTER TABLE {t} DROP FEATURE deletionVectors')
    expect(await features()).not.toContain('deletionVectors')
  })

  test('a folder of Parquet files becomes a table', async () => {
    const run = tables()
    const path = freshPath()
    await run(`CREATE TABLE delta.\`${path}\` (n INT, day DATE) PARTITIONED BY (day)`)
    await run(`INSERT INTO delta.\`${path}\` VALUES (1, DATE'2026-01-31')`)
    rmSync(`${path}/_delta_log`, { recursive: true })
    await run(`CONVERT TO DELTA parquet.\`${path}\` PARTITIONED BY (day DATE)`)
    expect(await run(`SELECT * FROM delta.\`${path}\``)).toEqual([{ n: 1, day: '2026-01-31' }])
  })
})

describe('maintenance', () => {
  test('OPTIMIZE of a partition, REORG after deletions, VACUUM', async () => {
    const run = tables()
    await run(`CREATE TABLE {t} (n INT, day STRING) PARTITIONED BY (day)
      TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')`)
    for (const n of [1, 2, 3]) await run(`INSERT INTO {t} VALUES (${n}, 'mon'), (${n}, 'tue')`)
    const optimized = await run("OPTIMIZE {t} WHERE day = 'mon'")
    expect(optimized).toMatchObject([{ metrics: { numFilesRemoved: 3n, numFilesAdded: 1n } }])
    await run("DELETE FROM {t} WHERE day = 'mon' AND n = 2")
    expect(await run('REORG TABLE {t} APPLY (PURGE)')).toMatchObject([
      { metrics: { numFilesRemoved: 1n, numFilesAdded: 1n } },
    ])
    expect(await run('VACUUM {t} DRY RUN')).toEqual([])
    expect(await run('SELECT count(*) AS n FROM {t}')).toEqual([{ n: 5n }])
  })

  test('ANALYZE TABLE gives files the statistics that they lack; of DELTA statistics, all files theirs anew', async () => {
    const run = tables()
    await run(`CREATE TABLE {t} (a INT, b INT) TBLPROPERTIES ('delta.dataSkippingStatsColumns' = 'a');
      INSERT INTO {t} VALUES (1, 2);
      ALTER TABLE {t} SET TBLPROPERTIES ('delta.dataSkippingStatsColumns' = 'b')`)
    const operations = async () =>
      ((await run('DESCRIBE HISTORY {t}')) as { operation: string }[]).map((each) => each.operation)
    await run('ANALYZE TABLE {t} COMPUTE STATISTICS')
    expect((await operations())[0]).toBe('SET TBLPROPERTIES')
    await run('ANALYZE TABLE {t} COMPUTE DELTA STATISTICS')
    expect((await operations())[0]).toBe('COMPUTE STATS')
    expect(await run('SELECT * FROM {t}')).toEqual([{ a: 1, b: 2 }])
  })

  test('DESCRIBE HISTORY has Delta Lake’s columns', async () => {
    const run = tables()
    await run('CREATE TABLE {t} (n INT)')
    const [entry] = (await run('DESCRIBE HISTORY {t}')) as [Record<string, unknown>]
    expect(Object.keys(entry)).toEqual(
      (
        'version timestamp userId userName operation operationParameters job notebook clusterId readVersion ' +
        'isolationLevel isBlindAppend operationMetrics userMetadata engineInfo'
      ).split(' '),
    )
  })
})

test('a misspelt key of Spark’s configuration is an error', async () => {
  await expect(tables()('SET spark.sql.ansi.enable = true')).rejects.toMatchObject({
    condition: 'SQL_CONF_NOT_FOUND',
    parameters: { suggestion: "Did you mean 'spark.sql.ansi.enabled'?" },
  })
})

test('statements run in order and stop at the first error', async () => {
  const run = tables()
  await run('CREATE TABLE {t} (n INT)')
  const three = 'INSERT INTO {t} VALUES (1); INSERT INTO {t} VALUES (1 / 0); INSERT INTO {t} VALUES (3)'
  await expect(run(three)).rejects.toMatchObject({ condition: 'DIVIDE_BY_ZERO' })
  expect(await run('SELECT * FROM {t}')).toEqual([{ n: 1 }])
  await expect(run('INSERT INTO {t} VALUES (4); INSRT INTO {t} VALUES (5)')).rejects.toMatchObject({
    condition: 'PARSE_SYNTAX_ERROR',
  })
  expect(await run('SELECT * FROM {t}')).toEqual([{ n: 1 }])
})
