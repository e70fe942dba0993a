import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderMemory, listFiles } from '../../../src/sources/cloud-files/list-files.ts'
import { sourcePath } from '../../../src/sources/cloud-files/source-path.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'listing-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const filters = { useStrictGlobber: true }

/** Lists again, all files being known, and tells which were asked about. */
function asked(folders: FolderMemory): string[] {
  const names: string[] = []
  const isKnown = (path: string) => {
    names.push(path.slice(folder.length + 1))
    return true
  }
  listFiles([sourcePath(folder, '/')], filters, { isKnown, folders })
  return names.sort()
}

function age(path: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds + 0.0005
  utimesSync(path, time, time)
}

test('a folder in which nothing changed is not listed again, its subfolders are', () => {
  mkdirSync(join(folder, 'x'))
  writeFileSync(join(folder, 'a'), '')
  writeFileSync(join(folder, 'x/b'), '')
  age(folder, 60)
  age(join(folder, 'x'), 60)
  const memory = new FolderMemory()
  expect(asked(memory)).toEqual(['a', 'x/b'])
  expect(asked(memory)).toEqual([])
  writeFileSync(join(folder, 'x/c'), '')
  expect(asked(memory)).toEqual(['x/b', 'x/c'])
  expect(asked(FolderMemory.fromJSON(memory.toJSON()))).toEqual(['x/b', 'x/c'])
})

test('a folder that changed a moment ago is not trusted, nor one whose clock has no fractions', () => {
  writeFileSync(join(folder, 'a'), '')
  const memory = new FolderMemory()
  expect([asked(memory), asked(memory)]).toEqual([['a'], ['a']])
  utimesSync(folder, 1_700_000_000, 1_700_000_000)
  expect([asked(memory), asked(memory)]).toEqual([['a'], ['a']])
})

test('a folder with files that are still to be taken is listed again', () => {
  writeFileSync(join(folder, 'a'), '')
  age(folder, 60)
  const memory = new FolderMemory()
  const found = listFiles([sourcePath(folder, '/')], filters, { folders: memory })
  memory.forget(found.map((each) => each.path))
  expect(asked(memory)).toEqual(['a'])
})
