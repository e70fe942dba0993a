import { expect, test } from 'vitest'
import { type AddFile, DeltaTable } from '../../../src/delta/index.ts'
import { commitPath } from '../../../src/delta/log/log-files.ts'
import type { DeltaPort } from '../../../src/delta/port.ts'
import type { DeltaScan } from '../../../src/plan/scan.ts'
import { DeltaSource, deltaSourceOptions } from '../../../src/sources/delta/index.ts'
import { memoryStorage } from '../../../src/storage/index.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { parseSchema, printSchema } from '../../../src/types/ddl.ts'
import { countingStorage } from '../../support/counting-storage.ts'

/** A table whose data files are only named: a stream is about which files it takes. */
class Upstream {
  readonly storage: Storage = memoryStorage()
  #time = 0

  static async create(ddl = 'id BIGINT'): Promise<Upstream> {
    const upstream = new Upstream()
    const creation = DeltaTable.create(upstream.storage, noParquet, { schema: parseSchema(ddl) })
    await creation.commit({ operation: 'CREATE TABLE' })
    return upstream
  }

  open(): Promise<DeltaTable> {
    return DeltaTable.open(this.storage, noParquet)
  }

  async append(...names: string[]): Promise<void> {
    const table = await this.open()
    await table
      .startTransaction()
      .addFiles(names.map((name) => this.#file(name)))
      .commit({ operation: 'WRITE' })
  }

  /** Removes files and adds others in one commit. */
  async rewrite(removed: string[], added: string[], dataChange = true): Promise<void> {
    const table = await this.open()
    const gone = [...table.snapshot.files()].filter((each) => removed.includes(each.path))
    const transaction = table.startTransaction().readFiles(gone).removeFiles(gone, { dataChange })
    for (const name of added) transaction.addFile({ ...this.#file(name), dataChange })
    await transaction.commit({ operation: dataChange ? 'MERGE' : 'OPTIMIZE' })
  }

  async addColumn(ddl: string): Promise<void> {
    const table = await this.open()
    await table
      .startTransaction()
      .updateMetadata({ schema: parseSchema(ddl) })
      .commit({ operation: 'ADD COLUMNS' })
  }

  source(options: Record<string, string> = {}): DeltaSource {
    return new DeltaSource({
      name: 'bronze',
      storage: this.storage,
      open: () => this.open(),
      options: deltaSourceOptions(options),
    })
  }

  #file(path: string): AddFile {
    return { path, partitionValues: {}, size: 100, modificationTime: ++this.#time, dataChange: true }
  }
}

const noParquet: DeltaPort = {
  readActions: () => {
    throw new Error('no checkpoint is read here')
  },
  writeCheckpoint: async () => {
    throw new Error('no checkpoint is written here')
  },
}

/** The files of each batch as a new process reads them, until nothing is left. */
async function drain(upstream: Upstream, options: Record<string, string> = {}, from?: unknown) {
  const batches: string[][] = []
  let end = from
  const source = upstream.source(options)
  const to = await source.latest()
  for (;;) {
    const planned = await source.plan(end, to)
    if (planned === undefined) return { batches, end }
    const range = JSON.parse(JSON.stringify(planned.range)) as unknown
    const { input } = await upstream.source(options).read(range)
    batches.push((input as DeltaScan).files.map((each) => each.path.split('/').at(-1)!))
    end = planned.end
  }
}

test('a stream begins with the table as it is and goes on commit by commit', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'b')
  await upstream.append('c')
  const first = await drain(upstream)
  expect(first.batches).toEqual([['a', 'b', 'c']])
  expect(first.end).toMatchObject({ reservoirVersion: 3, index: -1, isInitialSnapshot: false })
  await upstream.append('d')
  await upstream.append('e')
  const second = await drain(upstream, {}, first.end)
  expect(second.batches).toEqual([['d', 'e']])
  expect((await drain(upstream, {}, second.end)).batches).toEqual([])
})

test('maxFilesPerTrigger and maxBytesPerTrigger cut the snapshot and commits into batches', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'b', 'c')
  await upstream.append('d')
  const first = await drain(upstream, { maxFilesPerTrigger: '2' })
  expect(first.batches).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  await upstream.append('e', 'f', 'g')
  await upstream.append('h')
  expect((await drain(upstream, { maxFilesPerTrigger: '2' }, first.end)).batches).toEqual([
    ['e', 'f'],
    ['g', 'h'],
  ])
  expect((await drain(upstream, { maxBytesPerTrigger: '250' }, first.end)).batches).toEqual([
    ['e', 'f'],
    ['g', 'h'],
  ])
  expect((await drain(upstream, { maxBytesPerTrigger: '1' }, first.end)).batches).toEqual([
    ['e'],
    ['f'],
    ['g'],
    ['h'],
  ])
})

