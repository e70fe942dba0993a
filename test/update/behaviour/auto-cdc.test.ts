import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Catalog } from '../../../src/catalog/index.ts'
import { DeltaTable } from '../../../src/delta-table/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

interface Definition {
  readonly scdType?: 1 | 2
  /** Options of the target and of the flow, and what else is defined, as TypeScript. */
  readonly target?: string
  readonly flow?: string
  readonly more?: string
}

/** Events of JSON files, and a target that they are applied to. */
const definition = ({ scdType = 1, target = '', flow = '', more = '' }: Definition): string => `
  import { appendFlow, autoCdcFlow, readStream, streamingTable, temporaryView } from 'millrace'
  import { expr } from 'millrace/functions'
  const changes = (folder) => readStream.format('cloudFiles').option('cloudFiles.format', 'json')
    .option('cloudFiles.maxFilesPerTrigger', '1')
    .schema('sku STRING, title STRING, price INT, op STRING, seq INT').load('data/' + folder)
  temporaryView('events', () => changes('events'))
  streamingTable('items', { ${target} })
  const flow = {
    target: 'items', source: 'events', keys: ['sku'], sequenceBy: 'seq', storedAsScdType: ${scdType},
    applyAsDeletes: expr("op = 'DELETE'"), exceptColumnList: ['op', 'seq'], ${flow}
  }
  autoCdcFlow(flow)
  ${more}`

const define = (options: Definition) => pipeline.define({ 'items.ts': definition(options) })
const begin = (options: Definition = {}, settings?: Record<string, string>) => {
  pipeline = new TestPipeline({ 'items.ts': definition(options) }, settings)
}

const upsert = (sku: string | null, seq: number | null, title: string, price: number | null) => ({
  sku,
  title,
  price,
  op: 'UPSERT',
  seq,
})
const remove = (sku: string, seq: number) => ({ sku, op: 'DELETE', seq })

let files = 0
const land = (folder: string, ...events: readonly object[]) => {
  files += 1
  pipeline.land(`${folder}/${String(files).padStart(5, '0')}.json`, ...events)
}
const update = async () => {
  const summary = await pipeline.run()
  expect(summary.errors).toEqual([])
  return summary.datasets.find((each) => each.name === 'items')
}
/** Lands events as one file and runs an update. */
const apply = (...events: readonly object[]) => {
  land('events', ...events)
  return update()
}

const items = () => pipeline.query('SELECT * FROM items ORDER BY ALL')
const hiddenFolder = () => join(pipeline.folderOf('items'), '_auto_cdc')
const history = async () => (await (await pipeline.table('items')).history())[0]!
const warnings = () => pipeline.events.filter((each) => each.level === 'WARN').map((each) => each.message)
const metrics = () =>
  pipeline.events.flatMap(({ level, details }) =>
    level === 'METRICS' && details.flow_progress
      ? [(details.flow_progress as { metrics: Record<string, number> }).metrics]
      : [],
  )

const MUG = upsert('A1', 10, 'mug', 5)
const JAR = upsert('B2', 40, 'jar', 3)

