import { PipelineError } from '../../errors/index.ts'
import { parseExact, stringifyExact } from '../../types/exact-json.ts'
import { fileProblem, kindProblem } from './action-checks.ts'
import type { Action, CommitActions } from './actions.ts'
import { checkCommit, EMPTY_CHECKSUM, sealCommit } from './commit-checksum.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a commit file: one action a line, empty lines allowed, unknown actions ignored (PROTOCOL.md, Actions).
 * `file` names it in DELTA_INVALID_LOG_FILE, raised for a line that is no JSON object, such as a torn one, and for a commit
 * that is not as it was written.
 */
export function parseCommit(bytes: Uint8Array, file: string): CommitActions {
  if (bytes.length === 0) throw invalid(file, 'it is empty')
  checkCommit(bytes, file)
  return collectActions(parseLines(bytes, file))
}

/** Each line of a commit, compaction or JSON checkpoint as an action. */
export function* parseLines(bytes: Uint8Array, file: string): Generator<Action> {
  const text = decode(bytes, file)
  let line = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    line += 1
    const each = text.slice(start, end)
    start = end + 1
    if (each.trim() === '') continue
    yield parseAction(each, () => `line ${line} of ${file}`)
  }
}

/** One action from its JSON text, without fields that are null; `place` names it in errors. */
export function parseAction(text: string, place: () => string): Action {
  let json: unknown
  try {
    json = parseExact(text)
  } catch (cause) {
    throw invalid(place(), cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw invalid(place(), 'it is not a JSON object')
  }
  const action = withoutNulls(json as Readonly<Record<string, object | null>>)
  const problem = problemOf(action)
  if (problem !== undefined) throw invalid(place(), problem)
  return action.txn ? { txn: { ...action.txn, version: BigInt(action.txn.version) } } : action
}

/** Groups actions by kind. The order of lines within a commit means nothing. */
export function collectActions(actions: Iterable<Action>): CommitActions {
  const result: Mutable<CommitActions> = { adds: [], removes: [], cdc: [], transactions: [], domains: [] }
  for (const action of actions) {
    if (action.add) result.adds.push(action.add)
    else if (action.remove) result.removes.push(action.remove)
    else if (action.cdc) result.cdc.push(action.cdc)
    else if (action.txn) result.transactions.push(action.txn)
    else if (action.domainMetadata) result.domains.push(action.domainMetadata)
    else if (action.metaData) result.metaData = action.metaData
    else if (action.protocol) result.protocol = action.protocol
    else if (action.commitInfo) result.commitInfo = action.commitInfo
  }
  return result
}

/** The bytes of a commit file: commitInfo first, as in-commit timestamps demand, with a checksum of all; each line ended. */
export function printCommit(commit: CommitActions): Uint8Array {
  const lines: Action[] = []
  if (commit.commitInfo) lines.push({ commitInfo: { ...commit.commitInfo, checksum: EMPTY_CHECKSUM } })
  if (commit.protocol) lines.push({ protocol: commit.protocol })
  if (commit.metaData) lines.push({ metaData: commit.metaData })
  for (const txn of commit.transactions) lines.push({ txn })
  for (const domainMetadata of commit.domains) lines.push({ domainMetadata })
  for (const remove of commit.removes) lines.push({ remove })
  for (const add of commit.adds) lines.push({ add })
  for (const cdc of commit.cdc) lines.push({ cdc })
  return sealCommit(new TextEncoder().encode(lines.map((each) => `${stringifyExact(each)}\n`).join('')))
}

/** Checkpoints hold every field of every kind of action, most of them null: absent in an action of its own. */
function withoutNulls(row: Readonly<Record<string, object | null>>): Action {
  const result: Record<string, unknown> = {}
  for (const kind in row) {
    const action = row[kind]
    if (action != null) result[kind] = presentFields(action as Record<string, unknown>)
  }
  return result
}

function presentFields(action: Readonly<Record<string, unknown>>): object {
  const result: Record<string, unknown> = {}
  for (const name in action) if (action[name] !== null) result[name] = action[name]
  return result
}

function problemOf(action: Action): string | undefined {
  for (const kind in action) {
    const problem = kindProblem(kind)
    if (problem !== undefined) return problem
  }
  if (action.add) return fileProblem(action.add, true)
  if (action.remove) return fileProblem(action.remove, false)
  if (action.txn) return isVersion(action.txn.version) ? undefined : 'its version is no integer'
  return undefined
}

function isVersion(value: unknown): boolean {
  return typeof value === 'bigint' || Number.isInteger(value)
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw invalid(file, 'it is not UTF-8 text', cause)
  }
}

function invalid(place: string, detail: string, cause?: unknown): PipelineError {
  return new PipelineError('DELTA_INVALID_LOG_FILE', { place, detail }, { cause })
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }
