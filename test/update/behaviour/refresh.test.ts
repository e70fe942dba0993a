import { rmSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'
import { isCondition } from '../../../src/errors/index.ts'
import type { UpdateSummary } from '../../../src/update/update-api.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const BRONZE = `
  CREATE STREAMING TABLE bronze AS
  SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT');`
const SILVER = `CREATE STREAMING TABLE silver AS SELECT id FROM STREAM(bronze);`

function statuses(summary: UpdateSummary): Record<string, string> {
  return Object.fromEntries(summary.datasets.map((each) => [each.name, each.status]))
}

function states(): string[] {
  return pipeline.events
    .map((event) => (event.details.update_progress as { state?: string } | undefined)?.state)
    .filter((state) => state !== undefined)
}

describe('refreshes', () => {
  test('a second run takes only the files that are new', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 }, { id: 2 })
    await pipeline.run()
    expect(states()).toEqual(['CREATED', 'INITIALIZING', 'SETTING_UP_TABLES', 'RUNNING', 'COMPLETED'])
    pipeline.land('orders/2.json', { id: 3 })
    const summary = await pipeline.run()
    expect(summary.datasets.map((each) => [each.name, each.rows_written])).toEqual([
      ['bronze', 1],
      ['silver', 1],
    ])
    expect(await pipeline.query('SELECT id FROM silver ORDER BY id')).toEqual([[1], [2], [3]])
  })

  test('only the selected tables run, the others are EXCLUDED and stay as they are', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 2 })
    expect(statuses(await pipeline.run({ refresh: ['bronze'] }))).toEqual({
      bronze: 'COMPLETED',
      silver: 'EXCLUDED',
    })
    expect(await pipeline.query('SELECT id FROM silver')).toEqual([[1]])
  })

  test('a flow whose checkpoint is reset reads its source again; its table keeps its rows', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER.replace('SELECT id', 'SELECT DISTINCT id'))
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 2 })
    const summary = await pipeline.run({ resetCheckpoints: ['silver'] })
    expect(states()).toContain('RESETTING')
    expect(summary.datasets.map((each) => [each.name, each.rows_written])).toEqual([
      ['bronze', 1],
      ['silver', 2],
    ])
    expect(await pipeline.query('SELECT id FROM silver ORDER BY id')).toEqual([[1], [1], [2]])
    expect(pipeline.events[1]!.details.create_update).toMatchObject({
      reset_checkpoint_selection: ['silver'],
    })
  })

  test('a full refresh empties the table, keeps its history and id, and reads the source again', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    const before = (await pipeline.table('bronze')).snapshot
    pipeline.land('orders/2.json', { id: 2 })
    await pipeline.run({ fullRefreshAll: true })
    expect(states()).toEqual([
      'CREATED',
      'INITIALIZING',
      'RESETTING',
      'SETTING_UP_TABLES',
      'RUNNING',
      'COMPLETED',
    ])
    const after = (await pipeline.table('bronze')).snapshot
    expect(after.metadata.id).toBe(before.metadata.id)
    expect(after.version).toBeGreaterThan(before.version)
    expect(await pipeline.query('SELECT id FROM silver ORDER BY id')).toEqual([[1], [2]])
  })

  test('a first update may be a full refresh: the next one goes on from it', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run({ fullRefreshAll: true })
    pipeline.land('orders/2.json', { id: 2 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM bronze ORDER BY id')).toEqual([[1], [2]])
    expect(await pipeline.query('SELECT id FROM silver ORDER BY id')).toEqual([[1], [2]])
  })

  test('a full refresh that stops between two tables is finished by the next update', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    const allow = await pipeline.forbidCommits('silver')
    await expect(pipeline.run({ fullRefreshAll: true })).rejects.toMatchObject({
      condition: 'DELTA_CONCURRENT_TRANSACTION',
    })
    expect(await pipeline.query('SELECT id FROM bronze')).toEqual([])
    allow()
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(states()).toContain('RESETTING')
    expect(await pipeline.query('SELECT id FROM silver')).toEqual([[1]])
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(states()).not.toContain('RESETTING')
  })

  test('a table that only takes appends is not fully refreshed, and goes on as it was', async () => {
    pipeline = new TestPipeline(BRONZE.replace('AS', "TBLPROPERTIES ('delta.appendOnly' = 'true') AS"))
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    await expect(pipeline.run({ fullRefreshAll: true })).rejects.toMatchObject({
      condition: 'DELTA_CANNOT_MODIFY_APPEND_ONLY',
      parameters: { table: 'main.shop.bronze' },
    })
    pipeline.land('orders/2.json', { id: 2 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM bronze ORDER BY id')).toEqual([[1], [2]])
  })

  test('a stream below a table that alone was fully refreshed fails, and says what to do', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    await pipeline.run({ fullRefresh: ['bronze'] })
    const summary = await pipeline.run()
    expect(statuses(summary)).toEqual({ bronze: 'COMPLETED', silver: 'FAILED' })
    expect(isCondition(summary.errors[0], 'DELTA_SOURCE_IGNORE_DELETE')).toBe(true)
  })

  test('a once flow runs in the first update and after a full refresh', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE orders;
      CREATE FLOW history AS INSERT INTO ONCE orders BY NAME SELECT * FROM VALUES (0) AS t(id);
      CREATE FLOW live AS INSERT INTO orders BY NAME
        SELECT id FROM STREAM read_files('data/orders', format => 'json', schema => 'id INT');`)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM orders ORDER BY id')).toEqual([[0], [1]])
    await pipeline.run({ fullRefresh: ['orders'] })
    expect(await pipeline.query('SELECT id FROM orders ORDER BY id')).toEqual([[0], [1]])
  })
})

describe('a failing flow', () => {
  test('skips those behind it and spares the others; the next run goes on from there', async () => {
    pipeline = new TestPipeline(`${BRONZE}
      CREATE STREAMING TABLE silver AS SELECT id, 10 / amount AS share FROM STREAM(bronze);
      CREATE MATERIALIZED VIEW gold AS SELECT count(*) AS n FROM silver;
      CREATE MATERIALIZED VIEW other AS SELECT count(*) AS n FROM bronze;`)
    pipeline.land('orders/1.json', { id: 1, amount: 0 })
    const summary = await pipeline.run()
    expect(summary.state).toBe('FAILED')
    expect(statuses(summary)).toEqual({
      bronze: 'COMPLETED',
      silver: 'FAILED',
      gold: 'SKIPPED',
      other: 'COMPLETED',
    })
    expect(summary.errors.map((each) => isCondition(each, 'DIVIDE_BY_ZERO'))).toEqual([true])
    pipeline.define(`${BRONZE}
      CREATE STREAMING TABLE silver AS SELECT id, try_divide(10, amount) AS share FROM STREAM(bronze);
      CREATE MATERIALIZED VIEW gold AS SELECT count(*) AS n FROM silver;
      CREATE MATERIALIZED VIEW other AS SELECT count(*) AS n FROM bronze;`)
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await pipeline.query('SELECT n FROM gold')).toEqual([[1]])
  })

  test('that is tried again with success counts as COMPLETED', async () => {
    pipeline = new TestPipeline(BRONZE)
    pipeline.land('orders/1.json', { id: 1 })
    const engine = await openDuckdbEngine({ threads: 1 })
    let attempts = 0
    const openEngine = async () => {
      attempts += 1
      if (attempts === 1) throw new Error('not now')
      return engine
    }
    const summary = await pipeline.run({}, { openEngine })
    expect([summary.state, statuses(summary), attempts]).toEqual(['COMPLETED', { bronze: 'COMPLETED' }, 2])
  })

  test('a stopped update ends as CANCELED, and the next one does the whole work', async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 })
    const stop = new AbortController()
    const summary = await pipeline.run(
      {},
      {
        signal: stop.signal,
        onEvent: (event) => {
          const progress = event.details.flow_progress as { status?: string } | undefined
          if (progress?.status === 'STARTING') stop.abort()
        },
      },
    )
    expect(summary.state).toBe('CANCELED')
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await pipeline.query('SELECT id FROM silver')).toEqual([[1]])
  })
})

describe('a table whose folder is gone', () => {
  const SNAPSHOTS = `
    CREATE STREAMING TABLE history;
    AUTO CDC INTO history FROM SNAPSHOT (SELECT * FROM bronze) KEYS (id) STORED AS SCD TYPE 2;`

  test.each([
    ['bronze', 'SELECT id FROM silver', [[1], [2]]],
    ['silver', 'SELECT id FROM silver', [[1], [2]]],
    ['history', 'SELECT id FROM history WHERE __END_AT IS NULL', [[1], [2]]],
  ])('%s is not taken for empty: it starts over when that is asked for', async (gone, query, rows) => {
    pipeline = new TestPipeline(BRONZE + SILVER + SNAPSHOTS)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    const folder = pipeline.folderOf(gone)
    rmSync(folder, { recursive: true })
    pipeline.land('orders/2.json', { id: 2 })
    for (let i = 0; i < 2; i++) {
      await expect(pipeline.run()).rejects.toMatchObject({
        condition: 'STREAMING_TABLE_MISSING',
        parameters: { tableName: `main.shop.${gone}`, folder },
        dataset: `main.shop.${gone}`,
        position: { file: 'definitions/pipeline.sql' },
      })
    }
    const below = gone === 'bronze' ? ['bronze', 'silver'] : [gone]
    expect((await pipeline.run({ fullRefresh: below })).state).toBe('COMPLETED')
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await pipeline.query(`${query} ORDER BY id`)).toEqual(rows)
  })

  test('is filled again where it is that of a view, or its flow starts over', async () => {
    pipeline = new TestPipeline(`${BRONZE}${SILVER} CREATE MATERIALIZED VIEW gold AS SELECT id FROM bronze;`)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    for (const name of ['silver', 'gold']) rmSync(pipeline.folderOf(name), { recursive: true })
    const { datasets } = await pipeline.run({ resetCheckpoints: ['silver'] })
    expect(datasets.find((each) => each.name === 'gold')).toMatchObject({
      technique: 'COMPLETE_RECOMPUTE',
      reason: 'DATA_FILE_MISSING',
      rows_written: 1,
    })
    for (const name of ['silver', 'gold']) {
      expect(await pipeline.query(`SELECT id FROM ${name}`)).toEqual([[1]])
    }
  })
})

describe('tables and their definitions', () => {
  test('comment, properties and new columns are altered in place', async () => {
    pipeline = new TestPipeline(BRONZE)
    pipeline.land('orders/1.json', { id: 1, amount: 5 })
    await pipeline.run()
    pipeline.define(`
      CREATE STREAMING TABLE bronze COMMENT 'As they came' TBLPROPERTIES ('quality' = 'bronze') AS
      SELECT *, id * 2 AS twice FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT');`)
    pipeline.land('orders/2.json', { id: 2, amount: 6 })
    await pipeline.run()
    const { metadata } = (await pipeline.table('bronze')).snapshot
    expect(metadata.description).toBe('As they came')
    expect(metadata.configuration.quality).toBe('bronze')
    expect(await pipeline.query('SELECT id, twice FROM bronze ORDER BY id')).toEqual([
      [1, null],
      [2, 4],
    ])
  })

  test("a streaming table's column cannot change its type without a full refresh", async () => {
    pipeline = new TestPipeline(BRONZE + SILVER)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.define(
      `${BRONZE} CREATE STREAMING TABLE silver AS SELECT CAST(id AS STRING) AS id FROM STREAM(bronze);`,
    )
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'CANNOT_UPDATE_TABLE_SCHEMA',
      parameters: {
        tableName: 'main.shop.silver',
        column: 'id',
        existingType: 'bigint',
        requestedType: 'string',
      },
    })
    expect((await pipeline.run({ fullRefresh: ['silver'] })).state).toBe('COMPLETED')
    expect(await pipeline.query('SELECT id FROM silver')).toEqual([['1']])
  })

  test('names may need quotes', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE \`raw orders\` AS
      SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT');
      CREATE TEMPORARY VIEW \`typed-orders\` AS SELECT * FROM STREAM(\`raw orders\`);
      CREATE STREAMING TABLE silver AS SELECT * FROM STREAM(\`typed-orders\`);`)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    expect(await pipeline.query('SELECT id FROM silver')).toEqual([[1]])
    expect(await pipeline.query('SELECT id FROM `raw orders`')).toEqual([[1]])
  })

  test.each([
    ['a column', 'id BIGINT NOT NULL, region STRING', 'id, region', 'id', 1],
    ['a partition column', 'id BIGINT, region STRING NOT NULL', 'id, region', 'region', 2],
    [
      'a struct',
      'id BIGINT, place STRUCT<region: STRING, zip: STRING> NOT NULL',
      "id, CASE WHEN id > 1 THEN named_struct('region', region, 'zip', 'x') END AS place",
      'place',
      'some',
    ],
    [
      'a field of a struct',
      'id BIGINT, place STRUCT<region: STRING NOT NULL, zip: STRING>',
      "id, CASE WHEN id > 1 THEN named_struct('region', region, 'zip', 'x') END AS place",
      'place.region',
      'some',
    ],
  ])('NOT NULL of %s is kept before anything is committed', async (_, schema, columns, columnName, count) => {
    const partitioned = columnName === 'region' ? 'PARTITIONED BY (region)' : ''
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE orders (${schema}) ${partitioned} AS
      SELECT ${columns} FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT, region STRING');`)
    pipeline.land('orders/1.json', { id: 1 }, { id: 2 }, { region: 'EU' })
    const summary = await pipeline.run()
    expect(summary.errors[0]).toMatchObject({
      condition: 'DELTA_NOT_NULL_CONSTRAINT_VIOLATED',
      parameters: { columnName, tableName: 'main.shop.orders', count: String(count) },
    })
    expect((await pipeline.table('orders')).snapshot.numFiles).toBe(0)
  })

  test('NOT NULL can be lifted; a query that gives no NULL promises nothing', async () => {
    const orders = (schema: string) => `
      CREATE STREAMING TABLE orders ${schema} AS
      SELECT id, 1 AS one FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT');`
    pipeline = new TestPipeline(orders('(id BIGINT NOT NULL, one INT)'))
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.define(orders('').replace('1 AS one', 'if(id > 0, 1, NULL) AS one'))
    pipeline.land('orders/2.json', { id: null })
    expect((await pipeline.run()).state).toBe('COMPLETED')
    const { fields } = (await pipeline.table('orders')).snapshot.metadata.schema
    expect(fields.map((each) => each.nullable)).toEqual([true, true])
  })

  test('partitions are written as such', async () => {
    pipeline = new TestPipeline(BRONZE.replace('AS', 'PARTITIONED BY (amount) AS'))
    pipeline.land('orders/1.json', { id: 1, amount: 5 }, { id: 2, amount: null })
    await pipeline.run()
    const { snapshot } = await pipeline.table('bronze')
    expect([...snapshot.files()].map((each) => each.partitionValues).sort()).toEqual([
      { amount: '5' },
      { amount: null },
    ])
    expect(await pipeline.query('SELECT id, amount FROM bronze ORDER BY id')).toEqual([
      [1, 5],
      [2, null],
    ])
  })

  test.each([
    ['PARTITIONED BY (amount)', 'CLUSTER BY (id)', [], [['id']]],
    ['CLUSTER BY (id)', 'PARTITIONED BY (amount)', ['amount'], []],
    ['PARTITIONED BY (amount)', 'COMMENT "no layout"', [], []],
  ])(
    'a table with %s takes %s with a full refresh, a view with its next',
    async (before, after, partitions, keys) => {
      const layout = (text: string) =>
        `${BRONZE.replace('AS', `${text} AS`)} CREATE MATERIALIZED VIEW gold ${text} AS SELECT * FROM bronze;`
      pipeline = new TestPipeline(layout(before))
      pipeline.land('orders/1.json', { id: 1, amount: 5 }, { id: 2, amount: 6 })
      await pipeline.run()
      pipeline.define(layout(after))
      await expect(pipeline.run()).rejects.toMatchObject({
        condition: 'CANNOT_UPDATE_PARTITION_COLUMNS',
        hint: 'Undo the change, or start over with a full refresh: `millrace run --full-refresh main.shop.bronze`.',
      })
      expect(await pipeline.query('SELECT id FROM bronze ORDER BY id')).toEqual([[1], [2]])
      expect((await pipeline.run({ refresh: ['gold'], fullRefresh: ['bronze'] })).state).toBe('COMPLETED')
      for (const name of ['bronze', 'gold']) {
        const { snapshot } = await pipeline.table(name)
        expect(snapshot.metadata.partitionColumns).toEqual(partitions)
        expect(snapshot.clusteringColumns ?? []).toEqual(keys)
        expect(await pipeline.query(`SELECT id, amount FROM ${name} ORDER BY id`)).toEqual([
          [1, 5],
          [2, 6],
        ])
      }
    },
  )

  const columnChanges = [
    ['CLUSTER BY (id)', 'id', 'CLUSTER BY (day)', 'id, amount AS day'],
    ['CLUSTER BY (id)', 'id', 'CLUSTER BY (day)', 'amount AS day'],
    ['PARTITIONED BY (id)', 'id, amount', 'CLUSTER BY (day)', 'amount AS day'],
    ['', 'id', "TBLPROPERTIES ('delta.dataSkippingStatsColumns' = 'day')", 'amount AS day'],
    ['', 'id', "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')", 'amount AS `a day`'],
  ] as const

  const rowsOf = (columns: string) => (columns.startsWith('id') ? [[1, 5]] : [[5]])

  test.each(columnChanges)('a view with %s of %s takes %s of %s', async (before, was, after, columns) => {
    const gold = (layout: string, list: string) =>
      `${BRONZE} CREATE MATERIALIZED VIEW gold ${layout} AS SELECT ${list} FROM bronze;`
    pipeline = new TestPipeline(gold(before, was))
    pipeline.land('orders/1.json', { id: 1, amount: 5 })
    await pipeline.run()
    pipeline.define(gold(after, columns))
    expect((await pipeline.run()).state).toBe('COMPLETED')
    const { snapshot } = await pipeline.table('gold')
    expect(snapshot.clusteringColumns ?? []).toEqual(after.startsWith('CLUSTER') ? [['day']] : [])
    expect(await pipeline.query('SELECT * FROM gold')).toEqual(rowsOf(columns))
  })

  test.each(columnChanges)(
    'a streaming table with %s of %s takes %s of %s',
    async (before, was, after, columns) => {
      const silver = (layout: string, list: string) =>
        `${BRONZE} CREATE STREAMING TABLE silver ${layout} AS SELECT ${list} FROM STREAM bronze;`
      pipeline = new TestPipeline(silver(before, was))
      pipeline.land('orders/1.json', { id: 1, amount: 5 })
      await pipeline.run()
      pipeline.define(silver(after, columns))
      expect((await pipeline.run({ fullRefresh: ['silver'] })).state).toBe('COMPLETED')
      expect(await pipeline.query('SELECT * FROM silver')).toEqual(rowsOf(columns))
    },
  )

  test('a property that a table cannot have is named with its dataset', async () => {
    pipeline = new TestPipeline(BRONZE)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.define(BRONZE.replace('AS', "TBLPROPERTIES ('delta.dataSkippingStatsColumns' = 'idd') AS"))
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'DELTA_COLUMN_NOT_FOUND_IN_SCHEMA',
      dataset: 'main.shop.bronze',
      position: { file: 'definitions/pipeline.sql', line: 2 },
    })
  })

  test('a view does not get the name of a table that is there', async () => {
    const silver = `CREATE MATERIALIZED VIEW silver AS SELECT id FROM bronze;`
    pipeline = new TestPipeline(BRONZE + silver)
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.define(BRONZE + silver.replace('MATERIALIZED ', ''))
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'TABLE_OR_VIEW_ALREADY_EXISTS',
      parameters: { relationName: 'main.shop.silver', folder: pipeline.folderOf('silver') },
      position: { file: 'definitions/pipeline.sql' },
    })
    rmSync(pipeline.folderOf('silver'), { recursive: true })
    expect((await pipeline.run()).state).toBe('COMPLETED')
  })

  test('a column with a space is refused with its dataset, and the way to have it', async () => {
    pipeline = new TestPipeline(
      `${BRONZE} CREATE MATERIALIZED VIEW gold AS SELECT id AS \`my id\` FROM bronze;`,
    )
    pipeline.land('orders/1.json', { id: 1 })
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME',
      dataset: 'main.shop.gold',
      hint: "Rename the column, for example with an alias in the query, or give the table any names: TBLPROPERTIES ('delta.columnMapping.mode' = 'name').",
    })
  })
})
