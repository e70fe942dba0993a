import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../../src/delta/index.ts'
import { changedFileSize } from '../../../src/update/auto-cdc/file-size.ts'

const KB = 1024
const MB = 1024 * KB
const table = (sizeBytes: number, configuration: Record<string, string> = {}) =>
  ({ sizeBytes, metadata: { configuration } }) as unknown as Snapshot

describe('files of a table whose rows change', () => {
  test('are small where changes lie close together', () => {
    expect(changedFileSize(table(8 * MB), { rewrittenBytes: 1 * MB })).toBe(128 * KB)
    expect(changedFileSize(table(1024 * MB), { rewrittenBytes: 8 * MB })).toBe(2 * MB)
  })

  test('are fewer where changes are all over the table, and in a new table', () => {
    expect(changedFileSize(table(8 * MB), { rewrittenBytes: 4 * MB })).toBe(1 * MB)
    expect(changedFileSize(table(1024 * MB))).toBe(16 * MB)
    expect(changedFileSize(table(0), { rewrittenBytes: 0 })).toBe(1 * MB)
  })

  test('are fewer where most of what still changes is rewritten, however much history there is', () => {
    expect(changedFileSize(table(64 * MB), { rewrittenBytes: 4 * MB, changingBytes: 5 * MB })).toBe(1 * MB)
  })

  test('do not grow without end', () => {
    expect(changedFileSize(table(1024 * 1024 * MB), { rewrittenBytes: 1 * MB })).toBe(32 * MB)
  })

  test('are as the table wants them', () => {
    expect(changedFileSize(table(8 * MB, { 'delta.targetFileSize': '64mb' }))).toBeUndefined()
    expect(changedFileSize(table(8 * MB, { 'delta.enableDeletionVectors': 'true' }))).toBeUndefined()
  })
})
