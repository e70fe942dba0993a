import { PipelineError } from '../../errors/index.ts'
import { parseExact, stringifyExact } from '../../types/exact-json.ts'
import type { Action, AddFile, CommitActions, RemoveFile } from './actions.ts'

const utf8 = new TextDecoder()

/**
 * Reads a commit file: one action a line, empty lines allowed, unknown actions ignored (PROTOCOL.md, Actions).
 * `file` names it in DELTA_INVALID_LOG_FILE, raised for a line that is no JSON object, such as a torn one.
 */
export function parseCommit(bytes: Uint8Array, file: string): CommitActions {
  return collectActions(parseLines(bytes, file))
}

/** Each line of a commit, compaction or JSON checkpoint as an action. */
export function* parseLines(bytes: Uint8Array, file: string): Generator<Action> {
  let line = 0
  for (const text of utf8.decode(bytes).split('\n')) {
    line += 1
    if (text.trim() === '') continue
    yield parseAction(text, `line ${line} of ${file}`)
  }
}

/** One action from its JSON text, without fields that are null; `place` names it in errors. */
export function parseAction(text: string, place: string): Action {
  let json: unknown
  try {
    json = parseExact(text)
  } catch (cause) {
    throw invalid(place, cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw invalid(place, 'it is not a JSON object')
  }
  const action = withoutNulls(json) as Action
  if (action.add) checkFile(action.add, place)
  if (action.remove) checkFile(action.remove, place)
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

/** The bytes of a commit file: commitInfo first, as in-commit timestamps demand, each line ended. */
export function printCommit(commit: CommitActions): Uint8Array {
  const lines: Action[] = []
  if (commit.commitInfo) lines.push({ commitInfo: commit.commitInfo })
  if (commit.protocol) lines.push({ protocol: commit.protocol })
  if (commit.metaData) lines.push({ metaData: commit.metaData })
  for (const txn of commit.transactions) lines.push({ txn })
  for (const domainMetadata of commit.domains) lines.push({ domainMetadata })
  for (const remove of commit.removes) lines.push({ remove })
  for (const add of commit.adds) lines.push({ add })
  for (const cdc of commit.cdc) lines.push({ cdc })
  return new TextEncoder().encode(lines.map((each) => `${stringifyExact(each)}\n`).join(''))
}

/** Checkpoints hold every field of every kind of action, most of them null: absent in an action of its own. */
function withoutNulls(row: object): object {
  const present = Object.entries(row).filter(([, action]) => action !== null)
  return Object.fromEntries(
    present.map(([kind, action]) => [
      kind,
      Object.fromEntries(Object.entries(action).filter(([, value]) => value !== null)),
    ]),
  )
}

function checkFile(file: AddFile | RemoveFile, place: string): void {
  if (typeof file.path !== 'string') throw invalid(place, 'its path is missing')
}

function invalid(place: string, detail: string, cause?: unknown): PipelineError {
  return new PipelineError('DELTA_INVALID_LOG_FILE', { place, detail }, { cause })
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }
