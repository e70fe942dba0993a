import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DeltaTable, executeSql, read } from '../../src/delta-table/index.ts'
import { col } from '../../src/functions.ts'
import { freshPath } from './test-folder.ts'

const COLUMNS = 'id BIGINT NOT NULL, name STRING, amount DECIMAL(10,2) DEFAULT 5'

async function tableOf(rows: readonly { id: bigint; name?: string; amount?: string }[], path = freshPath()) {
  const table = await DeltaTable.create(path).addColumns(COLUMNS).execute()
  if (rows.length > 0) await table.append(rows)
  return table
}

const abc = [
  { id: 1n, name: 'a', amount: '1.50' },
  { id: 2n, name: 'b', amount: '2.50' },
  { id: 3n, name: 'c', amount: '3.50' },
]

describe('opening', () => {
  test('a path without a table is an error, and isDeltaTable says so', async () => {
    const path = freshPath()
    expect(DeltaTable.isDeltaTable(path)).toBe(false)
    await expect(DeltaTable.forPath(path)).rejects.toMatchObject({ condition: 'DELTA_PATH_DOES_NOT_EXIST' })
    await using table = await tableOf([], path)
    expect(DeltaTable.isDeltaTable(path)).toBe(true)
    expect([table.version, table.path]).toEqual([0, path])
  })

  test('create refuses a table that is there, createIfNotExists keeps it, createOrReplace empties it', async () => {
    const path = freshPath()
    await using _ = await tableOf(abc, path)
    await expect(DeltaTable.create(path).addColumns('x INT').execute()).rejects.toMatchObject({
      condition: 'DELTA_TABLE_ALREADY_EXISTS',
    })
    await using kept = await DeltaTable.createIfNotExists(path).addColumns('x INT').execute()
    expect(await kept.count()).toBe(3)
    await using replaced = await DeltaTable.createOrReplace(path).addColumns('x INT').execute()
    expect([await replaced.count(), replaced.version]).toEqual([0, 2])
  })

  test('a definition with all its parts', async () => {
    await using table = await DeltaTable.create(freshPath())
      .addColumn('id', 'BIGINT', { identity: { start: 10n } })
      .addColumn('ts', 'TIMESTAMP', { comment: 'when' })
      .addColumn('day', 'DATE', { generatedAlwaysAs: 'CAST(ts AS DATE)' })
      .addColumn('amount', 'DECIMAL(10,2)', { nullable: false, defaultValue: '7' })
      .partitionedBy('day')
      .property('delta.appendOnly', 'true')
      .comment('all orders')
      .addConstraint('positive', 'amount > 0')
      .execute()
    await table.append([{ ts: new Date('2026-01-31T10:00:00Z') }])
    expect(await table.toArray()).toEqual([
      { id: 10n, ts: '2026-01-31 10:00:00.000000', day: '2026-01-31', amount: '7.00' },
    ])
    expect(table.partitionColumns).toEqual(['day'])
    expect(table.properties).toMatchObject({
      'delta.appendOnly': 'true',
      'delta.constraints.positive': 'amount > 0',
    })
    await expect(table.append([{ amount: -1 }])).rejects.toMatchObject({
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
    })
  })

  test('a table of the rows of a query', async () => {
    await using source = await tableOf(abc)
    await using table = await DeltaTable.create(freshPath()).as(source.toDF().where('id > 1')).execute()
    expect(await table.toArray({ columns: ['id'], orderBy: 'id' })).toEqual([{ id: 2n }, { id: 3n }])
  })
})

describe('reading', () => {
  test('columns, conditions, order, limit', async () => {
    await using table = await tableOf(abc)
    const rows = await table.toArray({
      columns: ['id', col('amount').multiply(2).as('twice')],
      where: "name <> 'a'",
      orderBy: 'id DESC',
      limit: 1,
    })
    expect(rows).toEqual([{ id: 3n, twice: '7.00' }])
    expect(await table.count({ where: col('id').gt(1) })).toBe(2)
  })

  test('older versions, by number and by time', async () => {
    await using table = await tableOf(abc)
    const [newest] = await table.history(1)
    await table.delete()
    expect(await table.count()).toBe(0)
    expect(await table.count({ version: 1 })).toBe(3)
    expect(await table.count({ timestamp: new Date(newest!.timestamp) })).toBe(3)
    await expect(table.count({ version: 9 })).rejects.toMatchObject({ condition: 'DELTA_VERSION_NOT_FOUND' })
  })

  test('each read sees what others committed', async () => {
    const path = freshPath()
    await using table = await tableOf([], path)
    await using other = await DeltaTable.forPath(path)
    await other.append(abc)
    expect(await table.count()).toBe(3)
  })
})