describe('a target of change events', () => {
  test('SCD type 1 has the newest row of each key, however late events come', async () => {
    begin()
    await apply(MUG, JAR, upsert('A1', 20, 'mug', 6))
    await apply(remove('B2', 50), upsert('A1', 15, 'late', 0))
    await apply(upsert('B2', 45, 'late', 0))
    expect(await items()).toEqual([['A1', 'mug', 6]])
  })

  test('SCD type 2 has every version of each key; events without a change come to count later', async () => {
    begin({ scdType: 2 })
    await apply(MUG, upsert('A1', 40, 'mug', 5), upsert('A1', 20, 'mug', 5))
    expect(await items()).toEqual([['A1', 'mug', 5, 10, null]])
    await apply(upsert('A1', 30, 'mug', 9))
    await apply(remove('A1', 50))
    expect(await items()).toEqual([
      ['A1', 'mug', 5, 10, 30],
      ['A1', 'mug', 5, 40, 50],
      ['A1', 'mug', 9, 30, 40],
    ])
  })

  test('is truncated by an event, for what is older', async () => {
    begin({ flow: `applyAsTruncates: expr("op = 'TRUNCATE'"),` })
    await apply(MUG, JAR)
    await apply({ op: 'TRUNCATE', seq: 30 })
    expect(await items()).toEqual([['B2', 'jar', 3]])
    await apply(upsert('A1', 25, 'late', 0), upsert('C3', 31, 'cup', 1))
    expect(await items()).toEqual([
      ['B2', 'jar', 3],
      ['C3', 'cup', 1],
    ])
  })

  test.each(['before', 'after'])(
    'is truncated of rows of the same sequence, which come %s it',
    async (when) => {
      begin({ flow: `applyAsTruncates: expr("op = 'TRUNCATE'"),` })
      const truncate = { sku: 'C3', op: 'TRUNCATE', seq: 10 }
      for (const event of when === 'before' ? [MUG, truncate] : [truncate, MUG]) await apply(event)
      await apply(JAR)
      expect(await items()).toEqual([['B2', 'jar', 3]])
    },
  )

  test('tells what a batch did: in the summary, in the event log and in the history of the table', async () => {
    begin()
    await apply(MUG, JAR)
    const summary = await apply(upsert('A1', 20, 'mug', 6), upsert('C3', 1, 'cup', 1), remove('B2', 50))
    expect(summary).toMatchObject({ technique: 'MERGE', rows_written: 3 })
    expect(metrics()).toEqual([expect.objectContaining({ num_upserted_rows: 2, num_deleted_rows: 1 })])
    expect(metrics()[0]).not.toHaveProperty('num_output_rows')
    expect(await history()).toMatchObject({
      operation: 'MERGE',
      operationParameters: { predicate: '["(target.sku = source.sku)"]' },
      operationMetrics: {
        numSourceRows: '3',
        numTargetRowsInserted: '1',
        numTargetRowsUpdated: '1',
        numTargetRowsDeleted: '1',
        numTargetRowsCopied: '0',
      },
    })
  })

  test('is clustered by its keys; files without touched keys are not even read', async () => {
    begin({ target: `tableProperties: { 'delta.targetFileSize': '20kb' }` })
    const many = Array.from({ length: 20_000 }, (_, i) => upsert(`K${100_000 + i}`, 1, `item ${i * 7919}`, i))
    await apply(...many)
    const table = await pipeline.table('items')
    const before = [...table.snapshot.files()].map((each) => each.path)
    expect(table.snapshot.clusteringColumns).toEqual([['sku']])
    expect(before.length).toBeGreaterThan(4)
    // A file that is not there cannot be read.
    const others = [...table.snapshot.files()].filter(
      (each) => !/"minValues":\{"sku":"K100000"/.test(each.stats!),
    )
    for (const { path } of others)
      renameSync(join(pipeline.folderOf('items'), path), join(pipeline.folder, path))
    await apply(upsert('K100003', 2, 'changed', 0), remove('K100004', 2))
    for (const { path } of others)
      renameSync(join(pipeline.folder, path), join(pipeline.folderOf('items'), path))
    expect(others).toHaveLength(before.length - 1)
    const after = [...(await pipeline.table('items')).snapshot.files()].map((each) => each.path)
    expect(before.filter((path) => !after.includes(path))).toHaveLength(1)
    expect(await pipeline.query('SELECT count(*), sum(price) FROM items')).toEqual([
      [19_999, (19_999 * 20_000) / 2 - 7],
    ])
  })

  test('does not write versions again that have ended', async () => {
    begin({ scdType: 2, target: "tableProperties: { 'delta.targetFileSize': '8kb' }" })
    const all = (seq: number) =>
      Array.from({ length: 12_000 }, (_, i) => upsert(`sku ${i}`, seq, `title ${i * seq}`, seq))
    for (const seq of [1, 2, 3]) await apply(...all(seq))
    const before = [...(await pipeline.table('items')).snapshot.files()]
    const ofEnded = before.filter((each) => JSON.parse(each.stats!).nullCount.__END_AT === 0)
    expect(ofEnded.length).toBeGreaterThan(0)
    await apply(...all(4))
    const after = [...(await pipeline.table('items')).snapshot.files()]
    expect(after).toEqual(expect.arrayContaining(ofEnded))
    expect(
      await pipeline.query(
        'SELECT price, count(*), count(__END_AT) FROM items GROUP BY price ORDER BY price',
      ),
    ).toEqual([
      [1, 12_000, 12_000],
      [2, 12_000, 12_000],
      [3, 12_000, 12_000],
      [4, 12_000, 0],
    ])
  })

  test('takes thousands of keys of several columns at once', async () => {
    begin({ flow: `keys: ['title', 'sku'],` })
    const newest = new Map<string, unknown[]>()
    for (let file = 0; file < 3; file++) {
      const events = Array.from({ length: 3000 }, (_, i) => {
        const place = (i * 37 + file * 1013) % 2000
        return upsert(`K${place % 50}`, file * 3000 + i, `t${Math.floor(place / 50)}`, i)
      })
      for (const { sku, title, price } of events) newest.set(`${sku} ${title}`, [sku, title, price])
      land('events', ...events)
    }
    await update()
    const byText = (rows: readonly unknown[][]) => rows.map((row) => row.join(' ')).toSorted()
    expect(byText(await pipeline.query('SELECT * FROM items'))).toEqual(byText([...newest.values()]))
  })

  test('marks rows in deletion vectors where it is asked to', async () => {
    begin({ scdType: 2, target: `tableProperties: { 'delta.enableDeletionVectors': 'true' }` })
    await apply(MUG, JAR, upsert('C3', 1, 'cup', 1))
    await apply(upsert('A1', 20, 'mug', 6))
    expect(await items()).toEqual([
      ['A1', 'mug', 5, 10, 20],
      ['A1', 'mug', 6, 20, null],
      ['B2', 'jar', 3, 40, null],
      ['C3', 'cup', 1, 1, null],
    ])
    expect((await history()).operationMetrics).toMatchObject({
      numTargetDeletionVectorsAdded: '1',
      numTargetFilesRemoved: '0',
      numTargetRowsCopied: '0',
    })
  })

  test('has a change feed of what differs, and nothing else', async () => {
    begin({ scdType: 2, target: `tableProperties: { 'delta.enableChangeDataFeed': 'true' }` })
    pipeline.write(
      'definitions/feed.sql',
      `CREATE STREAMING TABLE feed AS SELECT sku, price, __START_AT AS since, __END_AT AS until,
         _change_type AS change, _commit_version AS version FROM STREAM table_changes('items', 0);`,
    )
    await apply(MUG, JAR)
    await apply(upsert('A1', 20, 'mug', 6), upsert('B2', 41, 'jar', 3))
    await apply(remove('B2', 50))
    const feed = await pipeline.query(
      'SELECT sku, price, since, until, change FROM feed ORDER BY version, sku, since, change DESC',
    )
    expect(feed).toEqual([
      ['A1', 5, 10, null, 'insert'],
      ['B2', 3, 40, null, 'insert'],
      ['A1', 5, 10, null, 'update_preimage'],
      ['A1', 5, 10, 20, 'update_postimage'],
      ['A1', 6, 20, null, 'insert'],
      ['B2', 3, 40, null, 'update_preimage'],
      ['B2', 3, 40, 50, 'update_postimage'],
    ])
  })

  test('may be changed by hand in between', async () => {
    begin()
    await apply(MUG, JAR)
    const table = await pipeline.table('items')
    const files = [...table.snapshot.files()]
    await table.startTransaction().removeFiles(files).commit({ operation: 'DELETE' })
    await apply(upsert('A1', 20, 'mug', 6))
    expect(await items()).toEqual([['A1', 'mug', 6]])
  })

  test('has a key once that its flow names twice', async () => {
    begin({ scdType: 2, flow: `keys: ['sku', 'SKU'],` })
    await apply(MUG, JAR)
    await apply(remove('A1', 20))
    expect(await items()).toEqual([
      ['A1', 'mug', 5, 10, 20],
      ['B2', 'jar', 3, 40, null],
    ])
  })

  test('takes events of several flows', async () => {
    begin({
      more: `temporaryView('others', () => changes('others'))
        autoCdcFlow({ ...flow, name: 'from_others', source: 'others' })`,
    })
    land('others', upsert('A1', 20, 'of others', 1), upsert('C3', 1, 'cup', 1))
    await apply(MUG, JAR)
    land('others', remove('B2', 50), upsert('A1', 15, 'late', 0))
    await apply(upsert('C3', 2, 'cup', 2))
    expect(await items()).toEqual([
      ['A1', 'of others', 1],
      ['C3', 'cup', 2],
    ])
  })

  test('is filled once by a flow of its own', async () => {
    begin({
      more: `temporaryView('first_load', () => changes('first'))
        autoCdcFlow({ ...flow, name: 'hydrate', source: 'first_load', once: true })`,
    })
    land('first', upsert('A1', 1, 'old', 1), upsert('C3', 1, 'cup', 1))
    await apply(MUG)
    land('first', upsert('D4', 1, 'never', 1))
    await apply(JAR)
    expect(await items()).toEqual([
      ['A1', 'mug', 5],
      ['B2', 'jar', 3],
      ['C3', 'cup', 1],
    ])
  })

  test('is judged by its rules event by event; deletes pass', async () => {
    begin({ target: `expectOrDrop: { priced: 'price > 0' }, quarantine: true` })
    await apply(MUG, upsert('B2', 1, 'free', 0))
    await apply(remove('A1', 20), upsert('C3', 1, 'cup', 1))
    expect(await items()).toEqual([['C3', 'cup', 1]])
    expect(await pipeline.query('SELECT sku, _failed_expectations FROM items_quarantine')).toEqual([
      ['B2', ['priced']],
    ])
  })
})

describe('rules of a target', () => {
  const NAMED = `expectOrDrop: { named: 'sku IS NOT NULL', ordered: 'seq IS NOT NULL' }, quarantine: true`

  test('drop events without a key or a sequence, deletes too', async () => {
    begin({ target: NAMED })
    await apply(MUG, JAR)
    await apply(
      { seq: 20, op: 'DELETE' },
      { sku: 'A1', op: 'DELETE' },
      upsert(null, 20, 'cup', 1),
      remove('B2', 50),
    )
    expect(await items()).toEqual([['A1', 'mug', 5]])
    const quarantined = 'SELECT sku, seq, op, _failed_expectations FROM items_quarantine ORDER BY ALL'
    expect(await pipeline.query(quarantined)).toEqual([
      [null, 20, 'DELETE', ['named']],
      [null, 20, 'UPSERT', ['named']],
      ['A1', null, 'DELETE', ['ordered']],
    ])
  })

  test('drop events without a field of their sequence, deletes too', async () => {
    begin({
      target: `expectOrDrop: { known: 'price IS NOT NULL' }, quarantine: true`,
      flow: `sequenceBy: expr('struct(seq, price)'), applyAsTruncates: expr("op = 'TRUNCATE'"),`,
    })
    await apply(MUG, JAR)
    await apply(remove('A1', 20), { op: 'TRUNCATE', seq: 50 }, { ...remove('B2', 50), price: 1 })
    expect(await items()).toEqual([['A1', 'mug', 5]])
    expect(await pipeline.query('SELECT op, seq FROM items_quarantine ORDER BY seq')).toEqual([
      ['DELETE', 20],
      ['TRUNCATE', 50],
    ])
  })

  test('let truncates pass that have no key', async () => {
    begin({ target: NAMED, flow: `applyAsTruncates: expr("op = 'TRUNCATE'"),` })
    await apply(MUG, JAR)
    await apply({ op: 'TRUNCATE', seq: 30 }, { op: 'TRUNCATE' })
    expect(await items()).toEqual([['B2', 'jar', 3]])
    expect(await pipeline.query('SELECT op, _failed_expectations FROM items_quarantine')).toEqual([
      ['TRUNCATE', ['named', 'ordered']],
    ])
  })
})

describe('an update that stopped between the hidden state and the target', () => {
  for (const scdType of [1, 2] as const) {
    test(`is done again from the same start, SCD type ${scdType}`, async () => {
      begin({ scdType })
      await apply(MUG, JAR)
      const allowCommits = await pipeline.forbidCommits('items')
      land('events', upsert('A1', 20, 'mug', 6), remove('B2', 50), remove('C3', 9))
      expect((await pipeline.run()).errors).toMatchObject([{ condition: 'DELTA_CONCURRENT_TRANSACTION' }])
      allowCommits()
      await apply(upsert('C3', 5, 'cup', 1), upsert('A1', 15, 'mug', 7))
      expect(await items()).toEqual(
        scdType === 1
          ? [['A1', 'mug', 6]]
          : [
              ['A1', 'mug', 5, 10, 15],
              ['A1', 'mug', 6, 20, null],
              ['A1', 'mug', 7, 15, 20],
              ['B2', 'jar', 3, 40, 50],
              ['C3', 'cup', 1, 5, 9],
            ],
      )
    })
  }

  test('may be done again with other events: what it was to make obsolete counts on', async () => {
    begin()
    await apply(MUG, remove('B2', 50))
    const allowCommits = await pipeline.forbidCommits('items')
    land('events', upsert('A1', 20, 'mug', -1), upsert('B2', 60, 'jar', -1), upsert('C3', 1, 'cup', 1))
    expect((await pipeline.run()).errors).toHaveLength(1)
    allowCommits()
    define({ target: "expectOrDrop: { priced: 'price > 0' }" })
    await update()
    await apply(upsert('A1', 5, 'mug', 4), JAR)
    expect(await items()).toEqual([
      ['A1', 'mug', 5],
      ['C3', 'cup', 1],
    ])
  })

  test('does not hinder another flow into the target, nor does that change what it does', async () => {
    begin({
      more: `temporaryView('others', () => changes('others'))
        autoCdcFlow({ ...flow, name: 'from_others', source: 'others' })`,
    })
    land('others', upsert('C3', 1, 'cup', 1))
    await apply(MUG)
    const allowCommits = await pipeline.forbidCommits('items')
    land('events', remove('B2', 50), upsert('A1', 20, 'mug', 6))
    land('others', JAR, upsert('A1', 30, 'mug', 7))
    expect((await pipeline.run()).errors).toHaveLength(2)
    allowCommits()
    await update()
    expect(await items()).toEqual([
      ['A1', 'mug', 7],
      ['C3', 'cup', 1],
    ])
  })
})

describe('the hidden state of a target', () => {
  test('is in no listing and goes with the table', async () => {
    begin()
    await apply(MUG)
    expect(existsSync(join(hiddenFolder(), '_delta_log'))).toBe(true)
    const catalog = new Catalog({
      warehouse: join(pipeline.folder, 'warehouse'),
      storage: join(pipeline.folder, '.millrace'),
      tables: {},
      defaultCatalog: 'main',
      defaultSchema: 'shop',
    })
    expect(catalog.list().map((each) => each.name.table)).toEqual(['items'])
  })

  test('is emptied with the table by a full refresh, which may change the flow', async () => {
    begin()
    await apply(MUG, remove('B2', 50))
    define({ scdType: 2 })
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'AUTOCDC_INVALID_STATE.SCD_TYPE_DRIFT',
    })
    const { fields } = (await pipeline.table('items')).snapshot.metadata.schema
    expect(fields.map((each) => each.name)).toEqual(['sku', 'title', 'price'])
    expect((await pipeline.run({ fullRefreshAll: true })).errors).toEqual([])
    expect(await items()).toEqual([['A1', 'mug', 5, 10, null]])
  })

  test('is not taken for empty when it is gone', async () => {
    begin()
    await apply(MUG)
    rmSync(hiddenFolder(), { recursive: true })
    land('events', JAR)
    expect((await pipeline.run()).errors).toEqual([
      expect.objectContaining({
        condition: 'AUTOCDC_INVALID_STATE.AUXILIARY_TABLE_MISSING',
        parameters: { tableName: 'main.shop.items' },
      }),
    ])
  })

  test('is not begun anew when the table was deleted by hand: what its flows have read is gone', async () => {
    begin()
    await apply(MUG)
    rmSync(pipeline.folderOf('items'), { recursive: true })
    land('events', JAR)
    await expect(pipeline.run()).rejects.toMatchObject({ condition: 'STREAMING_TABLE_MISSING' })
    expect((await pipeline.run({ fullRefreshAll: true })).errors).toEqual([])
    expect(await items()).toEqual([
      ['A1', 'mug', 5],
      ['B2', 'jar', 3],
    ])
  })

  test('counts by the batches that the table has, which it must not forget', async () => {
    begin({ target: `tableProperties: { 'delta.setTransactionRetentionDuration': 'interval 1 hour' }` })
    land('events', MUG)
    expect((await pipeline.run()).errors).toMatchObject([
      {
        condition: 'AUTOCDC_TARGET_FORGETS_BATCHES',
        parameters: { tableName: 'main.shop.items', duration: 'interval 1 hour' },
      },
    ])
    expect(await items()).toEqual([])
  })

  test('refuses another key', async () => {
    begin()
    await apply(MUG)
    define({ flow: `keys: ['sku', 'title'],` })
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'AUTOCDC_INVALID_STATE.KEY_SCHEMA_DRIFT',
    })
    expect((await pipeline.table('items')).snapshot.clusteringColumns).toEqual([['sku']])
  })

  test.each(['none', 'name'])('stays of a few files, column mapping %s', async (mode) => {
    begin({ target: `tableProperties: { 'delta.columnMapping.mode': '${mode}' }` })
    for (let i = 0; i < 36; i++) land('events', upsert('A1', i, 'mug', i), upsert(`K${i}`, i, 'cup', i))
    await update()
    const dataFiles = readdirSync(hiddenFolder()).filter((each) => each.endsWith('.parquet'))
    expect(dataFiles.length).toBeLessThan(30)
    await using hidden = await DeltaTable.forPath(hiddenFolder())
    expect((await hidden.detail()).numFiles).toBeLessThan(18)
    expect(await pipeline.query('SELECT count(*), max(price) FROM items')).toEqual([[37, 35]])
  })

  /** The files of the newest commit of the hidden state that has any: those that came, with their statistics, and those that went. */
  const lastHiddenFiles = () => {
    const log = join(hiddenFolder(), '_delta_log')
    const newest = readdirSync(log)
      .filter((each) => /^\d+\.json$/.test(each))
      .toSorted()
      .at(-1)!
    const actions = readFileSync(join(log, newest), 'utf8').trim().split('\n')
    const parsed = actions.map((each) => JSON.parse(each) as Record<string, { path: string; stats: string }>)
    const added = parsed.flatMap(({ add }) => (add ? [{ path: add.path, stats: JSON.parse(add.stats) }] : []))
    return { added, removed: parsed.flatMap(({ remove }) => (remove ? [remove.path] : [])) }
  }

  test.each([1, 2] as const)(
    'drops files of which no row counts any more without reading them, SCD type %i',
    async (scdType) => {
      begin({ scdType, flow: 'ignoreNullUpdates: true,' })
      await apply(MUG, upsert('A1', 11, 'mug', null))
      await apply(upsert('A1', 12, 'mug', 5), upsert('A1', 11, 'mug', 5), remove('A1', 13))
      const marked = lastHiddenFiles().added.filter(({ stats }) => stats.nullCount.__REMOVED_BY_FLOW === 0)
      expect(marked).toHaveLength(1)
      // A file that is not there cannot be read.
      rmSync(join(hiddenFolder(), marked[0]!.path))
      await apply(upsert('A1', 20, 'mug', 6), upsert('A1', 21, 'mug', 6))
      expect(lastHiddenFiles().removed).toContain(marked[0]!.path)
      expect((await items()).at(-1)).toEqual(['A1', 'mug', 6, ...(scdType === 1 ? [] : [20, null])])
    },
  )

  test('that was made before its files were told apart by statistics gets the setting for it', async () => {
    begin()
    await apply(MUG)
    const setting = 'delta.dataSkippingStringPrefixLength'
    await using hidden = await DeltaTable.forPath(hiddenFolder())
    expect(hidden.properties[setting]).toBe('64')
    await hidden.unsetProperties(setting)
    const { version } = hidden
    await apply(upsert('A1', 20, 'mug', 6))
    await hidden.refresh()
    expect(hidden.properties[setting]).toBe('64')
    expect((await hidden.history()).map((each) => [each.version, each.operation]).slice(0, 2)).toEqual([
      [version + 2, 'MERGE'],
      [version + 1, 'SET TBLPROPERTIES'],
    ])
    await apply(upsert('A1', 30, 'mug', 7))
    await hidden.refresh()
    expect(hidden.version).toBe(version + 3)
  })
})

