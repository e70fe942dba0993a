import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LandedFiles } from '../../../src/sources/watch/landed-files.ts'
import { memoryStorage } from '../../../src/storage/index.ts'
import { drain, filesOf, Landing } from './landing.ts'

const row = '{"id":1}\n'

test('each file comes in exactly one batch, oldest first, at most maxFilesPerTrigger at once', async () => {
  await using landing = await Landing.open()
  for (const name of ['b.json', 'a.json', 'c.json']) landing.land(name, row)
  const options = { 'cloudFiles.maxFilesPerTrigger': '2' }
  const first = await drain(landing.source({ options }))
  expect(first.batches).toEqual([['b.json', 'a.json'], ['c.json']])
  landing.land('d.json', row)
  const second = await drain(landing.source({ options }), first.end)
  expect(second.batches).toEqual([['d.json']])
  expect((await drain(landing.source({ options }), second.end)).batches).toEqual([])
})

test('where folders are watched they are listed once, and then when the watch does not know what has landed', async () => {
  await using landing = await Landing.open()
  const landed = new LandedFiles()
  const root = join(landing.folder, 'in')
  const paths = ['in/*.json']
  landing.land('a.json', row)
  const source = landing.source({ landed, paths })
  let { batches, end } = await drain(source)
  expect(batches).toEqual([['a.json']])
  for (const name of ['b.json', 'c.json', 'd.txt']) landing.land(name, row)
  const told = ['b.json', 'a.json', 'd.txt', '.e.json', 'gone.json']
  for (const paths of [[], told.map((name) => join(root, name)), [], undefined]) {
    landed.tell(root, paths)
    const next = await drain(source, end)
    end = next.end
    batches = [...batches, ...next.batches]
  }
  expect(batches).toEqual([['a.json'], ['b.json'], ['c.json']])
})

test('a source that begins anew lists its folders first', async () => {
  await using landing = await Landing.open()
  const landed = new LandedFiles()
  landing.land('a.json', row)
  const { end } = await drain(landing.source({ landed }))
  landing.land('b.json', row)
  expect((await drain(landing.source({ landed }), end)).batches).toEqual([['b.json']])
})

test('an empty folder has no offset', async () => {
  await using landing = await Landing.open()
  mkdirSync(join(landing.folder, 'in'))
  expect(await landing.source().latest()).toBeUndefined()
})

test('a folder that does not exist is named as it was written', async () => {
  await using landing = await Landing.open()
  await expect(landing.source({ paths: ['nowhere'] }).latest()).rejects.toMatchObject({
    condition: 'CF_PATH_DOES_NOT_EXIST',
    parameters: { path: 'nowhere' },
  })
})

test('maxBytesPerTrigger is soft: a batch has one file at least', async () => {
  await using landing = await Landing.open()
  landing.land('1.json', row.repeat(100))
  landing.land('2.json', row)
  landing.land('3.json', row)
  landing.land('4.json', row.repeat(3))
  const { batches } = await drain(landing.source({ options: { 'cloudFiles.maxBytesPerTrigger': '20b' } }))
  expect(batches).toEqual([['1.json'], ['2.json', '3.json'], ['4.json']])
})

test('files that land after the newest offset was asked for wait for the next time', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', row)
  const source = landing.source()
  const to = await source.latest()
  landing.land('b.json', row)
  const planned = await source.plan(undefined, to)
  expect(filesOf(planned!)).toEqual(['a.json'])
  expect(planned!.backlog).toEqual({ files: 0, bytes: 0 })
  expect(await source.plan(planned!.end, to)).toBeUndefined()
})

test('folders are searched at any depth; hidden names and links that lead in circles are not', async () => {
  await using landing = await Landing.open()
  for (const name of ['x/y/a.json', '_tmp/b.json', '.c.json', '_SUCCESS', 'd.json', '_p=1/e.json'])
    landing.land(name, row)
  symlinkSync(join(landing.folder, 'in'), join(landing.folder, 'in/x/up'))
  const { batches } = await drain(landing.source())
  expect(batches).toEqual([['x/y/a.json', 'd.json', '_p=1/e.json']])
})

test('pathGlobFilter and fileNamePattern select by name', async () => {
  await using landing = await Landing.open()
  for (const name of ['a.json', 'b.csv', 'x/c.json', 'd1.json']) landing.land(name, row)
  const named = async (pattern: Record<string, string>) => {
    landing.state = memoryStorage()
    return (await drain(landing.source({ options: pattern }))).batches.flat()
  }
  expect(await named({ pathGlobFilter: '*.json' })).toEqual(['a.json', 'x/c.json', 'd1.json'])
  expect(await named({ fileNamePattern: '{a,b}.*' })).toEqual(['a.json', 'b.csv'])
  expect(await named({ pathGlobFilter: '[!a]?.json' })).toEqual(['d1.json'])
})

test('a path may be a pattern; * crosses folders unless useStrictGlobber', async () => {
  await using landing = await Landing.open()
  for (const name of ['2024/a.json', '2024/x/b.json', '2025/c.json']) landing.land(name, row)
  const at = async (path: string, strict: boolean) => {
    landing.state = memoryStorage()
    const options = { 'cloudFiles.useStrictGlobber': String(strict) }
    return (await drain(landing.source({ paths: [path], options }))).batches.flat()
  }
  expect(await at('in/2024', true)).toEqual(['2024/a.json', '2024/x/b.json'])
  expect(await at('in/*/*.json', true)).toEqual(['2024/a.json', '2025/c.json'])
  expect(await at('in/*.json', false)).toEqual(['2024/a.json', '2024/x/b.json', '2025/c.json'])
  expect(await at('in/202[5-9]', true)).toEqual(['2025/c.json'])
})

test('modifiedAfter and modifiedBefore', async () => {
  await using landing = await Landing.open()
  for (const name of ['1.json', '2.json', '3.json']) landing.land(name, row)
  const options = { modifiedAfter: '2026-01-01T00:00:01.5Z', modifiedBefore: '2026-01-01 00:00:03.5' }
  expect((await drain(landing.source({ options }))).batches).toEqual([['2.json']])
})

test('includeExistingFiles false passes over what was there at the first start, for good', async () => {
  await using landing = await Landing.open()
  landing.land('old.json', row)
  const options = { 'cloudFiles.includeExistingFiles': 'false' }
  const first = await drain(landing.source({ options }))
  expect(first).toEqual({ batches: [], end: undefined })
  landing.land('new.json', row)
  expect((await drain(landing.source({ options }), first.end)).batches).toEqual([['new.json']])
})

test('a rewritten file is ignored, unless allowOverwrites', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', row)
  const plain = await drain(landing.source())
  landing.land('a.json', '{"id":2}\n')
  expect((await drain(landing.source(), plain.end)).batches).toEqual([])

  landing.state = memoryStorage()
  const options = { 'cloudFiles.allowOverwrites': 'true' }
  const again = await drain(landing.source({ options }))
  expect(again.batches).toEqual([['a.json']])
  landing.land('a.json', '{"id":3}\n')
  expect((await drain(landing.source({ options }), again.end)).batches).toEqual([['a.json']])
})

test('maxFileAge forgets old files and never takes them again', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', row)
  const hour = 3_600_000
  const loader = (hours: number) => ({
    options: { 'cloudFiles.maxFileAge': '1 hour' },
    now: () => Date.parse('2026-01-01T00:00:00Z') + hours * hour,
  })
  const first = await drain(landing.source(loader(0)))
  landing.land('b.json', row)
  const second = await drain(landing.source(loader(0.5)), first.end)
  expect([...first.batches, ...second.batches]).toEqual([['a.json'], ['b.json']])
  landing.land('c.json', row)
  expect((await drain(landing.source(loader(2)), second.end)).batches).toEqual([])
})

test('several paths are one source; a remote scheme is refused by name', async () => {
  await using landing = await Landing.open()
  landing.land('x/a.json', row)
  landing.land('y/b.json', row)
  const { batches } = await drain(
    landing.source({ paths: ['in/x', `file://${landing.folder}/in/y/b.json`, 'in/x/a.json'] }),
  )
  expect(batches).toEqual([['x/a.json', 'y/b.json']])
  expect(() => landing.source({ paths: ['s3://bucket/in'] })).toThrow(
    "The path 's3://bucket/in' cannot be read: files are read from local paths, 's3:' is not supported.",
  )
})

test('cleanSource removes files some time after their batch was committed, or moves them', async () => {
  await using landing = await Landing.open()
  landing.land('x/a.json', row)
  const day = 86_400_000
  const loader = (options: Record<string, string>, days: number) => ({ options, now: () => days * day })
  const deleting = {
    'cloudFiles.cleanSource': 'DELETE',
    'cloudFiles.cleanSource.retentionDuration': '7 days',
  }
  const first = await drain(landing.source(loader(deleting, 0)))
  landing.land('x/b.json', row)
  await landing.source(loader(deleting, 6)).latest()
  expect(existsSync(join(landing.folder, 'in/x/a.json'))).toBe(true)
  await landing.source(loader(deleting, 7)).latest()
  expect(existsSync(join(landing.folder, 'in/x/a.json'))).toBe(false)

  const moving = {
    'cloudFiles.cleanSource': 'MOVE',
    'cloudFiles.cleanSource.moveDestination': 'done',
    'cloudFiles.cleanSource.retentionDuration': '0 seconds',
  }
  await drain(landing.source(loader(moving, 8)), first.end)
  await landing.source(loader(moving, 8)).latest()
  expect(existsSync(join(landing.folder, 'in/x/b.json'))).toBe(false)
  expect(existsSync(join(landing.folder, 'done/x/b.json'))).toBe(true)
  const inside = { ...moving, 'cloudFiles.cleanSource.moveDestination': 'in/done' }
  expect(() => landing.source(loader(inside, 8))).toThrow(
    expect.objectContaining({ condition: 'INVALID_OPTION_VALUE' }),
  )
})

test('cleanSource leaves a file alone that was changed since', async () => {
  await using landing = await Landing.open()
  landing.land('a.json', row)
  const options = {
    'cloudFiles.cleanSource': 'DELETE',
    'cloudFiles.cleanSource.retentionDuration': '0 seconds',
  }
  await drain(landing.source({ options }))
  landing.land('a.json', '{"id":2}\n')
  await landing.source({ options }).latest()
  expect(existsSync(join(landing.folder, 'in/a.json'))).toBe(true)
})
