import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bindScans,
  DeltaTable,
  deltaScanOf,
  fileMayMatch,
  matchingFiles,
  partitionFilter,
  type RowSession,
  type TableContext,
  unboundScan,
} from '../../../src/delta/index.ts'
import { alias, call, project } from '../../../src/plan/build.ts'
import type { Relation, Scan } from '../../../src/plan/relation.ts'
import { transform } from '../../../src/plan/rewrite.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import type { Storage } from '../../../src/storage/index.ts'
import {
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
let session: RowSession
beforeAll(async () => {
  tables = await openTestTables()
  session = await tables.engine.openSession()
})
afterAll(async () => {
  await session.close()
  await tables.close()
})

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const text = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '~', '\u007f', 'é', '\uffff', '😀'), maxLength: 3 }),
    fc.constantFrom('x'.repeat(31), 'x'.repeat(33), `${'x'.repeat(31)}😀z`, `${'x'.repeat(32)}\uffff`),
  )
  .filter((each) => each !== '')
const moment = fc
  .integer({ min: -2_000_000, max: 2_000_000 })
  .map(
    (micros) =>
      new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1) +
      String(Math.abs(micros) % 1000).padStart(3, '0'),
  )
const day = fc
  .constantFrom('0001-01-01', '1582-10-04', '1969-12-31', '1970-01-01', '2024-02-29', '9999-12-31')
  .map((each) => `DATE '${each}'`)
const number = fc.constantFrom('-1.5', '-0.0', '0.0', '0.1', '1.5', '1e30')
const special = fc.constantFrom("'NaN'", "'Infinity'", "'-Infinity'")

/** Values of each column as SQL, from few, so that conditions meet them. */
const columns: Record<string, [DataType, fc.Arbitrary<string>]> = {
  p: [INTEGER, fc.integer({ min: 0, max: 2 }).map(String)],
  q: [STRING, fc.constantFrom("'a'", "'b/c'", "'é'")],
  small: [INTEGER, fc.integer({ min: -3, max: 3 }).map(String)],
  large: [LONG, fc.bigInt({ min: 9007199254740990n, max: 9007199254740996n }).map(String)],
  f: [FLOAT, fc.oneof(number, special).map((each) => `CAST(${each} AS FLOAT)`)],
  d: [DOUBLE, fc.oneof(number, special).map((each) => `CAST(${each} AS DOUBLE)`)],
  money: [
    decimal(38, 2),
    fc.integer({ min: -3, max: 3 }).map((n) => `12345678901234567890123456789012345${n + 3}.1${n + 3}BD`),
  ],
  s: [STRING, text.map(quoted)],
  flag: [BOOLEAN, fc.constantFrom('true', 'false')],
  day: [DATE, day],
  at: [TIMESTAMP, moment.map((each) => `TIMESTAMP '${each}Z'`)],
  local: [TIMESTAMP_NTZ, moment.map((each) => `TIMESTAMP_NTZ '${each}'`)],
}
const names = Object.keys(columns)
const row = fc.tuple(...names.map((name) => fc.option(columns[name]![1], { nil: 'NULL', freq: 5 })))

const comparison = fc.constantFrom(...names).chain((name) => {
  const value = fc.option(columns[name]![1], { nil: 'NULL', freq: 10 })
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('=', '<=>', '<>', '<', '<=', '>', '>='), value)
      .map(([op, v]) => `${name} ${op} ${v}`),
    fc.tuple(value, value).map(([a, b]) => `${name} BETWEEN ${a} AND ${b}`),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((list) => `${name} IN (${list.join(', ')})`),
    fc.constantFrom(`${name} IS NULL`, `${name} IS NOT NULL`),
    ...(name === 's'
      ? [
          text.map((prefix) => `s LIKE ${quoted(`${prefix.replace(/[%_\\]/g, '')}%`)}`),
          text.map((prefix) => `startswith(s, ${quoted(prefix)})`),
        ]
      : []),
    ...(name === 'at' || name === 'day'
      ? [day.map((d) => `CAST(${name} AS DATE) >= ${d}`), day.map((d) => `trunc(${name}, 'YEAR') < ${d}`)]
      : []),
    ...(name === 'small'
      ? [value.map((v) => `small + 1 > ${v}`), value.map((v) => `CAST(small AS DOUBLE) < ${v}`)]
      : []),
    ...(name === 'money' ? [fc.constant('CAST(money AS DOUBLE) > 1.2345678901234568e36')] : []),
  )
})
/** Those that begin with a column, which a qualifier can stand before. */
const ofColumn = comparison.filter((each) => !/^\w+\(/.test(each))
const condition: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} AND ${b})`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a} OR ${b})`),
    tie('node').map((each) => `NOT (${each})`),
  ),
})).node

let count = 0
async function tableOf(commits: readonly (readonly string[])[][]): Promise<TableContext> {
  const schema = struct(names.map((name) => field(name, columns[name]![0])))
  const context = await tables.create(`t${++count}`, { schema, partitionColumns: ['p', 'q'] })
  for (const rows of commits) {
    const tuples = rows.map((values) => `(${values.join(', ')})`)
    await tables.append(context, `SELECT * FROM VALUES ${tuples.join(', ')} AS v(${names.join(', ')})`)
  }
  return context
}

const results = async (context: TableContext, path: string, conditions: readonly string[]) => {
  const { snapshot } = context.table
  const file = [...snapshot.files()].filter((each) => each.path === path)
  const input = await deltaScanOf(snapshot, context.storage, file)
  const scan: Relation = { kind: 'Scan', input, schema: snapshot.metadata.schema }
  const items = conditions.map((each, i) => alias(call('is_true', parseExpression(each)), `c${i}`))
  return session.rows(project(scan, items))
}

describe('files', () => {
  it('that are skipped hold no match, those that match as a whole no other row', async () => {
    const seen = { skipped: 0, whole: 0, read: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 }),
        fc.array(condition, { minLength: 20, maxLength: 20 }),
        async (commits, conditions) => {
          const context = await tableOf(commits)
          const { metadata } = await context.table.refresh()
          const parsed = conditions.map((each) => parseExpression(each))
          for (const file of context.table.snapshot.files()) {
            const rows = await results(context, file.path, conditions)
            for (const [i, each] of parsed.entries()) {
              const matches = rows.filter((values) => values[i] === true).length
              const mayMatch = fileMayMatch(metadata, each)(file)
              const isWhole = partitionFilter(metadata, each)(file)
              if (!mayMatch)
                expect([conditions[i], file.stats, matches]).toEqual([conditions[i], file.stats, 0])
              if (isWhole) expect([conditions[i], matches]).toEqual([conditions[i], rows.length])
              seen[isWhole ? 'whole' : mayMatch ? 'read' : 'skipped']++
            }
          }
        },
      ),
      { numRuns: process.env.MILLRACE_TEST === 'all' ? 80 : 12 },
    )
    expect(seen.skipped).toBeGreaterThan(100)
    expect(seen.whole).toBeGreaterThan(5)
  }, 120_000)

  it('that pushed conditions leave out change no result', async () => {
    const context = await tableOf(
      [0, 1, 2].map((p) => [...Array(12)].map((_, i) => names.map((name) => sampleValue(name, p * 12 + i)))),
    )
    const { snapshot } = context.table
    const total = snapshot.numFiles
    let chosen = 0
    await fc.assert(
      fc.asyncProperty(query, async (sql) => {
        const versions = new Map<Scan, { snapshot: typeof snapshot; storage: Storage }>()
        const pruned = withScans(sql, () => {
          const scan = unboundScan(snapshot)
          versions.set(scan, { snapshot, storage: context.storage })
          return scan
        })
        const bound = await bindScans(pruned, versions)
        const input = await deltaScanOf(snapshot, context.storage)
        const whole = withScans(sql, () => ({ kind: 'Scan', input, schema: snapshot.metadata.schema }))
        expect([sql, sorted(await session.rows(bound))]).toEqual([sql, sorted(await session.rows(whole))])
        transform(bound, (node) => {
          if (node.kind === 'Scan' && node.input.kind === 'delta' && node.input.files.length < total) chosen++
          return node
        })
      }),
      { numRuns: process.env.MILLRACE_TEST === 'all' ? 250 : 60 },
    )
    expect(chosen).toBeGreaterThan(20)
  }, 120_000)
})

const sampleValue = (name: string, seed: number) =>
  (seed + name.length) % 7 === 0
    ? 'NULL'
    : fc.sample(columns[name]![1], { seed: seed + name.length, numRuns: 1 })[0]!

const sorted = (rows: readonly unknown[]) =>
  rows
    .map((each) => JSON.stringify(each, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)))
    .sort()

