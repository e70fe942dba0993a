import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DeltaTable } from '../../src/delta/index.ts'
import { localStorage } from '../../src/storage/index.ts'
import { field, LONG, struct } from '../../src/types/data-type.ts'
import { fileInLog, noParquet, paths, temporaryFolder } from '../support/delta.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

async function create(name: string): Promise<string> {
  const root = join(folder.path, name)
  await DeltaTable.create(localStorage(root), noParquet, {
    schema: struct([field('id', LONG)]),
    configuration: { 'delta.checkpointInterval': '1000000' },
  }).commit({ operation: 'CREATE TABLE' })
  return root
}

function appendInProcess(root: string, writer: string, commits: number): ChildProcess {
  const script = join(import.meta.dirname, 'append-process.ts')
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, root, writer, `${commits}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
}

const openAt = (root: string) => DeltaTable.open(localStorage(root), noParquet)

describe('several writers of one table', () => {
  it('in processes of their own lose nothing and leave no gap', async () => {
    const root = await create('processes')
    const writers = ['w0', 'w1', 'w2', 'w3']
    const processes = writers.map((writer) => appendInProcess(root, writer, 25))
    const codes = await Promise.all(processes.map(async (each) => (await once(each, 'exit'))[0]))
    expect(codes).toEqual([0, 0, 0, 0])
    const { snapshot } = await openAt(root)
    expect(snapshot.version).toBe(100)
    expect(new Set(paths(snapshot)).size).toBe(100)
    for (const writer of writers) expect(snapshot.transactionVersion(writer)).toBe(25n)
  })

  it('in one process take turns', async () => {
    const root = await create('instances')
    const append = async (writer: number) => {
      const table = await openAt(root)
      for (let index = 0; index < 20; index++) {
        await table
          .startTransaction()
          .addFile(fileInLog(`${writer}-${index}`))
          .commit({ operation: 'WRITE' })
      }
    }
    await Promise.all([append(0), append(1), append(2)])
    const { snapshot } = await openAt(root)
    expect({ version: snapshot.version, numFiles: snapshot.numFiles }).toEqual({ version: 60, numFiles: 60 })
  })

  it('killed at any moment leave a whole log', async () => {
    const root = await create('killed')
    for (let round = 0; round < 3; round++) {
      const child = appendInProcess(root, `k${round}`, 100_000)
      let told = 0
      for await (const chunk of child.stdout!) {
        told += String(chunk).trim().split('\n').length
        if (told > 20 * (round + 1)) break
      }
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
      const { snapshot } = await openAt(root)
      const own = paths(snapshot).filter((each) => each.startsWith(`k${round}-`))
      expect(BigInt(own.length)).toBe(snapshot.transactionVersion(`k${round}`))
      expect(own.length).toBeGreaterThanOrEqual(told)
      expect(snapshot.numFiles).toBe(snapshot.version)
    }
  })
})
