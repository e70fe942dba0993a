import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/delta.ts'
import { CASES, type InteropCase } from './cases.ts'
import { Own } from './own.ts'
import { type Deltalake, hasDeltalake, PeerError, startDeltalake } from './peer.ts'

const folder = temporaryFolder()
const own = new Own()
let deltalake: Deltalake

beforeAll(() => {
  if (hasDeltalake) deltalake = startDeltalake()
})
afterAll(async () => {
  deltalake?.close()
  await own.close()
  folder.remove()
})

/** What delta-rs does to a table, one after the other. The rows are those of the table itself, under new ids. */
const ACTIONS: Readonly<Record<string, object>> = {
  append: { query: 'SELECT * REPLACE (id + 5000 AS id) FROM t WHERE id < 100 AND id >= 0' },
  merge: {
    query: `SELECT * REPLACE (id + 1 AS id, 'merged' AS x) FROM t WHERE id > 4000`,
    set: { x: 's.x' },
  },
  delete: { where: 'id = 5001' },
  update: { where: 'id = 5003', set: { x: `'updated'` } },
  optimize: {},
  vacuum: {},
  checkpoint: {},
}

const WRITES = ['append', 'merge', 'delete', 'update', 'optimize']

const all = (actions: readonly string[], reason: RegExp) =>
  Object.fromEntries(actions.map((action) => [action, reason]))

/** What delta-rs refuses, and what it says; docs/interop.md tells the reasons. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'generated columns': { append: /failed validation check/ },
  'column mapping by name': { optimize: /Column mapping is not supported/ },
  'column mapping by id': { optimize: /Column mapping is not supported/ },
  'type widening': all(['rows', ...WRITES], /TypeWidening/),
  'column defaults': all(WRITES, /AllowColumnDefaults/),
  'identity columns': all(WRITES, /IdentityColumns/),
  'row tracking': all(WRITES, /RowTracking/),
  'in-commit timestamps': all(WRITES, /InCommitTimestamp/),
  clustering: all([...WRITES, 'vacuum'], /ClusteredTable/),
}

describe.skipIf(!hasDeltalake)('tables of ours that delta-rs changes', () => {
  it.each(CASES.map((each) => [each.name, each]))('%s', async (name, each) => {
    const path = join(folder.path, name)
    const table = `delta.\`${path}\``
    const refused = REFUSED[name] ?? {}
    await own.run(each.create(table).map(withoutItsFaults))
    await sameRows(path, refused.rows)
    for (const [action, request] of Object.entries(ACTIONS)) {
      await attempt(() => deltalake.ask(action, { path, ...request }), refused[action])
      await sameRows(path, refused.rows)
    }
    await own.run(changes(table, each))
    await sameRows(path, refused.rows)
  })
})

describe.skipIf(!hasDeltalake)('tables of delta-rs that are changed here', () => {
  it.each([
    ['plain', {}],
    ['partitioned by date', { partitionBy: ['day'] }],
    ['partitioned by text and decimal', { partitionBy: ['name', 'price'] }],
    ['with a change feed', { properties: { 'delta.enableChangeDataFeed': 'true' } }],
    ['with deletion vectors', { properties: { 'delta.enableDeletionVectors': 'true' } }],
  ])('%s', async (name, options) => {
    const path = join(folder.path, `of delta-rs ${name}`)
    const t = `delta.\`${path}\``
    await deltalake.ask('generate', { path, rows: 20, ...options })
    await deltalake.ask('generate', { path, rows: 20, from: 20, ...options })
    await deltalake.ask('checkpoint', { path })
    await sameRows(path)
    const source = `SELECT id + 100 AS id, concat(name, '!') AS name, price, day, at, tags, nested FROM ${t} WHERE id < 30`
    for (const statement of [
      `INSERT INTO ${t} ${source}`,
      `UPDATE ${t} SET name = 'updated', tags = array('x') WHERE id % 5 = 0`,
      `DELETE FROM ${t} WHERE id BETWEEN 3 AND 7`,
      `MERGE INTO ${t} AS t USING (${source}) AS s ON t.id = s.id WHEN MATCHED AND s.id > 120 THEN DELETE
         WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE AND t.id = 1 THEN DELETE`,
      `OPTIMIZE ${t}`,
      `VACUUM ${t} RETAIN 0 HOURS`,
    ]) {
      await own.run([statement])
      await sameRows(path)
    }
    await deltalake.ask('append', { path, query: 'SELECT * REPLACE (id + 1000 AS id) FROM t' })
    await deltalake.ask('optimize', { path })
    await sameRows(path)
  })
})

describe.skipIf(!hasDeltalake)('a change feed', () => {
  const columns = ['id', 'x', '_change_type', '_commit_version']

  it('of ours is read by delta-rs with the same rows', async () => {
    const path = join(folder.path, 'feed of ours')
    const t = `delta.\`${path}\``
    await own.run([
      `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
      `INSERT INTO ${t} VALUES (1, 'a'), (2, 'b'), (3, 'c')`,
      `UPDATE ${t} SET x = 'updated' WHERE id = 2`,
      `DELETE FROM ${t} WHERE id = 3`,
      `MERGE INTO ${t} AS t USING (SELECT id, 'merged' AS x FROM range(2, 5)) AS s ON t.id = s.id
         WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
      `OPTIMIZE ${t}`,
      `INSERT OVERWRITE ${t} VALUES (9, 'last')`,
    ])
    // delta-rs gives versions as INT.
    const feed = await own.rows(
      `SELECT id, x, _change_type, CAST(_commit_version AS INT) FROM table_changes_by_path('${path}', 1)`,
    )
    expect(feed).toHaveLength(15)
    expect(await deltalake.ask('changes', { path, from: 1, columns })).toEqual(feed)
  })
})

/**
 * What delta-rs writes into partitions that neither it nor anybody else reads: -4.250 as '-4.-250', and files in folders
 * with a `~`, which it names otherwise in its log.
 */
const withoutItsFaults = (statement: string) => statement.replace('-4.250', '4.250').replace('^~|', '^|')

const changes = (t: string, each: InteropCase) => [
  `INSERT INTO ${t} ${each.append(2000)}`,
  `UPDATE ${t} SET ${each.set} WHERE id % 2 = 1`,
  `DELETE FROM ${t} WHERE id = 2`,
  `OPTIMIZE ${t}`,
  `VACUUM ${t} RETAIN 0 HOURS`,
]

async function sameRows(path: string, refused?: RegExp): Promise<void> {
  const rows = await own.rows(`SELECT * FROM delta.\`${path}\``)
  await attempt(async () => expect(await deltalake.rows(path)).toEqual(rows), refused)
}

async function attempt(action: () => Promise<unknown>, refused: RegExp | undefined): Promise<void> {
  if (refused === undefined) return void (await action())
  const error = await action().catch((each: unknown) => each)
  expect(error).toBeInstanceOf(PeerError)
  expect((error as PeerError).message).toMatch(refused)
}