/** Queries over `t` whose results do not depend on the order of its rows. */
const query: fc.Arbitrary<string> = fc.letrec<{ rows: string }>((tie) => ({
  rows: fc.oneof(
    { maxDepth: 3 },
    fc.constant('SELECT * FROM t'),
    fc.tuple(tie('rows'), comparison).map(([from, where]) => `SELECT * FROM (${from}) WHERE ${where}`),
    tie('rows').map((from) => `SELECT DISTINCT * FROM (${from})`),
    tie('rows').map(
      (from) =>
        `SELECT ${names.map((name) => (name === 'small' ? 'small + 1 AS small' : name)).join(', ')} FROM (${from})`,
    ),
    tie('rows').map(
      (from) => `SELECT * EXCEPT (n) FROM (SELECT *, count(*) OVER () AS n FROM (${from})) WHERE n > 3`,
    ),
    fc.tuple(tie('rows'), tie('rows')).map(([a, b]) => `SELECT * FROM (${a}) UNION ALL SELECT * FROM (${b})`),
    fc
      .tuple(tie('rows'), tie('rows'), fc.constantFrom('LEFT SEMI', 'LEFT ANTI'), ofColumn)
      .map(
        ([a, b, type, on]) => `SELECT * FROM (${a}) AS x ${type} JOIN (${b}) AS y ON x.p = y.p AND x.${on}`,
      ),
    fc
      .tuple(
        tie('rows'),
        tie('rows'),
        fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'),
        ofColumn,
        ofColumn,
      )
      .map(
        ([a, b, type, on, where]) =>
          `SELECT y.* FROM (${a}) AS x ${type} (${b}) AS y ON x.small = y.small AND x.${on} WHERE y.${where}`,
      ),
    fc
      .tuple(tie('rows'), comparison)
      .map(
        ([from, where]) =>
          `WITH v AS (${from}) SELECT * FROM v WHERE ${where} UNION SELECT * FROM v WHERE p = 1`,
      ),
    tie('rows').map(
      (from) =>
        `SELECT ${names.map((name) => (name === 'p' || name === 's' ? name : `max(${name}) AS ${name}`)).join(', ')} FROM (${from}) GROUP BY p, s`,
    ),
  ),
})).rows

function withScans(sql: string, scan: () => Scan): Relation {
  return transform(parseQuery(sql), (node) =>
    node.kind === 'Read' && node.name[0] === 't'
      ? { kind: 'SubqueryAlias', input: scan(), alias: 't' }
      : node,
  )
}

describe('only the files of a result are opened', () => {
  const counted = (storage: Storage) => {
    const opened: string[] = []
    const counting = new Proxy(storage, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          if (name === 'localize' || name === 'read') opened.push(String(args[0]))
          return (member as (...args: unknown[]) => unknown).apply(target, args)
        }
      },
    })
    return { counting, opened }
  }

  it('by a read of the table with a condition, and by a query through a view', async () => {
    const schema = struct([field('day', DATE), field('id', LONG)])
    const context = await tables.create('opened', { schema, partitionColumns: ['day'] })
    for (let i = 0; i < 10; i++) {
      await tables.append(
        context,
        `SELECT DATE '2026-01-0${(i % 5) + 1}' AS day, id FROM range(${i * 100}, ${i * 100 + 100})`,
      )
    }
    const snapshot = await context.table.refresh()
    const { counting, opened } = counted(context.storage)

    const files = matchingFiles(snapshot, [parseExpression('id = 250')])
    await deltaScanOf(snapshot, counting, files)
    expect(opened).toEqual(files.map((each) => each.path))
    expect(files).toHaveLength(1)

    opened.length = 0
    const scan = unboundScan(snapshot)
    const view = transform(parseQuery('SELECT day AS d, id * 2 AS twice, id FROM t WHERE id >= 0'), (node) =>
      node.kind === 'Read' ? scan : node,
    )
    const sql = "SELECT count(*) FROM v WHERE d = '2026-01-03' AND id < 500"
    const through = transform(parseQuery(sql), (node) => (node.kind === 'Read' ? view : node))
    const bound = await bindScans(through, new Map([[scan, { snapshot, storage: counting }]]))
    expect(await session.rows(bound)).toEqual([[100n]])
    expect(opened).toHaveLength(1)
  })
})

it('a table that is opened anew skips by the same statistics', async () => {
  const context = await tables.create('again', { schema: struct([field('s', STRING)]) })
  await tables.append(context, `SELECT repeat('x', 40) AS s`)
  await tables.append(context, `SELECT 'y' AS s`)
  const { snapshot } = await DeltaTable.open(context.storage, tables.engine.deltaPort)
  const found = (sql: string) => matchingFiles(snapshot, [parseExpression(sql)]).length
  expect([
    found("s = repeat('x', 40)"),
    found(`s = '${'x'.repeat(40)}'`),
    found("s > 'xz'"),
    found("s < 'x'"),
  ]).toEqual([2, 1, 1, 0])
})
