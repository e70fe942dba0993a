import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FileJournal } from '../../../src/sources/cloud-files/file-journal.ts'
import { filesLeaf } from '../../../src/sources/cloud-files/files-leaf.ts'
import { FolderCache } from '../../../src/sources/cloud-files/folder-cache.ts'
import { SchemaStore } from '../../../src/sources/cloud-files/schema-store.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { printSchema } from '../../../src/types/ddl.ts'

// Files as version 1 of their formats was first released: every later version must open them.
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'formats-'))
  cpSync(join(import.meta.dirname, '../../fixtures/formats/files-source-v1'), folder, { recursive: true })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a journal of files and the snapshot before it', async () => {
  const journal = await FileJournal.open(localStorage(join(folder, 'state')), (file) => file.path)
  const file = (name: string) => ({
    path: `/landing/orders/${name}.json`,
    sizeBytes: 120,
    modifiedMs: 1767225660000.5,
  })
  expect(['a', 'b', 'c', 'd', 'e'].map((name) => journal.has(file(name)))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
  expect(journal.pending(2)).toEqual({ sequence: 3, files: [file('d')] })
  expect((await journal.append([file('e')])).sequence).toBe(4)
})

test('a history of schemas', async () => {
  const latest = await new SchemaStore(localStorage(join(folder, 'schemas'))).latest()
  expect(latest?.version).toBe(0)
  expect(printSchema(latest!.schema.dataSchema)).toBe(
    'amount DECIMAL(10,2), items ARRAY<STRUCT<sku: STRING, qty: BIGINT>>',
  )
  expect(printSchema(latest!.schema.partitionSchema)).toBe('day DATE')
})

test('a memory of folders, begun anew where the options have changed', async () => {
  const leaf = filesLeaf(
    {
      kind: 'DataSource',
      format: 'cloudFiles',
      paths: ['in'],
      options: { 'cloudFiles.format': 'json' },
      isStreaming: true,
    },
    folder,
  )
  const memory = await new FolderCache(localStorage(join(folder, 'state')), leaf).load()
  expect(memory.toJSON()).toEqual([])
})
