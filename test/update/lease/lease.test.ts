import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PipelineError } from '../../../src/errors/index.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { acquireLease, type Lease } from '../../../src/update/lease/lease.ts'

const clock = { nowMicros: () => 1_767_225_600_000_000n } // 2026-01-01T00:00:00Z

let folder: string
let children: ChildProcess[]
let leases: Lease[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-lease-'))
  children = []
  leases = []
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const lease of leases) await lease.release()
  rmSync(folder, { recursive: true, force: true })
})

async function acquire(updateId: string, times: { heartbeatMs?: number; timeoutMs?: number } = {}) {
  const options = { pipelineId: 'shop', updateId, clock, folder, heartbeatMs: 20, timeoutMs: 400, ...times }
  const lease = await acquireLease(localStorage(folder), options)
  leases.push(lease)
  return lease
}

/** A process that holds the lease; `ask` gives its answer to a command. */
async function holder(updateId: string, times: { heartbeatMs: number; timeoutMs: number }) {
  const script = join(import.meta.dirname, 'lease-holder.ts')
  const args = [script, folder, updateId, String(times.heartbeatMs), String(times.timeoutMs)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const answer = async () => (await lines.next()).value as string
  const ask = (command: string) => {
    child.stdin.write(`${command}\n`)
    return answer()
  }
  return { child, token: BigInt(await answer()), ask }
}

/** The condition and parameters that a promise fails with. */
async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof PipelineError)) throw error ?? new Error('nothing was thrown')
  return { condition: error.condition, parameters: error.parameters }
}

describe('a lease', () => {
  test('starts with the time as its token, and the next one is one more', async () => {
    const first = await acquire('u1')
    expect(first.token).toBe(1_767_225_600_000n)
    await first.release()
    expect((await acquire('u2')).token).toBe(1_767_225_600_001n)
  })

  test('is held until it is released, and lost to nobody by that', async () => {
    const lease = await acquire('u1')
    await expect(lease.assertHeld()).resolves.toBeUndefined()
    await lease.release()
    await expect(lease.assertHeld()).resolves.toBeUndefined()
  })

  test('leaves one record behind, whatever the number of updates', async () => {
    for (let i = 0; i < 5; i++) await (await acquire(`u${i}`)).release()
    const records = readdirSync(join(folder, 'lease')).filter((name) => name.endsWith('.json'))
    expect(records).toEqual(['00000001767225600004.json'])
  })

  test('goes to one of many who ask at once', async () => {
    const attempts = await Promise.allSettled(['a', 'b', 'c', 'd'].map((id) => acquire(id)))
    expect(attempts.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason.condition).toBe('UPDATE_ALREADY_RUNNING')
    }
  })

  test('is refused to one who saw none, and comes behind the first', async () => {
    const reached = Promise.withResolvers<void>()
    const opened = Promise.withResolvers<void>()
    const slow = localStorage(folder)
    const putIfAbsent = slow.putIfAbsent.bind(slow)
    slow.putIfAbsent = async (...file) => {
      reached.resolve()
      await opened.promise
      return putIfAbsent(...file)
    }
    const later = { nowMicros: () => clock.nowMicros() + 5000n }
    const second = acquireLease(slow, { pipelineId: 'shop', updateId: 'u2', clock: later, folder })
    await reached.promise
    const first = await acquire('u1')
    opened.resolve()
    expect(await failure(second)).toMatchObject({
      condition: 'UPDATE_ALREADY_RUNNING',
      parameters: { updateId: 'u1' },
    })
    await expect(first.assertHeld()).resolves.toBeUndefined()
  })

  test('of a newer Millrace is refused by name', async () => {
    await localStorage(folder).put(
      'lease/00000000000000000007.json',
      new TextEncoder().encode('{"format":"millrace.lease","version":2,"holder":"?"}\n'),
    )
    expect(await failure(acquire('u1'))).toEqual({
      condition: 'UNSUPPORTED_FORMAT_VERSION',
      parameters: {
        path: 'lease/00000000000000000007.json',
        format: 'millrace.lease',
        found: '2',
        supported: '1',
      },
    })
  })
})

describe('another process that holds the lease', () => {
  test('and lives is named in the refusal', async () => {
    const other = await holder('update-1', { heartbeatMs: 20, timeoutMs: 400 })
    const { condition, parameters } = await failure(acquire('update-2', { timeoutMs: 1000 }))
    expect(condition).toBe('UPDATE_ALREADY_RUNNING')
    expect(parameters).toEqual({
      pipelineId: 'shop',
      updateId: 'update-1',
      pid: String(other.child.pid),
      host: hostname(),
      since: JSON.parse(readFileSync(join(folder, `lease/0000000${other.token}.json`), 'utf8')).since,
    })
  })

  test('and is busy in JavaScript for longer than the timeout keeps it', async () => {
    const other = await holder('update-1', { heartbeatMs: 20, timeoutMs: 400 })
    const busy = other.ask('block 1500')
    const attempt = await failure(acquire('update-2', { timeoutMs: 1000 }))
    expect(attempt).toMatchObject({ condition: 'UPDATE_ALREADY_RUNNING' })
    expect(await busy).toBe('ok')
    expect(await other.ask('assert')).toBe('ok')
  })

  test('and was killed is followed at once, however long the timeout', async () => {
    const other = await holder('update-1', { heartbeatMs: 20, timeoutMs: 400 })
    other.child.kill('SIGKILL')
    await once(other.child, 'exit')
    const next = await acquire('update-2', { timeoutMs: 3_600_000 })
    expect(next.token).toBe(other.token + 1n)
  })

  test('and is stopped loses it after the timeout, and learns so when it wakes up', async () => {
    const other = await holder('update-1', { heartbeatMs: 20, timeoutMs: 400 })
    other.child.kill('SIGSTOP')
    const next = await acquire('update-2')
    expect(next.token).toBe(other.token + 1n)
    other.child.kill('SIGCONT')
    expect(await other.ask('assert')).toBe('LEASE_LOST')
    expect(await other.ask('release')).toBe('ok')
    await expect(next.assertHeld()).resolves.toBeUndefined()
    expect(await failure(acquire('update-3'))).toMatchObject({ condition: 'UPDATE_ALREADY_RUNNING' })
  })

  test('and releases it lets a waiting one start', async () => {
    const other = await holder('update-1', { heartbeatMs: 3_600_000, timeoutMs: 3_600_000 })
    const waiting = acquire('update-2', { heartbeatMs: 20, timeoutMs: 3_600_000 })
    expect(await other.ask('release')).toBe('ok')
    expect((await waiting).token).toBe(other.token + 1n)
  })
})