describe('writing', () => {
  test('rows of a generator, a query, a DataFrame over files', async () => {
    await using table = await tableOf([])
    async function* many() {
      for (let id = 0n; id < 25_000n; id++) yield { id }
    }
    expect(await table.append(many())).toEqual({ version: 1, numInsertedRows: 25_000n })
    const files = freshPath()
    mkdirSync(files)
    writeFileSync(`${files}/a.json`, '{"id": 1, "name": "from a file"}\n')
    await table.overwrite(`SELECT id, name FROM json.\`${files}\``)
    await table.append(read.format('json').load(files))
    expect(await table.toArray({ columns: ['id', 'name'] })).toEqual([
      { id: 1n, name: 'from a file' },
      { id: 1n, name: 'from a file' },
    ])
  })

  test('overwriting all, a condition, partitions', async () => {
    await using table = await DeltaTable.create(freshPath())
      .addColumns('day STRING, n INT')
      .partitionedBy('day')
      .execute()
    await table.append([
      { day: 'mon', n: 1 },
      { day: 'tue', n: 2 },
    ])
    await table.overwrite([{ day: 'mon', n: 10 }], { replaceWhere: "day = 'mon'" })
    await table.overwrite([{ day: 'tue', n: 20 }], { partitionOverwriteMode: 'dynamic' })
    expect(await table.toArray({ orderBy: 'day' })).toEqual([
      { day: 'mon', n: 10 },
      { day: 'tue', n: 20 },
    ])
    await table.overwrite([{ day: 'wed', n: 3 }])
    expect(await table.toArray()).toEqual([{ day: 'wed', n: 3 }])
  })

  test('new columns become the table’s where that is asked for', async () => {
    await using table = await tableOf([])
    const rows = [{ id: 1n, tags: ['x', 'y'] }]
    await expect(table.append(rows)).rejects.toMatchObject({ condition: 'DELTA_METADATA_MISMATCH' })
    await table.append(rows, { mergeSchema: true })
    expect(await table.toArray({ columns: ['id', 'tags'] })).toEqual([{ id: 1n, tags: ['x', 'y'] }])
  })

  test('a write that an application repeats is done once', async () => {
    await using table = await tableOf([])
    const application = { id: 'loader', version: 7n }
    await table.append(abc, { application })
    await table.append(abc, { application })
    expect([await table.count(), table.version]).toEqual([3, 1])
  })

  test('UPDATE and DELETE', async () => {
    await using table = await tableOf(abc)
    expect(await table.update({ set: { name: "upper(name) || '!'", amount: 9 }, where: 'id >= 2' })).toEqual({
      version: 2,
      numAffectedRows: 2n,
    })
    expect(await table.delete(col('id').eq(3))).toEqual({ version: 3, numAffectedRows: 1n })
    expect(await table.toArray({ orderBy: 'id' })).toEqual([
      { id: 1n, name: 'a', amount: '1.50' },
      { id: 2n, name: 'B!', amount: '9.00' },
    ])
  })
})

describe('MERGE', () => {
  test('all clauses, with rows of the program and columns that only they have', async () => {
    await using table = await tableOf(abc)
    const changes = [
      { id: 1n, gone: true, name: '' },
      { id: 2n, gone: false, name: 'new b' },
      { id: 4n, gone: false, name: 'd' },
    ]
    const result = await table
      .merge(changes, 'target.id = source.id')
      .whenMatchedDelete('source.gone')
      .whenMatchedUpdate({ set: { name: 'source.name' } })
      .whenNotMatchedInsert({ values: { id: 'source.id', name: 'source.name' } })
      .whenNotMatchedBySourceUpdate({ set: { amount: 'target.amount + 1' } })
      .execute()
    expect(result).toEqual({
      version: 2,
      numAffectedRows: 4n,
      numUpdatedRows: 2n,
      numDeletedRows: 1n,
      numInsertedRows: 1n,
    })
    expect(await table.toArray({ orderBy: 'id' })).toEqual([
      { id: 2n, name: 'new b', amount: '2.50' },
      { id: 3n, name: 'c', amount: '4.50' },
      { id: 4n, name: 'd', amount: '5.00' },
    ])
  })

  test('UPDATE SET * and INSERT * with names of its own, and schema evolution', async () => {
    await using table = await tableOf(abc.slice(0, 1))
    await table
      .merge('SELECT 1L AS id, "x" AS name, 1.00 AS amount, true AS vip', 't.id = s.id', {
        target: 't',
        source: 's',
      })
      .whenMatchedUpdateAll()
      .whenNotMatchedInsertAll()
      .withSchemaEvolution()
      .execute()
    expect(await table.toArray()).toEqual([{ id: 1n, name: 'x', amount: '1.00', vip: true }])
  })
})