test('a batch tells how many files wait behind it, and how large they are', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'b', 'c')
  const backlogs = async (from: unknown, options: Record<string, string>) => {
    const source = upstream.source(options)
    const to = await source.latest()
    const found: unknown[] = []
    for (let end = from; ; ) {
      const planned = await source.plan(end, to)
      if (planned === undefined) return { found, end }
      found.push(planned.backlog)
      end = planned.end
    }
  }
  const waiting = (files: number) => ({ files, bytes: files * 100 })
  const { found, end } = await backlogs(undefined, { maxFilesPerTrigger: '2' })
  expect(found).toEqual([waiting(1), waiting(0)])
  for (const name of ['d', 'e', 'f', 'g', 'h']) await upstream.append(name)
  expect((await backlogs(end, { maxFilesPerTrigger: '2' })).found).toEqual([3, 1, 0].map(waiting))
  expect((await backlogs(end, { maxBytesPerTrigger: '350' })).found).toEqual([2, 0].map(waiting))
  expect((await backlogs(end, {})).found).toEqual([waiting(0)])
})

test('what waits ends before a commit that the stream cannot take', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const { end } = await drain(upstream)
  for (const name of ['b', 'c', 'd']) await upstream.append(name)
  await upstream.rewrite(['a'], [])
  await upstream.append('e')
  const source = upstream.source({ maxFilesPerTrigger: '1' })
  const planned = await source.plan(end, await source.latest())
  expect(planned!.backlog).toEqual({ files: 2, bytes: 200 })
})

test('a snapshot that is half read stays the one it was, whatever is committed meanwhile', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'b', 'c')
  const source = upstream.source({ maxFilesPerTrigger: '1' })
  const planned = await source.plan(undefined, await source.latest())
  await upstream.rewrite(['b', 'c'], ['bc'], false)
  await upstream.append('d')
  const rest = await drain(upstream, { maxFilesPerTrigger: '2' }, planned!.end)
  expect(rest.batches).toEqual([['b', 'c'], ['d']])
})

test('compactions are invisible', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'b')
  const first = await drain(upstream)
  await upstream.rewrite(['a', 'b'], ['ab'], false)
  await upstream.append('c')
  expect((await drain(upstream, {}, first.end)).batches).toEqual([['c']])
})

test('startingVersion reads from that commit on; latest only what comes', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  await upstream.append('b')
  expect((await drain(upstream, { startingVersion: '2' })).batches).toEqual([['b']])
  expect((await drain(upstream, { startingVersion: '3' })).batches).toEqual([])
  await expect(drain(upstream, { startingVersion: '4' })).rejects.toMatchObject({
    condition: 'DELTA_VERSION_NOT_FOUND',
  })
  const begun = await drain(upstream, { startingVersion: 'latest' })
  expect(begun.batches).toEqual([[]])
  await upstream.append('c')
  expect((await drain(upstream, { startingVersion: 'latest' }, begun.end)).batches).toEqual([['c']])
})

test('startingTimestamp reads from the first commit at that time or later', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const { timestampMs } = (await upstream.open()).snapshot
  await upstream.append('b')
  const at = (ms: number) => ({ startingTimestamp: new Date(ms).toISOString() })
  expect((await drain(upstream, at(timestampMs))).batches.flat()).toContain('b')
  expect((await drain(upstream, at(Date.now() + 60_000))).batches).toEqual([])
})

test('a commit that changes rows fails, unless an option passes over it', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'b')
  const { end } = await drain(upstream)
  await upstream.append('c')
  await upstream.rewrite(['a'], ['a2'])
  await upstream.append('d')
  const source = upstream.source()
  const to = await source.latest()
  const before = await source.plan(end, to)
  expect(before!.end).toMatchObject({ reservoirVersion: 3 })
  await expect(source.plan(before!.end, to)).rejects.toMatchObject({
    condition: 'DELTA_SOURCE_TABLE_IGNORE_CHANGES',
    parameters: { table: 'bronze', version: '3', file: 'a' },
  })
  expect((await drain(upstream, { skipChangeCommits: 'true' }, end)).batches).toEqual([['c', 'd']])
  expect((await drain(upstream, { ignoreChanges: 'true' }, end)).batches).toEqual([['c', 'a2', 'd']])
  await expect(drain(upstream, { ignoreDeletes: 'true' }, end)).rejects.toMatchObject({
    condition: 'DELTA_SOURCE_TABLE_IGNORE_CHANGES',
  })
})

