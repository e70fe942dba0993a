import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderWatch, type FolderWatchOptions } from '../../../src/sources/watch/folder-watch.ts'

let folder: string
let watch: FolderWatch
let calls = 0
/** What the last call told. */
let told: readonly string[] | undefined
let called: (() => void) | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-watch-'))
  calls = 0
})

afterEach(() => {
  watch.close()
  rmSync(folder, { recursive: true, force: true })
})

function start(options: Partial<FolderWatchOptions> = {}): void {
  watch = new FolderWatch({
    root: folder,
    recursive: true,
    matters: (name) => !name.startsWith('.'),
    settleMs: 5,
    onChange: (paths) => {
      calls += 1
      told = paths?.map((path) => relative(folder, path)).sort()
      called?.()
    },
    pollMs: { watched: 60_000, blind: 60_000 },
    ...options,
  })
}

/** Resolves at the next call. */
function nextCall(): Promise<void> {
  return new Promise((done) => {
    called = done
  })
}

function land(path: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), '{}')
}

test('tells of a file that lands', async () => {
  start()
  const call = nextCall()
  land('1.json')
  await call
})

test('names the files of a burst, and none where a folder came with it', async () => {
  mkdirSync(join(folder, 'day=1'))
  start({ settleMs: 20 })
  let call = nextCall()
  for (const path of ['2.json', '1.json', '.hidden', 'day=1/1.json']) land(path)
  await call
  expect(told).toEqual(['1.json', '2.json', 'day=1/1.json'])
  call = nextCall()
  for (const path of ['3.json', 'day=2/1.json']) land(path)
  await call
  expect(told).toBeUndefined()
  call = nextCall()
  land('4.json')
  await call
  expect(told).toEqual(['4.json'])
})

test('tells of a file in a folder that is there, and in folders that come later', async () => {
  mkdirSync(join(folder, 'day=1'))
  start()
  for (const path of ['day=1/1.json', 'day=2/hour=1/1.json', 'day=2/hour=1/2.json']) {
    const call = nextCall()
    land(path)
    await call
  }
})

test('takes a burst of changes for one', async () => {
  start({ settleMs: 50 })
  const call = nextCall()
  for (let i = 0; i < 20; i++) land(`${i}.json`)
  await call
  expect(calls).toBe(1)
})

test('does not listen to names that do not matter; a file counts when it gets its name', async () => {
  start()
  const call = nextCall()
  land('.writing')
  land('.other')
  renameSync(join(folder, '.writing'), join(folder, '1.json'))
  await call
  expect(calls).toBe(1)
})

test.each([
  { from: 'a hidden name', path: 'in/.writing' },
  { from: 'another folder', path: 'elsewhere/1.json' },
])('does not wait for more of a file that is moved here from $from', async ({ path }) => {
  mkdirSync(join(folder, 'in'))
  start({ root: join(folder, 'in'), settleMs: 60_000 })
  const call = nextCall()
  land(path)
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(join(folder, path), longAgo, longAgo)
  renameSync(join(folder, path), join(folder, 'in/1.json'))
  await call
})

test('tells of a file that is being written when it has settled, and of others meanwhile', async () => {
  start({ settleMs: 10 })
  let call = nextCall()
  const writing = setInterval(() => appendFileSync(join(folder, 'large.json'), '{}\n'), 1)
  land('1.json')
  await call
  clearInterval(writing)
  expect(told).toEqual(['1.json'])
  call = nextCall()
  await call
  expect(told).toEqual(['large.json'])
})

test('what cannot be looked at is for those who list the folder', async () => {
  start()
  let call = nextCall()
  symlinkSync('loop', join(folder, 'loop'))
  await call
  expect(told).toBeUndefined()
  call = nextCall()
  land('1.json')
  await call
  expect(told).toEqual(['1.json'])
})

test('goes on after a folder was removed and made again', async () => {
  mkdirSync(join(folder, 'day=1'))
  start()
  const removed = nextCall()
  rmSync(join(folder, 'day=1'), { recursive: true })
  await removed
  for (const path of ['day=1/1.json', 'day=1/2.json']) {
    const call = nextCall()
    land(path)
    await call
  }
})

test('follows another folder into its place', async () => {
  const root = join(folder, 'in')
  mkdirSync(root)
  start({ root, pollMs: { watched: 60_000, blind: 5 } })
  const replaced = nextCall()
  rmSync(root, { recursive: true })
  mkdirSync(root)
  await replaced
  for (const path of ['in/1.json', 'in/2.json']) {
    const call = nextCall()
    land(path)
    await call
  }
})

test('a folder that is not there yet is looked for now and then', async () => {
  const root = join(folder, 'later')
  start({ root, pollMs: { watched: 60_000, blind: 5 } })
  await nextCall()
  mkdirSync(root)
  await nextCall()
  const call = nextCall()
  land('later/1.json')
  await call
})

test('calls now and then also where nothing is heard of', async () => {
  start({ pollMs: { watched: 5, blind: 5 } })
  await nextCall()
  await nextCall()
  expect(calls).toBe(2)
})
