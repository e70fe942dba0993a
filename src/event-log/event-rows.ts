import { rm, writeFile } from 'node:fs/promises'
import { attribute, call, joinOn, project, selectColumns } from '../plan/build.ts'
import type { Relation, Scan, SetOperation } from '../plan/relation.ts'
import type { Storage } from '../storage/storage.ts'
import { storageError } from '../storage/storage-error.ts'
import { decodeEvent, EVENT_SCHEMA } from './event-schema.ts'
import { type JournalFile, listJournals, readJournal } from './journal.ts'

/** Reads all journals, or those up to a number. A file that is folded and deleted meanwhile is left out. */
export async function readJournals(storage: Storage, upTo = Infinity): Promise<JournalFileEvents[]> {
  const read: JournalFileEvents[] = []
  for (const file of await listJournals(storage)) {
    if (file.number > upTo) continue
    const content = await readJournal(storage, file)
    if (content !== undefined) read.push({ file, ...content })
  }
  return read
}

export interface JournalFileEvents {
  readonly file: JournalFile
  readonly lines: readonly string[]
  readonly isDamaged: boolean
}

/** The lines of journals without the second and later ones of the same event. */
export function distinctLines(journals: readonly JournalFileEvents[]): string[] {
  const seen = new Set<string>()
  return journals
    .flatMap((each) => each.lines)
    .filter((line) => {
      const { id } = decodeEvent(line)!
      if (seen.has(id)) return false
      seen.add(id)
      return true
    })
}

/** Event lines as rows that an engine can read, in a file of their own until `remove`. Throws STORAGE_FULL and STORAGE_ERROR. */
export async function scanOfLines(
  storage: Storage,
  lines: readonly string[],
): Promise<{ scan: Scan; remove(): Promise<void> }> {
  if (lines.length === 0) {
    return { scan: ndjsonScan([]), remove: async () => undefined }
  }
  const path = await storage.stagingPath('events')
  const remove = () => rm(path, { force: true })
  try {
    await writeFile(path, lines.map((line) => `${line}\n`).join(''))
  } catch (error) {
    await remove()
    throw storageError('write', path, error)
  }
  return { scan: ndjsonScan([path]), remove }
}

function ndjsonScan(paths: readonly string[]): Scan {
  return { kind: 'Scan', input: { kind: 'ndjson', paths }, schema: EVENT_SCHEMA }
}

const COLUMNS = EVENT_SCHEMA.fields.map((each) => each.name)

/** The journal's events that the table has not: recovery emits the last ones again, under the same id. */
export function unseen(journal: Relation, table: Relation): Relation {
  const matched = joinOn(
    journal,
    selectColumns(table, ['id']),
    'left anti',
    call('=', attribute('l', 'id'), attribute('r', 'id')),
  )
  return project(
    matched,
    COLUMNS.map((name) => attribute(name)),
  )
}

/** All events: those of the table and those still in journals, each once. */
export function unionOfEvents(table: Relation, journal: Relation): Relation {
  const union: SetOperation = {
    kind: 'SetOperation',
    left: table,
    right: unseen(journal, table),
    operation: 'union',
    isAll: true,
    byName: false,
  }
  return union
}