test('a commit that deletes rows fails, unless an option passes over it', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'b')
  const { end } = await drain(upstream)
  await upstream.rewrite(['a'], [])
  await upstream.append('c')
  await expect(drain(upstream, {}, end)).rejects.toMatchObject({
    condition: 'DELTA_SOURCE_IGNORE_DELETE',
    parameters: { table: 'bronze', version: '2', file: 'a' },
  })
  for (const option of ['ignoreDeletes', 'skipChangeCommits', 'ignoreChanges']) {
    expect((await drain(upstream, { [option]: 'true' }, end)).batches).toEqual([['c']])
  }
})

test('excludeRegex leaves files out', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a', 'tmp-b')
  const first = await drain(upstream, { excludeRegex: '^tmp-' })
  await upstream.append('tmp-c', 'd')
  const second = await drain(upstream, { excludeRegex: '^tmp-' }, first.end)
  expect([first.batches, second.batches]).toEqual([[['a']], [['d']]])
})

test('added columns stop the stream, which goes on with them when it is opened again', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const source = upstream.source()
  const planned = await source.plan(undefined, await source.latest())
  await upstream.append('b')
  await upstream.addColumn('id BIGINT, name STRING')
  await upstream.append('c')
  const to = await source.latest()
  const before = await source.plan(planned!.end, to)
  expect(before!.end).toMatchObject({ reservoirVersion: 3 })
  const error = await source.plan(before!.end, to).catch((each: unknown) => each)
  expect(error).toMatchObject({
    condition: 'DELTA_SCHEMA_CHANGED_WITH_VERSION',
    parameters: { table: 'bronze', version: '3', dataSchema: 'struct<id:bigint,name:string>' },
  })
  expect(await source.evolve(error)).toBe(true)
  expect(printSchema((await source.schema()).schema)).toBe('id BIGINT, name STRING')
  expect((await drain(upstream, {}, before!.end)).batches).toEqual([['c']])
})

test('a stream that was behind reads commits from before the columns were added with them', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const { end } = await drain(upstream)
  await upstream.append('b')
  await upstream.addColumn('id BIGINT, name STRING')
  expect((await drain(upstream, {}, end)).batches).toEqual([['b']])
})

test('columns that were dropped or retyped since cannot be followed', async () => {
  const upstream = await Upstream.create('id BIGINT, name STRING')
  await upstream.append('a')
  const { end } = await drain(upstream)
  await upstream.addColumn('id BIGINT, name STRING, more INT')
  await upstream.addColumn('id BIGINT, name STRING')
  await expect(drain(upstream, {}, end)).rejects.toMatchObject({
    condition: 'DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE',
    parameters: { version: '2' },
  })
})

test('columns that were dropped since cannot be followed where rows from before are still to be read', async () => {
  const upstream = await Upstream.create('id BIGINT, name STRING')
  await upstream.append('a')
  const { end } = await drain(upstream)
  await upstream.append('b')
  await upstream.append('c')
  await upstream.addColumn('id BIGINT')
  await upstream.append('d')
  await expect(drain(upstream, {}, end)).rejects.toMatchObject({
    condition: 'DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE',
    parameters: {
      table: 'bronze',
      version: '2',
      readSchema: 'struct<id:bigint>',
      dataSchema: 'struct<id:bigint,name:string>',
    },
  })
  expect((await drain(upstream, { startingVersion: '4' })).batches).toEqual([['d']])
})

test('nor can they in the middle of the snapshot with which the stream began', async () => {
  const upstream = await Upstream.create('id BIGINT, name STRING')
  await upstream.append('a', 'b')
  const source = upstream.source({ maxFilesPerTrigger: '1' })
  const planned = await source.plan(undefined, await source.latest())
  await upstream.addColumn('id BIGINT')
  await expect(drain(upstream, {}, planned!.end)).rejects.toMatchObject({
    condition: 'DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE',
    parameters: { version: '1' },
  })
})

test.each([
  ['INT', 'BIGINT'],
  ['INT', 'DECIMAL(12,2)'],
  ['DATE', 'TIMESTAMP_NTZ'],
])('columns of type %s that were widened to %s since are read with rows from before', async (from, to) => {
  const upstream = await Upstream.create(`value ${from}`)
  await upstream.append('a')
  const { end } = await drain(upstream)
  await upstream.append('b')
  await upstream.addColumn(`value ${to}`)
  expect((await drain(upstream, {}, end)).batches).toEqual([['b']])
})

