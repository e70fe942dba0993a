import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const IMPORTS = `import { autoCdcFromSnapshotFlow, materializedView, read, streamingTable } from 'millrace'`

const update = async () => {
  const summary = await pipeline.run()
  expect(summary.errors).toEqual([])
  return summary.datasets.find((each) => each.name === 'items')
}
const items = () => pipeline.query('SELECT * FROM items ORDER BY ALL')

describe('periodic snapshots', () => {
  const definitions = (scdType: 1 | 2) => `${IMPORTS}
    materializedView('stock', () => read.format('json').schema('id INT, val STRING').load('data/stock'))
    streamingTable('items')
    autoCdcFromSnapshotFlow({ target: 'items', source: 'stock', keys: ['id'], storedAsScdType: ${scdType} })`

  test('are taken again for a rule of the target that looks at the time', async () => {
    pipeline = new TestPipeline(`
      CREATE MATERIALIZED VIEW stock AS
      SELECT * FROM read_files('data/stock', format => 'json', schema => 'id INT, sold_from TIMESTAMP');
      CREATE STREAMING TABLE items (CONSTRAINT is_sold EXPECT (sold_from <= current_timestamp()) ON VIOLATION DROP ROW);
      CREATE FLOW take AS AUTO CDC INTO items FROM SNAPSHOT (SELECT * FROM stock) KEYS (id) STORED AS SCD TYPE 1;`)
    pipeline.land('stock/all.json', { id: 1, sold_from: '2026-01-02 00:00:00' })
    const runOn = async (day: string) =>
      pipeline.run({}, { clock: { nowMicros: () => BigInt(Date.parse(day)) * 1000n } })
    expect((await runOn('2026-01-01')).errors).toEqual([])
    expect(await pipeline.query('SELECT id FROM items')).toEqual([])
    await runOn('2026-01-03')
    expect(await pipeline.query('SELECT id FROM items')).toEqual([[1]])
  })

  test('give a target the rows that the last one had', async () => {
    pipeline = new TestPipeline({ 'items.ts': definitions(1) })
    pipeline.land('stock/all.json', { id: 1, val: 'a1' }, { id: 2, val: 'a2' })
    expect(await update()).toMatchObject({ technique: 'MERGE', rows_written: 2 })
    pipeline.land('stock/all.json', { id: 2, val: 'b2' }, { id: 3, val: 'a3' })
    expect(await update()).toMatchObject({ technique: 'MERGE', rows_written: 3 })
    expect(await items()).toEqual([
      [2, 'b2'],
      [3, 'a3'],
    ])
    expect(await update()).toMatchObject({ technique: 'NO_OP', rows_written: 0 })
    const changed = definitions(1).replace("source: 'stock'", "source: 'others'")
    pipeline.define({
      'items.ts': `${changed.replace('read, ', 'read, temporaryView, ')}
        temporaryView('others', () => read.table('stock').where('id <> 2'))`,
    })
    expect(await update()).toMatchObject({ technique: 'MERGE', rows_written: 1 })
    expect(await items()).toEqual([[3, 'a3']])
  })

  test('give it a version for each time that a row changed', async () => {
    pipeline = new TestPipeline({ 'items.ts': definitions(2) })
    pipeline.land('stock/all.json', { id: 1, val: 'a1' }, { id: 2, val: 'a2' })
    await update()
    pipeline.land('stock/all.json', { id: 2, val: 'b2' }, { id: 3, val: 'a3' })
    await update()
    expect(
      await pipeline.query('SELECT id, val, __END_AT IS NULL FROM items ORDER BY id, __START_AT'),
    ).toEqual([
      [1, 'a1', false],
      [2, 'a2', false],
      [2, 'b2', true],
      [3, 'a3', true],
    ])
    expect(
      await pipeline.query(`SELECT count(DISTINCT __START_AT), count(DISTINCT __END_AT) FROM items`),
    ).toEqual([[2, 1]])
  })

  test('of SCD type 1 may have columns with the names of bounds', async () => {
    pipeline = new TestPipeline({
      'items.ts': definitions(1).replaceAll('val STRING', '__START_AT STRING'),
    })
    pipeline.land('stock/all.json', { id: 1, __START_AT: 'noon' })
    await update()
    expect(await items()).toEqual([[1, 'noon']])
  })

  test.each([1, 2] as const)('count on when the clock stands or steps back: SCD type %i', async (scdType) => {
    pipeline = new TestPipeline({ 'items.ts': definitions(scdType) })
    const start = 1_767_225_600_000_000n
    for (const [val, now] of [
      ['a', start],
      ['b', start - 3_600_000_000n],
      ['c', start],
    ] as const) {
      pipeline.land('stock/all.json', { id: 1, val })
      const { errors } = await pipeline.run({}, { clock: { nowMicros: () => now } })
      expect(errors).toEqual([])
    }
    if (scdType === 1) return expect(await items()).toEqual([[1, 'c']])
    const at = Number(start)
    expect(
      await pipeline.query(
        'SELECT val, unix_micros(__START_AT), unix_micros(__END_AT) FROM items ORDER BY val',
      ),
    ).toEqual([
      ['a', at, at + 1],
      ['b', at + 1, at + 2],
      ['c', at + 2, null],
    ])
  })
})

describe('a snapshot with several rows of one key', () => {
  const definitions = `${IMPORTS}
    materializedView('stock', () => read.format('json').schema('id INT, val STRING').load('data/stock'))
    streamingTable('items')
    autoCdcFromSnapshotFlow({ target: 'items', source: 'stock', keys: ['id'], storedAsScdType: 1 })`

  test('is refused, and taken anew when the source was put right', async () => {
    pipeline = new TestPipeline({ 'items.ts': definitions })
    pipeline.land('stock/all.json', { id: 1, val: 'a' })
    await update()
    pipeline.land('stock/all.json', { id: 1, val: 'b' }, { id: 2, val: 'x' }, { id: 2, val: 'y' })
    const clock = { nowMicros: () => 4_102_444_800_000_000n }
    const snapshot = { flowName: 'items', tableName: 'main.shop.items', version: '2100-01-01T00:00:00.000Z' }
    for (let i = 0; i < 2; i++) {
      expect((await pipeline.run({}, { clock })).errors).toEqual([
        expect.objectContaining({
          condition: 'AUTOCDC_SNAPSHOT_DUPLICATE_KEY',
          parameters: { ...snapshot, keyCount: '1', sample: '{"id":2}' },
        }),
      ])
    }
    expect(await items()).toEqual([[1, 'a']])
    pipeline.land('stock/all.json', { id: 1, val: 'b' }, { id: null, val: 'x' })
    expect((await pipeline.run({}, { clock })).errors).toEqual([
      expect.objectContaining({
        condition: 'AUTOCDC_SNAPSHOT_NULL_KEY',
        parameters: { ...snapshot, columnName: 'id', nullCount: '1', sample: '{"val":"x"}' },
      }),
    ])
    pipeline.land('stock/all.json', { id: 1, val: 'b' }, { id: 2, val: 'x' })
    await update()
    expect(await items()).toEqual([
      [1, 'b'],
      [2, 'x'],
    ])
  })

  test('is taken where they are equal', async () => {
    pipeline = new TestPipeline({ 'items.ts': definitions })
    pipeline.land('stock/all.json', { id: 1, val: 'a' }, { id: 1, val: 'a' })
    await update()
    expect(await items()).toEqual([[1, 'a']])
    expect(pipeline.events.filter((each) => each.level === 'WARN')).toEqual([])
  })
})

describe('versioned snapshots', () => {
  /** A function that gives the snapshots up to a version, each a folder. */
  const definitions = (count: number, isNext = 'each > latest') => `${IMPORTS}
    streamingTable('items')
    autoCdcFromSnapshotFlow({ target: 'items', keys: ['id'], storedAsScdType: 2, source: (latest) => {
      const version = [1, 2, 3].slice(0, ${count}).find((each) => latest === null || ${isNext})
      if (version === undefined) return null
      return { df: read.format('json').schema('id INT, val STRING').load(\`data/v\${version}\`), version }
    } })`

  const begin = (count: number, isNext?: string) => {
    pipeline = new TestPipeline({ 'items.ts': definitions(count, isNext) })
    pipeline.land('v1/all.json', { id: 1, val: 'a1' }, { id: 2, val: 'a2' })
    pipeline.land('v2/all.json', { id: 2, val: 'b2' }, { id: 3, val: 'a3' })
    pipeline.land('v3/all.json', { id: 2, val: 'b2' }, { id: 3, val: 'a3' })
  }

  const AFTER_TWO = [
    [1, 'a1', 1, 2],
    [2, 'a2', 1, 2],
    [2, 'b2', 2, null],
    [3, 'a3', 2, null],
  ]

  test('are taken from a function one after the other, until there are none', async () => {
    begin(2)
    expect(await update()).toMatchObject({ technique: 'MERGE', rows_written: 6 })
    expect(await items()).toEqual(AFTER_TWO)
    expect(await update()).toMatchObject({ technique: 'NO_OP', rows_written: 0 })
    pipeline.define({ 'items.ts': definitions(3) })
    await update()
    expect(await items()).toEqual(AFTER_TWO)
  })

  test.each([
    ['AUTOCDC_SNAPSHOT_NULL_KEY', { id: null, val: 'b2' }, { columnName: 'id', nullCount: '1' }],
    ['AUTOCDC_SNAPSHOT_DUPLICATE_KEY', { id: 3, val: 'other' }, { keyCount: '1' }],
  ])('are named by their version in %s', async (condition, row, parameters) => {
    begin(2)
    pipeline.land('v2/all.json', { id: 3, val: 'a3' }, row)
    expect((await pipeline.run()).errors).toMatchObject([
      { condition, parameters: { ...parameters, version: '2', flowName: 'items' } },
    ])
  })

  test('from a function that does not come to an end do not keep the update from stopping', async () => {
    pipeline = new TestPipeline({
      'items.ts': `${IMPORTS}
        streamingTable('items', { schema: 'id INT, val STRING' })
        autoCdcFromSnapshotFlow({ target: 'items', keys: ['id'], source: () => new Promise(globalThis.asked) })`,
    })
    const stop = new AbortController()
    Object.assign(globalThis, { asked: () => stop.abort() })
    expect((await pipeline.run({}, { signal: stop.signal })).state).toBe('CANCELED')
  })

  test('are taken by queries, from the version that is the next', async () => {
    pipeline = new TestPipeline(`
      CREATE MATERIALIZED VIEW stock AS SELECT * FROM
        read_files('data/stock', format => 'json', schema => 'version INT, id INT, val STRING');
      CREATE STREAMING TABLE items;
      CREATE FLOW take AS AUTO CDC INTO items
      FROM SNAPSHOT (SELECT id, val FROM stock WHERE version = current_snapshot_version())
      WITH VERSION (SELECT min(version) FROM stock WHERE version > coalesce(last_snapshot_version(), 0))
      KEYS (id) STORED AS SCD TYPE 2;`)
    const rows = [
      { version: 1, id: 1, val: 'a1' },
      { version: 1, id: 2, val: 'a2' },
    ]
    pipeline.land('stock/1.json', ...rows)
    await update()
    pipeline.land('stock/2.json', { version: 2, id: 2, val: 'b2' }, { version: 2, id: 3, val: 'a3' })
    await update()
    expect(await items()).toEqual(AFTER_TWO)
    expect(await update()).toMatchObject({ technique: 'NO_OP', rows_written: 0 })
  })

  test('that did not reach the target are taken again', async () => {
    begin(1)
    await update()
    pipeline.define({ 'items.ts': definitions(2) })
    const allowCommits = await pipeline.forbidCommits('items')
    expect((await pipeline.run()).errors).toMatchObject([{ condition: 'DELTA_CONCURRENT_TRANSACTION' }])
    allowCommits()
    await update()
    expect(await items()).toEqual(AFTER_TWO)
    expect(await update()).toMatchObject({ technique: 'NO_OP' })
  })

  test.each([1, 2])('give the same when they are all taken again, SCD type %i', async (scdType) => {
    begin(3)
    pipeline.define({ 'items.ts': definitions(3).replace('Type: 2', `Type: ${scdType}`) })
    pipeline.land('v3/all.json', { id: 1, val: 'a1' }, { id: 2, val: 'a2' })
    await update()
    const before = await items()
    expect(before).toEqual(
      scdType === 1
        ? [
            [1, 'a1'],
            [2, 'a2'],
          ]
        : [
            [1, 'a1', 1, 2],
            [1, 'a1', 3, null],
            [2, 'a2', 1, 2],
            [2, 'a2', 3, null],
            [2, 'b2', 2, 3],
            [3, 'a3', 2, 3],
          ],
    )
    const { errors } = await pipeline.run({ resetCheckpoints: ['items'] })
    expect(errors).toEqual([])
    expect(await items()).toEqual(before)
  })

  test('must ascend', async () => {
    begin(2, 'each <= latest')
    expect((await pipeline.run()).errors).toEqual([
      expect.objectContaining({
        condition: 'AUTOCDC_SNAPSHOT_VERSION_NOT_ASCENDING',
        parameters: expect.objectContaining({ version: '1', lastVersion: '1' }),
      }),
    ])
  })
})

