import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import { type AddFile, type CommitOptions, DeltaTable, type Transaction } from '../../../src/delta/index.ts'
import type { Storage } from '../../../src/storage/index.ts'
import { noParquet } from '../../support/delta.ts'

/**
 * Data files whose rows are units, named `writer.number`: each file's text is its units, and its tags repeat them, so that log
 * and files can be held against each other.
 */
export async function writeUnits(storage: Storage, units: readonly string[]): Promise<AddFile> {
  const path = `part-${randomUUID()}.parquet`
  const text = units.join(' ')
  const local = await storage.stagingPath('')
  mkdirSync(dirname(local), { recursive: true })
  writeFileSync(local, text)
  await storage.publish([{ local, path }])
  return {
    path,
    partitionValues: {},
    size: text.length,
    modificationTime: 1_700_000_000_000,
    dataChange: true,
    stats: `{"numRecords":${units.length}}`,
    tags: { units: text },
  }
}

export function unitsOf(file: Pick<AddFile, 'tags'>): string[] {
  return (file.tags?.units ?? '').split(' ').filter((unit) => unit !== '')
}

/** What a writer does to the table, as one transaction. */
export type Operation =
  | { readonly kind: 'append' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'compact' }
  | { readonly kind: 'overwrite' }

/** Fills a transaction: `unit` is what the operation adds, where it adds one. Returns the commit's name. */
export async function prepare(
  operation: Operation,
  transaction: Transaction,
  storage: Storage,
  unit: string,
): Promise<CommitOptions> {
  const live = [...transaction.readSnapshot!.files()]
  switch (operation.kind) {
    case 'append':
      transaction.addFile(await writeUnits(storage, [unit]))
      return { operation: 'WRITE' }
    case 'overwrite':
      transaction
        .readsWholeTable()
        .removeFiles(live)
        .addFile(await writeUnits(storage, [unit]))
      return { operation: 'WRITE', operationParameters: { mode: 'Overwrite' } }
    case 'delete': {
      const [first] = live
      if (first !== undefined) transaction.readFiles([first]).removeFile(first)
      return { operation: 'DELETE' }
    }
    case 'compact': {
      const small = live.slice(0, 3)
      if (small.length < 2) return { operation: 'OPTIMIZE' }
      const moved = await writeUnits(storage, small.flatMap(unitsOf))
      transaction.removeFiles(small, { dataChange: false }).addFile({ ...moved, dataChange: false })
      return { operation: 'OPTIMIZE' }
    }
  }
}

/**
 * Replays the log as a serial history and fails where it is none: versions without gaps, files removed that were live, rows
 * that a compaction loses or makes, overwrites that leave something, commits of one writer's batch twice. Every live file
 * must exist with its rows. Returns the units that are live at the end, and every batch's version.
 */
export async function checkHistory(
  storage: Storage,
): Promise<{ units: string[]; batches: Map<string, number>; version: number }> {
  const table = await DeltaTable.open(storage, noParquet)
  const live = new Map<string, AddFile>()
  const batches = new Map<string, number>()
  let version = -1
  for await (const commit of table.changes(0)) {
    version += 1
    expect(commit.version).toBe(version)
    const before = [...live.values()]
    for (const { path } of commit.removes) {
      expect(live.has(path), `version ${version} removes ${path}, which is not live`).toBe(true)
      live.delete(path)
    }
    for (const add of commit.adds) {
      expect(live.has(add.path), `version ${version} adds ${add.path} again`).toBe(false)
      live.set(add.path, add)
    }
    const removed = before.filter(({ path }) => !live.has(path)).flatMap(unitsOf)
    const added = commit.adds.flatMap(unitsOf)
    if (commit.commitInfo?.operation === 'OPTIMIZE') expect(added.toSorted()).toEqual(removed.toSorted())
    if (isOverwrite(commit.commitInfo)) expect(live.size).toBe(commit.adds.length)
    for (const { appId, version: batch } of commit.transactions) {
      expect(batches.has(`${appId}.${batch}`), `${appId}.${batch} is committed twice`).toBe(false)
      batches.set(`${appId}.${batch}`, version)
    }
  }
  expect([...table.snapshot.files()].map((each) => each.path).toSorted()).toEqual([...live.keys()].toSorted())
  for (const file of live.values()) {
    const bytes = await storage.read(file.path)
    expect(bytes && new TextDecoder().decode(bytes), `the rows of ${file.path}`).toBe(file.tags!.units)
  }
  return { units: [...live.values()].flatMap(unitsOf).toSorted(), batches, version }
}

function isOverwrite(commitInfo: Readonly<Record<string, unknown>> | undefined): boolean {
  const parameters = commitInfo?.operationParameters as { mode?: string } | undefined
  return parameters?.mode === 'Overwrite'
}
