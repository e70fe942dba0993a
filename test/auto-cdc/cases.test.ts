import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AutoCdcSpec } from '../../src/auto-cdc/index.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { parseSchema } from '../../src/types/ddl.ts'
import type { Row } from '../../src/types/row.ts'
import { CdcTables, sorted } from '../support/cdc-tables.ts'

/** Worked cases: what each update brings, and the table after it. */
interface Case {
  readonly id: string
  readonly description: string
  readonly config: {
    readonly ignore_null?: readonly string[]
    readonly track?: readonly string[]
    readonly truncate?: boolean
  }
  readonly updates: readonly {
    readonly arrivals: readonly Event[]
    readonly scd1?: readonly Readonly<Record<string, string | number | null>>[]
    readonly scd2?: readonly Readonly<Record<string, string | number | null>>[]
  }[]
}

interface Event {
  readonly sku: string | null
  readonly title: string | null
  readonly price: number | null
  readonly op: string
  readonly seq: number
}

const file = new URL('../fixtures/auto-cdc/cases.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] }

const isLong = process.env.MILLRACE_TEST === 'all'

const SOURCE = parseSchema('run INT, sku STRING, title STRING, price INT, op STRING, seq INT')

let engine: Engine
beforeAll(async () => {
  engine = await openDuckdbEngine({ threads: 1 })
})
afterAll(() => engine.close())

for (const scdType of [1, 2] as const) {
  describe(`SCD type ${scdType}`, () => {
    for (const each of cases) {
      const expected = each.updates.map((update) => update[`scd${scdType}`])
      if (expected[0] === undefined) continue
      const rowsAfter = (update: number): Row[] => expected.at(update)!.map((row) => Object.values(row))

      test(`${each.id}: ${each.description}`, async () => {
        const tables = new CdcTables(engine, specOf(each, scdType), SOURCE)
        for (const [i, { arrivals }] of each.updates.entries()) {
          await tables.apply(arrivals.map((event) => rowOf(event, 1)))
          expect(tables.target).toEqual(sorted(rowsAfter(i).map((row) => [1, ...row])))
        }
      })

      test(`${each.id} in every order and every cut into batches`, async () => {
        const events = each.updates.flatMap((update) => update.arrivals)
        for (const runs of each.config.truncate ? eachAlone(arrivals(events)) : [[...arrivals(events)]]) {
          const tables = new CdcTables(engine, specOf(each, scdType), SOURCE)
          for (const batch of events.keys()) {
            const rows = runs.flatMap((batches, run) =>
              (batches[batch] ?? []).map((event) => rowOf(event, run)),
            )
            if (rows.length > 0) await tables.apply(rows)
          }
          expect(tables.target).toEqual(
            sorted(runs.flatMap((_, run) => rowsAfter(-1).map((row) => [run, ...row]))),
          )
        }
      })
    }
  })
}

function specOf({ config }: Case, scdType: 1 | 2): AutoCdcSpec {
  return {
    keys: ['run', 'sku'],
    sequenceBy: parseExpression('seq'),
    scdType,
    columns: { kind: 'except', columns: ['op', 'seq'] },
    deleteWhen: parseExpression("op = 'DELETE'"),
    ...(config.truncate ? { truncateWhen: parseExpression("op = 'TRUNCATE'") } : {}),
    ...(config.ignore_null ? { ignoreNull: { kind: 'only', columns: config.ignore_null } } : {}),
    ...(config.track ? { trackHistory: { kind: 'only', columns: config.track } } : {}),
  }
}

function rowOf({ sku, title, price, op, seq }: Event, run: number): Row {
  return [run, sku, title, price, op, seq]
}

type Arrivals = readonly (readonly Event[])[]

/**
 * A truncate empties the whole table, so that its orders cannot share one. The short variant tries every fourth order with an
 * event a batch, the long one all with every cut.
 */
function* eachAlone(runs: Iterable<Arrivals>): Iterable<readonly Arrivals[]> {
  const seen = new Set<string>()
  let singles = 0
  for (const batches of runs) {
    const cut = JSON.stringify(batches.map((batch) => batch.map((event) => JSON.stringify(event)).sort()))
    const isShort = batches.every((batch) => batch.length === 1) && singles++ % 4 === 0
    if (seen.has(cut) || !(isLong || isShort)) continue
    seen.add(cut)
    yield [batches]
  }
}

/** Every order of the events, and for each every way to cut it into batches. */
function* arrivals(events: readonly Event[]): Iterable<Arrivals> {
  for (const order of permutations(events)) {
    for (let cuts = 0; cuts < 2 ** (order.length - 1); cuts++) {
      const batches: Event[][] = [[]]
      for (const [i, event] of order.entries()) {
        batches.at(-1)!.push(event)
        if ((cuts >> i) & 1) batches.push([])
      }
      yield batches
    }
  }
}

function* permutations<T>(items: readonly T[]): Iterable<readonly T[]> {
  if (items.length < 2) yield items
  else
    for (const [i, first] of items.entries())
      for (const rest of permutations(items.toSpliced(i, 1))) yield [first, ...rest]
}