describe('maintenance', () => {
  test('OPTIMIZE, VACUUM, RESTORE, clone', async () => {
    await using table = await tableOf([])
    for (const row of abc) await table.append([row])
    const { metrics } = await table.optimize().executeCompaction()
    expect([metrics.numFilesRemoved, metrics.numFilesAdded]).toEqual([3, 1])
    await expect(table.vacuum(0)).rejects.toMatchObject({
      condition: 'DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT',
    })
    expect((await table.vacuum(undefined, { dryRun: true })).files).toEqual([])
    expect(await table.restoreToVersion(1)).toMatchObject({ numRestoredFiles: 1, numRemovedFiles: 1 })
    expect(await table.count()).toBe(1)
    const path = freshPath()
    await table.clone(path, { at: { version: 3 } })
    await using clone = await DeltaTable.forPath(path)
    expect(await clone.count()).toBe(3)
  })

  test('history and detail', async () => {
    await using table = await tableOf(abc)
    expect((await table.history()).map((each) => [each.version, each.operation])).toEqual([
      [1, 'WRITE'],
      [0, 'CREATE TABLE'],
    ])
    expect(await table.detail()).toMatchObject({ format: 'delta', location: table.path, numFiles: 1 })
  })

  test('the change feed', async () => {
    await using table = await tableOf(abc.slice(0, 1))
    await table.setProperties({ 'delta.enableChangeDataFeed': 'true' })
    await table.update({ set: { name: "'z'" } })
    const changes = []
    for await (const change of table.changes({ from: { version: 3 } })) changes.push(change)
    expect(changes.map((each) => [each._change_type, each.name, each._commit_version]).sort()).toEqual([
      ['update_postimage', 'z', 3n],
      ['update_preimage', 'a', 3n],
    ])
  })

  test('constraints, properties, features', async () => {
    await using table = await tableOf(abc)
    await expect(table.addConstraint('small', 'amount < 3')).rejects.toMatchObject({
      condition: 'DELTA_NEW_CHECK_CONSTRAINT_VIOLATION',
    })
    await table.addConstraint('positive', 'amount > 0')
    await table.dropConstraint('positive')
    await table.addFeatureSupport('deletionVectors')
    expect((await table.detail()).tableFeatures).toContain('deletionVectors')
    await table.setProperties({ owner: 'me' })
    expect(table.properties.owner).toBe('me')
    await table.unsetProperties('owner')
    expect(table.properties.owner).toBeUndefined()
  })

  test('a folder of Parquet files becomes a table', async () => {
    await using source = await tableOf(abc)
    const path = freshPath()
    await executeSql(`CREATE TABLE delta.\`${path}\` AS SELECT * FROM delta.\`${source.path}\``)
    rmSync(`${path}/_delta_log`, { recursive: true })
    await using table = await DeltaTable.convertToDelta(path)
    expect(await table.count()).toBe(3)
  })
})

test('SQL: several statements, the rows of the last', async () => {
  const path = freshPath()
  const text = `
    CREATE TABLE delta.\`${path}\` (id INT, name STRING);
    INSERT INTO delta.\`${path}\` VALUES (1, 'a'), (2, 'b');
    SELECT * FROM delta.\`${path}\` ORDER BY ALL`
  expect(await executeSql(text)).toEqual([
    { id: 1, name: 'a' },
    { id: 2, name: 'b' },
  ])
})

describe('a data file of the newest version', () => {
  async function dataFileOf(table: DeltaTable) {
    return join(table.path, readdirSync(table.path).find((name) => name.endsWith('.parquet'))!)
  }

  test('that is gone is named', async () => {
    await using table = await tableOf(abc)
    const filePath = await dataFileOf(table)
    rmSync(filePath)
    const expected = { condition: 'DELTA_FILE_NOT_FOUND_DETAILED', parameters: { filePath } }
    await expect(table.toArray()).rejects.toMatchObject(expected)
    await table.append([{ id: 4n }])
    await expect(table.toArray()).rejects.toMatchObject(expected)
  })

  test('that is torn is named', async () => {
    await using table = await tableOf(abc)
    const path = await dataFileOf(table)
    truncateSync(path, 100)
    await expect(table.toArray()).rejects.toMatchObject({
      condition: 'FAILED_READ_FILE.NO_HINT',
      parameters: { path },
    })
  })
})

test('a misspelt column is refused with the nearest one and the path of the table', async () => {
  await using table = await tableOf([])
  await expect(table.append([{ id: 1n, amont: '1.50' }])).rejects.toMatchObject({
    condition: 'DELTA_METADATA_MISMATCH',
    parameters: { column: 'amont', table: table.path, columns: 'id, name, amount' },
    hint: "Did you mean 'amount'? Leave the column out, or write with the option mergeSchema, which adds it to the table.",
  })
})

test('rows may have the type of an interface or a class', async () => {
  interface Order {
    id: bigint
    amount: string
  }
  class Customer {
    readonly id = 2n
    readonly name = 'b'
  }
  const orders: Order[] = [{ id: 1n, amount: '1.50' }]
  await using table = await tableOf([])
  await table.append(orders)
  await table.append([new Customer()])
  expect(await table.toArray({ orderBy: 'id' })).toEqual([
    { id: 1n, name: null, amount: '1.50' },
    { id: 2n, name: 'b', amount: '5.00' },
  ])
})