describe('versions that a function gives', () => {
  const definitions = (versions: string, target = '') => `${IMPORTS.replace('read,', 'sql,')}
    streamingTable('items'${target})
    autoCdcFromSnapshotFlow({ target: 'items', keys: ['id'], storedAsScdType: 2, source: (latest) => {
      const version = [${versions}].find((each) => latest === null || each > latest)
      return version === undefined ? null : { df: sql\`SELECT 1L AS id, CAST(\${version * 10} AS INT) AS val\`, version }
    } })`
  const BIGINT_TYPES = { version: '2.7', actualType: 'DOUBLE', versionType: 'BIGINT' }

  test('that the type of the first cannot hold are refused, and those before them are taken', async () => {
    pipeline = new TestPipeline({ 'items.ts': definitions('1, 2.7, 3.9') })
    for (let i = 0; i < 2; i++) {
      expect((await pipeline.run()).errors).toMatchObject([
        {
          condition: 'AUTOCDC_SNAPSHOT_VERSION_TYPE',
          parameters: { flowName: 'items', tableName: 'main.shop.items', ...BIGINT_TYPES },
        },
      ])
    }
    expect(await items()).toEqual([[1, 10, 1, null]])
    pipeline.define({ 'items.ts': definitions('1, 3') })
    await update()
    expect(await items()).toEqual([
      [1, 10, 1, 3],
      [1, 30, 3, null],
    ])
  })

  test('have the type that the target declares', async () => {
    const schema = 'id BIGINT, val INT, __START_AT DOUBLE, __END_AT DOUBLE'
    pipeline = new TestPipeline({ 'items.ts': definitions('1, 2.7', `, { schema: '${schema}' }`) })
    await update()
    expect(await items()).toEqual([
      [1, 10, 1, 2.7],
      [1, 27, 2.7, null],
    ])
  })

  test('of a target of SCD type 1 that declares its columns have the type of the first', async () => {
    const definition = definitions('1, 2.7', `, { schema: 'id BIGINT, val INT' }`).replace(
      'Type: 2',
      'Type: 1',
    )
    pipeline = new TestPipeline({ 'items.ts': definition })
    expect((await pipeline.run()).errors).toMatchObject([
      { condition: 'AUTOCDC_SNAPSHOT_VERSION_TYPE', parameters: BIGINT_TYPES },
    ])
    expect(await items()).toEqual([[1, 10]])
  })
})