describe('events that cannot be applied', () => {
  test('NULL keys and sequences are refused before anything is written', async () => {
    begin()
    await apply(MUG)
    land('events', JAR, { ...remove('A1', 41), sku: null, title: 'x'.repeat(600) })
    const sample = `{"title":"${'x'.repeat(490)}...`
    expect((await pipeline.run()).errors).toEqual([
      expect.objectContaining({
        condition: 'AUTOCDC_MICROBATCH_VALIDATION.NULL_KEY',
        parameters: expect.objectContaining({ columnName: 'sku', nullCount: '1', eventCount: '2', sample }),
      }),
    ])
    expect(await items()).toEqual([['A1', 'mug', 5]])
  })

  test('NULL sequences are shown in the event as the source has it', async () => {
    begin()
    land('events', MUG, { ...remove('A1', 0), seq: null })
    expect((await pipeline.run()).errors).toEqual([
      expect.objectContaining({
        condition: 'AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE',
        parameters: {
          tableName: 'main.shop.items',
          batchId: '0',
          sequence: 'sequence',
          eventCount: '2',
          nullCount: '1',
          sample: '{"sku":"A1","op":"DELETE"}',
        },
      }),
    ])
  })

  test.each([1, 2] as const)(
    'no field of a sequence is NULL, which has no place among the others: SCD type %i',
    async (scdType) => {
      begin({ scdType, flow: "sequenceBy: expr('struct(seq, struct(price AS minor) AS part)')," })
      land('events', MUG, upsert('A1', 10, 'cup', null))
      expect((await pipeline.run()).errors).toEqual([
        expect.objectContaining({
          condition: 'AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE',
          parameters: expect.objectContaining({ sequence: 'sequence.part.minor', nullCount: '1' }),
        }),
      ])
    },
  )

  test('that disagree at one sequence are told, with one of them', async () => {
    begin()
    await apply(MUG, upsert('A1', 10, 'cup', 9))
    expect(await items()).toEqual([['A1', 'mug', 5]])
    expect(warnings()).toEqual([
      expect.stringContaining(
        `Flow 'items' met 1 sequence at which change events of one key disagree, such as {"sku":"A1","sequence":10}`,
      ),
    ])
  })

  test.each([1, 2] as const)(
    'that say nothing of a column are no tie with themselves when they come again, SCD type %i',
    async (scdType) => {
      begin({ scdType, flow: 'ignoreNullUpdates: true,' })
      const sparse = { ...upsert('A1', 20, 'cup', null), op: null }
      await apply(MUG, sparse)
      await apply(sparse)
      expect(warnings()).toEqual([])
      await apply({ ...sparse, title: null, price: 7 })
      expect(warnings()).toEqual([
        expect.stringContaining(
          `such as {"sku":"A1","sequence":20}. A delete wins, then the greatest values.`,
        ),
      ])
      expect((await items())[0]!.slice(0, 3)).toEqual(['A1', 'cup', 7])
    },
  )

  test('of a sequence that is forgotten are no tie with what stands for it', async () => {
    const forgetting = { 'pipelines.cdc.tombstoneGCThresholdInSeconds': '0' }
    begin({ scdType: 2, flow: 'ignoreNullUpdates: true,' }, forgetting)
    const sparse = upsert('A1', 20, 'mug', null)
    await apply(MUG, sparse)
    await apply(sparse)
    expect(warnings()).toEqual([])
  })

  test('that come after what they would change was forgotten are dropped and told', async () => {
    begin({ scdType: 2 }, { 'pipelines.cdc.tombstoneGCThresholdInSeconds': '0' })
    await apply(upsert('A1', 10, 'mug', 5), remove('A1', 30))
    await apply(remove('A1', 40))
    await apply(upsert('A1', 41, 'mug', 1))
    await apply(upsert('A1', 20, 'late', 5))
    expect(warnings()).toEqual([
      expect.stringContaining(`Flow 'items' dropped 1 change event that came too late, such as {"sku":"A1"`),
    ])
    expect(await items()).toEqual([
      ['A1', 'mug', 1, 41, null],
      ['A1', 'mug', 5, 10, 30],
    ])
  })
})
