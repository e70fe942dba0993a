import { type DurableFormat, decodeDurable, encodeDurable } from '../storage/durable-file.ts'
import type { Storage } from '../storage/storage.ts'
import { decodeEvent } from './event-schema.ts'

const FOLDER = 'events'
const FORMAT: DurableFormat = { name: 'millrace.event-journal', version: 1 }
const NEWLINE = 0x0a

/** Size of a file without events. */
export const EMPTY_JOURNAL_BYTES = encodeDurable(FORMAT).length

/** One file `events/journal-<number>.ndjson`: a header line, then a line an event. Numbers only grow. */
export interface JournalFile {
  readonly number: number
  readonly path: string
  readonly sizeBytes: number
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
}

export interface JournalContent {
  /** The event lines that are whole, each the JSON text of one event. */
  readonly lines: readonly string[]
  /** A line that is no event stands before a whole one: not the torn tail that a crash leaves, but damage. */
  readonly isDamaged: boolean
}

function journalPath(number: number): string {
  return `${FOLDER}/journal-${String(number).padStart(20, '0')}.ndjson`
}

/** All journal files, ascending by number. */
export async function listJournals(storage: Storage): Promise<JournalFile[]> {
  const files: JournalFile[] = []
  for await (const info of storage.list(FOLDER)) {
    const match = /\/journal-(\d+)\.ndjson$/.exec(info.path)
    if (match !== null) files.push({ ...info, number: Number(match[1]) })
  }
  return files
}

/** Starts a journal file with these event lines; 'exists' when the number is taken. */
export function createJournal(storage: Storage, number: number, lines: readonly string[]) {
  const bytes = Buffer.concat([encodeDurable(FORMAT), encodeLines(lines)])
  return storage.putIfAbsent(journalPath(number), bytes)
}

/** Adds event lines to a file, durable when done. */
export function appendToJournal(storage: Storage, number: number, lines: readonly string[]): Promise<void> {
  return storage.append(journalPath(number), encodeLines(lines))
}

/**
 * True when nothing is torn in a file's header and at its end, so that appending to it is safe.
 * Throws UNSUPPORTED_FORMAT_VERSION for a journal of a newer Millrace.
 */
export async function isAppendable(storage: Storage, file: JournalFile): Promise<boolean> {
  if (file.sizeBytes < EMPTY_JOURNAL_BYTES) return false
  const header = await storage.readRange(file.path, 0, EMPTY_JOURNAL_BYTES)
  const last = await storage.readRange(file.path, file.sizeBytes - 1, 1)
  if (header === undefined || last?.[0] !== NEWLINE) return false
  decodeDurable(header, FORMAT, { storage: storage.name, path: file.path })
  return true
}

/**
 * The whole lines of a file, or undefined when it is gone: its events are in the table then. A tail that a crash has
 * torn is left out. Throws UNSUPPORTED_FORMAT_VERSION for a journal of a newer Millrace.
 */
export async function readJournal(storage: Storage, file: JournalFile): Promise<JournalContent | undefined> {
  const bytes = await storage.read(file.path)
  if (bytes === undefined) return undefined
  const headerEnd = bytes.indexOf(NEWLINE)
  if (headerEnd < 0) return { lines: [], isDamaged: false }
  decodeDurable(bytes.subarray(0, headerEnd), FORMAT, { storage: storage.name, path: file.path })
  const text = new TextDecoder().decode(bytes.subarray(headerEnd + 1))
  const candidates = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  candidates.pop()
  return wholeLines(candidates)
}

/** Puts a damaged file aside, for a person to look at. */
export async function setAside(storage: Storage, file: JournalFile): Promise<void> {
  const bytes = await storage.read(file.path)
  if (bytes !== undefined) await storage.put(`${FOLDER}/damaged/${file.path.slice(FOLDER.length + 1)}`, bytes)
}

function wholeLines(candidates: readonly string[]): JournalContent {
  const lines: string[] = []
  let isDamaged = false
  let brokenBefore = false
  for (const line of candidates) {
    if (decodeEvent(line) === undefined) brokenBefore = true
    else {
      isDamaged ||= brokenBefore
      lines.push(line)
    }
  }
  return { lines, isDamaged }
}

function encodeLines(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))
}