describe('snapshots of a function whose columns differ', () => {
  /** A function that gives the snapshots up to a version, with the columns that its files have. */
  const definitions = (count: number, target = `streamingTable('items')`, scdType = 2) => `${IMPORTS}
    ${target}
    autoCdcFromSnapshotFlow({ target: 'items', keys: ['id'], storedAsScdType: ${scdType}, source: (latest) => {
      const version = [1, 2, 3, 4, 5].slice(0, ${count}).find((each) => latest === null || each > latest)
      return version === undefined ? null : { df: read.json(\`data/v\${version}\`), version }
    } })`
  const DECLARED = `streamingTable('items', {
    schema: 'id BIGINT, name STRING, price BIGINT, __START_AT BIGINT, __END_AT BIGINT' })`

  const begin = (definition: string) => {
    pipeline = new TestPipeline({ 'items.ts': definition })
    pipeline.land('v1/all.json', { id: 1, name: 'a' })
    pipeline.land('v2/all.json', { id: 1, name: 'a', price: 5 })
    pipeline.land('v3/all.json', { id: 1, name: 'b', price: 5 })
    pipeline.land('v4/all.json', { id: 1, name: 'b', price: 5 })
    pipeline.land('v5/all.json', { id: 1, name: 'b' })
  }
  const versions = () =>
    pipeline.query('SELECT id, name, price, __START_AT, __END_AT FROM items ORDER BY __START_AT')
  const ALL = [
    [1, 'a', null, 1, 2],
    [1, 'a', 5, 2, 3],
    [1, 'b', 5, 3, 5],
    [1, 'b', null, 5, null],
  ]

  test.each([
    ['declares them', DECLARED],
    ['gains them', undefined],
  ])('open the same versions in one update and in several: the target %s', async (_, target) => {
    begin(definitions(5, target))
    await update()
    expect(await versions()).toEqual(ALL)
    begin(definitions(0, target))
    for (const count of [1, 2, 3, 4, 5]) {
      pipeline.define({ 'items.ts': definitions(count, target) })
      await update()
    }
    expect(await versions()).toEqual(ALL)
  })

  test('leave NULL in a target of SCD type 1 where they lack one', async () => {
    begin(definitions(4, undefined, 1))
    await update()
    expect(await items()).toEqual([[1, 'b', 5]])
    pipeline.define({ 'items.ts': definitions(5, undefined, 1) })
    await update()
    expect(await items()).toEqual([[1, 'b', null]])
  })

  test('may have other fields in structs, and narrower types', async () => {
    begin(definitions(3, undefined, 1))
    pipeline.land('v1/all.json', { id: 1, size: { x: 1.5 } })
    pipeline.land('v2/all.json', { id: 1, size: { x: 1, y: 2 } })
    pipeline.land('v3/all.json', { id: 1, size: { y: 3 } })
    await update()
    expect(await pipeline.query('SELECT id, size.x, size.y FROM items')).toEqual([[1, null, 3]])
  })

  test('are refused where they lack a key, also without rows', async () => {
    begin(definitions(2))
    pipeline.land('v2/all.json', { ID2: 1, name: 'a' })
    const refused = {
      condition: 'AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA',
      parameters: { missingColumns: 'id', availableColumns: 'ID2, name' },
    }
    expect((await pipeline.run()).errors).toMatchObject([refused])
    pipeline.define({ 'items.ts': definitions(2).replace('}`), version', "}`).where('false'), version") })
    expect((await pipeline.run()).errors).toMatchObject([refused])
    expect(await items()).toEqual([[1, 'a', 1, null]])
  })

  test('are refused where the target declares others, before anything of them is applied', async () => {
    begin(definitions(2, DECLARED.replace('price BIGINT, ', '')))
    expect((await pipeline.run()).errors).toMatchObject([
      {
        condition: 'USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE',
        parameters: { difference: 'price BIGINT is not declared.' },
      },
    ])
    expect(await items()).toEqual([[1, 'a', 1, null]])
  })

  test('do not take away what the target computes', async () => {
    const target = DECLARED.replace('price BIGINT', 'price BIGINT GENERATED ALWAYS AS (id * 7)')
    begin(definitions(1, target))
    pipeline.land('v1/all.json', { id: 1 })
    await update()
    expect(await versions()).toEqual([[1, null, 7, 1, null]])
  })
})
