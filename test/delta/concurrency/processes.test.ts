import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeltaTable } from '../../../src/delta/index.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { field, INTEGER, LONG, struct } from '../../../src/types/data-type.ts'
import { openTestDuckdb, rowsOf, type TestDuckdb, temporaryFolder } from '../../support/delta.ts'
import type { Deed } from './deeds.ts'

const WRITERS = 8
const isLong = process.env.MILLRACE_TEST === 'all'

let duckdb: TestDuckdb
const folder = temporaryFolder()
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => {
  duckdb.close()
  folder.remove()
})

async function createTable(name: string, configuration: Record<string, string>): Promise<string> {
  const root = join(folder.path, name)
  await DeltaTable.create(localStorage(root), duckdb.port, {
    schema: struct([
      field('writer', INTEGER),
      field('turn', INTEGER),
      field('counter', INTEGER),
      field('value', LONG),
    ]),
    configuration,
  }).commit({ operation: 'CREATE TABLE' })
  return root
}

/** What one process did. Fails when it did not end well. */
async function runWriter(root: string, writer: number, seconds: number): Promise<Deed[]> {
  const script = join(import.meta.dirname, 'table-writer.ts')
  const child = spawn(process.execPath, [script, root, String(writer), String(seconds)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<[number | null]>((resolve) => child.once('exit', (status) => resolve([status]))),
  ])
  expect(code, errors).toBe(0)
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Deed)
}

/** The rows that the deeds give when they are done one after the other, in the order of their versions. */
class Model {
  readonly #own = new Set<string>()
  readonly #counters = new Map<number, number>()

  apply(writer: number, deed: Deed): void {
    if (deed.kind === 'append') this.#own.add(`${writer} ${deed.turn}`)
    if (deed.kind === 'merge') {
      for (const counter of deed.counters) {
        this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + 1)
      }
    }
  }

  rows(): string[] {
    return [
      ...this.#own,
      ...[...this.#counters].map(([name, value]) => `counter ${name} ${value}`),
    ].toSorted()
  }
}

async function tableRows(table: DeltaTable, version: number): Promise<string[]> {
  const snapshot = await table.snapshotAt({ version })
  const rows = await rowsOf(duckdb.connection, localStorage(table.snapshot.tableName), snapshot)
  return rows
    .map(([writer, turn, counter, value]) =>
      counter === null ? `${writer} ${turn}` : `counter ${counter} ${value}`,
    )
    .toSorted()
}

describe.each([
  ['copied on write', { 'delta.enableDeletionVectors': 'false' }, isLong ? 20 : 6],
  ['with deletion vectors', { 'delta.enableDeletionVectors': 'true' }, isLong ? 60 : 6],
])('8 processes that append, merge, compact, vacuum and add columns, %s', (mode, configuration, seconds) => {
  test('leave a log without gaps and a serial history', async () => {
    const root = await createTable(mode.replaceAll(' ', '-'), configuration)
    const told = await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) => runWriter(root, writer, seconds)),
    )

    const byVersion = new Map<number, { writer: number; deed: Deed }>()
    for (const [writer, deeds] of told.entries()) {
      for (const deed of deeds) {
        if (!('version' in deed)) continue
        expect(byVersion.has(deed.version), `version ${deed.version} is claimed twice`).toBe(false)
        byVersion.set(deed.version, { writer, deed })
      }
    }
    const table = await DeltaTable.open(localStorage(root), duckdb.port)
    const { version: last } = table.snapshot
    const model = new Model()
    const checked = new Set([last, ...[1, 2, 3, 4].map((each) => last - each * 3)])
    let unclaimed = 0
    let version = -1
    for await (const commit of table.changes(0)) {
      version += 1
      expect(commit.version).toBe(version)
      const claimed = byVersion.get(version)
      if (claimed !== undefined) model.apply(claimed.writer, claimed.deed)
      else if (!/^(VACUUM|CREATE TABLE)/.test(String(commit.commitInfo?.operation))) unclaimed += 1
      if (checked.has(version)) expect(await tableRows(table, version)).toEqual(model.rows())
    }
    expect({ version, unclaimed }).toEqual({ version: last, unclaimed: 0 })

    const kinds = new Set(told.flat().map(({ kind }) => kind))
    for (const kind of ['append', 'merge', 'optimize', 'vacuum', 'addColumn'] as const) {
      expect(kinds).toContain(kind)
    }
  }, 120_000)
})
