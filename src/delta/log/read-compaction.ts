import { fileKey } from '../files/file-path.ts'
import { collectActions, parseLines } from './action-json.ts'
import type { CommitActions } from './actions.ts'

/**
 * Reads a log compaction: the actions that are left of several commits (PROTOCOL.md, Log Compaction Files). Writers that
 * leave an older action of a file behind put it after the newer one, so the first of each file counts.
 */
export function parseCompaction(bytes: Uint8Array, file: string): CommitActions {
  const seen = new Set<string>()
  const actions = [...parseLines(bytes, file)].filter(({ add, remove }) => {
    const of = add ?? remove
    if (of === undefined) return true
    const key = fileKey(of)
    const isFirst = !seen.has(key)
    seen.add(key)
    return isFirst
  })
  return collectActions(actions)
}
