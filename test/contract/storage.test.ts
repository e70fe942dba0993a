import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { localStorage, memoryStorage, type Storage } from '../../src/storage/index.ts'
import { storageFolder } from '../../src/storage/storage-folder.ts'
import { faultyStorage, scheduledStorage } from '../support/faulty-storage.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-storage-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (read: Uint8Array | undefined) => read && new TextDecoder().decode(read)
const paths = async (listing: ReturnType<Storage['list']>) =>
  (await Array.fromAsync(listing)).map((each) => each.path)

/** What any storage must hold to: a new one is a line here. */
const kinds: Record<string, () => Storage> = {
  local: () => localStorage(mkdtempSync(join(folder, 'root-'))),
  memory: () => memoryStorage(),
  'slow, at last faultless': () =>
    scheduledStorage(
      faultyStorage(memoryStorage(), () => undefined),
      () => Promise.resolve(),
    ),
  'folder of a': () => storageFolder(localStorage(mkdtempSync(join(folder, 'root-'))), 'system/events'),
}

describe.each(Object.entries(kinds))('%s storage', (_kind, open) => {
  it('has nothing at first', async () => {
    const storage = open()
    expect(await storage.read('a')).toBeUndefined()
    expect(await storage.readRange('a', 0, 1)).toBeUndefined()
    expect(await storage.stat('a/b')).toBeUndefined()
    expect(await paths(storage.list('a'))).toEqual([])
  })

  it('reads what was put, whole and in parts', async () => {
    const storage = open()
    await storage.put('log/a.json', bytes('hello world'))
    expect(text(await storage.read('log/a.json'))).toBe('hello world')
    expect(text(await storage.readRange('log/a.json', 6, 3))).toBe('wor')
    expect(text(await storage.readRange('log/a.json', 6, 100))).toBe('world')
    expect(text(await storage.readRange('log/a.json', 100, 5))).toBe('')
  })

  it('tells size and modification time', async () => {
    const storage = open()
    const before = Date.now() - 1000
    await storage.put('a', bytes('12345'))
    const info = await storage.stat('a')
    expect(info).toMatchObject({ path: 'a', sizeBytes: 5 })
    expect(info!.modifiedMs).toBeGreaterThan(before)
  })

  it('replaces with put and never with putIfAbsent', async () => {
    const storage = open()
    expect(await storage.putIfAbsent('a/0', bytes('first'))).toBe('created')
    expect(await storage.putIfAbsent('a/0', bytes('second'))).toBe('exists')
    expect(text(await storage.read('a/0'))).toBe('first')
    await storage.put('a/0', bytes('third'))
    expect(text(await storage.read('a/0'))).toBe('third')
  })

  it('lets exactly one of many writers create an object', async () => {
    const storage = open()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => storage.putIfAbsent('v', bytes(`${index}`))),
    )
    expect(outcomes.filter((each) => each === 'created')).toHaveLength(1)
    expect(text(await storage.read('v'))).toBe(`${outcomes.indexOf('created')}`)
    expect(await paths(storage.list(''))).toEqual(['v'])
  })

  it('appends', async () => {
    const storage = open()
    await storage.append('journal/j', bytes('one\n'))
    await storage.append('journal/j', bytes('two\n'))
    expect(text(await storage.read('journal/j'))).toBe('one\ntwo\n')
  })

  it('lists one folder in order, or all below it', async () => {
    const storage = open()
    for (const path of ['d/b', 'd/a', 'd/c/x', 'd.e', 'e/y', 'd/a.b/z']) await storage.put(path, bytes('.'))
    expect(await paths(storage.list('d'))).toEqual(['d/a', 'd/b'])
    expect(await paths(storage.list('d', { recursive: true }))).toEqual(['d/a', 'd/a.b/z', 'd/b', 'd/c/x'])
    expect(await paths(storage.list('', { recursive: true }))).toHaveLength(6)
  })

  it('lists only what comes after a path, existing or not', async () => {
    const storage = open()
    for (const path of ['l/1', 'l/2', 'l/3']) await storage.put(path, bytes('.'))
    expect(await paths(storage.list('l', { startAfter: 'l/1' }))).toEqual(['l/2', 'l/3'])
    expect(await paths(storage.list('l', { startAfter: 'l/1x' }))).toEqual(['l/2', 'l/3'])
    expect(await paths(storage.list('l', { startAfter: 'l/3' }))).toEqual([])
  })

  it('deletes what exists and does not mind what does not', async () => {
    const storage = open()
    await storage.put('a/b', bytes('.'))
    await storage.put('a/c', bytes('.'))
    await storage.delete(['a/b', 'a/missing'])
    expect(await paths(storage.list('a'))).toEqual(['a/c'])
    await storage.put('a/d/e', bytes('.'))
    await storage.deleteAll('a')
    expect(await paths(storage.list('', { recursive: true }))).toEqual([])
    await storage.deleteAll('a')
  })

  it('gives engines a local file to read', async () => {
    const storage = open()
    await storage.put('p=1/data.parquet', bytes('v1'))
    expect(readFileSync(await storage.localize('p=1/data.parquet'), 'utf8')).toBe('v1')
    await storage.put('p=1/data.parquet', bytes('v2'))
    expect(readFileSync(await storage.localize('p=1/data.parquet'), 'utf8')).toBe('v2')
    expect(existsSync(await storage.localize('p=1/missing.parquet'))).toBe(false)
  })

  it('publishes staged files under their names and leaves nothing behind', async () => {
    const storage = open()
    const staged = await storage.stagingPath('table')
    expect(existsSync(staged)).toBe(false)
    mkdirSync(staged, { recursive: true })
    writeFileSync(join(staged, 'a'), 'A')
    writeFileSync(join(staged, 'b'), 'B')
    expect(await paths(storage.list('', { recursive: true }))).toEqual([])
    await storage.publish([
      { local: join(staged, 'a'), path: 'table/x=1/a.parquet' },
      { local: join(staged, 'b'), path: 'table/x=2/b.parquet' },
    ])
    expect(text(await storage.read('table/x=1/a.parquet'))).toBe('A')
    expect(await paths(storage.list('', { recursive: true }))).toEqual([
      'table/x=1/a.parquet',
      'table/x=2/b.parquet',
    ])
    expect(existsSync(join(staged, 'a'))).toBe(false)
  })

  it('never publishes over an object', async () => {
    const storage = open()
    await storage.put('a', bytes('old'))
    const staged = await storage.stagingPath('')
    mkdirSync(dirname(staged), { recursive: true })
    writeFileSync(staged, 'new')
    await expect(storage.publish([{ local: staged, path: 'a' }])).rejects.toMatchObject({
      condition: 'STORAGE_OBJECT_EXISTS',
    })
    expect(text(await storage.read('a'))).toBe('old')
  })

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a/..', 'a\0b'])('stays below its root: %j', async (path) => {
    const storage = open()
    const refused = { condition: 'STORAGE_PATH_OUTSIDE_ROOT', parameters: { path, root: storage.name } }
    await expect(storage.read(path)).rejects.toMatchObject(refused)
    await expect(storage.putIfAbsent(path, bytes('.'))).rejects.toMatchObject(refused)
    await expect(storage.localize(path)).rejects.toMatchObject(refused)
  })

  it('does not mistake dots in names for a way up', async () => {
    const storage = open()
    await storage.put('a..b/..c/d..', bytes('.'))
    expect(await paths(storage.list('a..b', { recursive: true }))).toEqual(['a..b/..c/d..'])
  })
})

describe('local storage', () => {
  it('hides staged and temporary files', async () => {
    const root = mkdtempSync(join(folder, 'root-'))
    const storage = localStorage(root)
    const staged = await storage.stagingPath('_delta_log')
    mkdirSync(staged, { recursive: true })
    writeFileSync(join(staged, 'half.parquet'), 'half')
    writeFileSync(join(root, '_delta_log', '.00000000000000000000.json.1.tmp'), 'half')
    expect(await paths(storage.list('', { recursive: true }))).toEqual([])
    await storage.deleteAll('_delta_log/.staging')
    expect(existsSync(staged)).toBe(false)
  })
})