test('what a stream reads of the log are the commits that it takes', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const counted = countingStorage(upstream.storage)
  const source = new DeltaSource({
    name: 'bronze',
    storage: counted.storage,
    open: () => DeltaTable.open(counted.storage, noParquet),
    options: deltaSourceOptions({}),
  })
  const { end } = (await source.plan(undefined, await source.latest()))!
  await upstream.append('b')
  await upstream.append('c')
  const to = await source.latest()
  for (const each of [counted.reads, counted.lists]) each.length = 0
  await source.plan(end, to)
  const refreshed = [2, 3, 4].map(commitPath)
  expect(counted).toMatchObject({ reads: [...refreshed, ...[2, 3].map(commitPath)], lists: [] })
})

test('a table that was dropped and created again is another one', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const { end } = await drain(upstream)
  const other = await Upstream.create()
  await expect(drain(other, {}, end)).rejects.toMatchObject({
    condition: 'DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE',
    parameters: { oldTableId: (end as { reservoirId: string }).reservoirId },
  })
})

test.each([
  ['as many', ['another']],
  ['fewer', []],
  ['more', ['another', 'more', 'most']],
])('a table that was made anew under a running stream with %s versions is another one', async (_, names) => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const source = upstream.source()
  const { end } = (await source.plan(undefined, await source.latest()))!
  expect(await source.plan(end, await source.latest())).toBeUndefined()
  await upstream.storage.deleteAll('_delta_log')
  await DeltaTable.create(upstream.storage, noParquet, { schema: parseSchema('id BIGINT') }).commit({
    operation: 'CREATE TABLE',
  })
  for (const name of names) await upstream.append(name)
  for (const each of [source, upstream.source()]) {
    await expect(each.plan(end, await each.latest())).rejects.toMatchObject({
      condition: 'DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE',
      parameters: { oldTableId: (end as { reservoirId: string }).reservoirId },
    })
  }
})

test('commits that were cleaned before they were read are a loss, which failOnDataLoss false accepts', async () => {
  const upstream = await Upstream.create()
  await upstream.append('a')
  const { end } = await drain(upstream)
  await upstream.append('b')
  await upstream.append('c')
  const running = await upstream.open()
  await upstream.storage.delete([commitPath(2)])
  const source = (options: Record<string, string>) =>
    new DeltaSource({
      name: 'bronze',
      storage: upstream.storage,
      open: async () => running,
      options: deltaSourceOptions(options),
    })
  const strict = source({})
  await expect(strict.plan(end, await strict.latest())).rejects.toMatchObject({
    condition: 'DELTA_LOG_FILE_NOT_FOUND_FOR_STREAMING_SOURCE',
    parameters: { table: 'bronze', version: '2' },
  })
  const lenient = source({ failOnDataLoss: 'false' })
  const planned = await lenient.plan(end, await lenient.latest())
  expect(((await lenient.read(planned!.range)).input as DeltaScan).files.map((each) => each.path)).toEqual([
    expect.stringMatching(/c$/),
  ])
})

test('a source without a table yet is empty, and a source without news opens nothing', async () => {
  const source = (storage: Storage) =>
    new DeltaSource({
      name: 'bronze',
      storage,
      open: () => Promise.reject(new Error('opened')),
      options: deltaSourceOptions({}),
    })
  expect(await source(memoryStorage()).latest()).toBeUndefined()
  const upstream = await Upstream.create()
  const { end } = await drain(upstream)
  const idle = source(upstream.storage)
  expect(await idle.plan(end, await idle.latest())).toBeUndefined()
})

test('options are checked', () => {
  expect(() => deltaSourceOptions({ skipChangeCommit: 'true' })).toThrow(
    expect.objectContaining({
      condition: 'UNKNOWN_SOURCE_OPTION',
      parameters: {
        source: 'delta',
        option: 'skipChangeCommit',
        suggestion: 'Did you mean skipChangeCommits?',
      },
    }),
  )
  expect(() => deltaSourceOptions({ startingVersion: '1', startingTimestamp: '2026-01-01' })).toThrow(
    expect.objectContaining({ condition: 'INVALID_OPTION_VALUE' }),
  )
  expect(() => deltaSourceOptions({ withEventTimeOrder: 'true' })).toThrow(
    expect.objectContaining({ condition: 'CF_OPTION_NOT_SUPPORTED' }),
  )
  expect(deltaSourceOptions({ STARTINGVERSION: 'latest', maxBytesPerTrigger: '1k' })).toMatchObject({
    startingVersion: 'latest',
    maxFilesPerTrigger: 1000,
    maxBytesPerTrigger: 1024,
    failOnDataLoss: true,
  })
})
