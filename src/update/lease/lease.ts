import { setTimeout as sleep } from 'node:timers/promises'
import { PipelineError } from '../../errors/index.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Clock } from '../update-api.ts'
import { Heart } from './heart.ts'
import { isCertainlyDead, type ProcessIdentity, thisProcess } from './process-identity.ts'

const FOLDER = 'lease'
const FIRST_TOKEN = `${FOLDER}/first-token`
const FORMAT: DurableFormat = { name: 'millrace.lease', version: 1 }

export interface LeaseOptions {
  readonly pipelineId: string
  readonly updateId: string
  readonly clock: Clock
  /** Absolute path of the storage's folder: the heartbeat's thread opens it for itself. */
  readonly folder: string
  /** Time between two heartbeats. */
  readonly heartbeatMs?: number
  /** A holder whose heart has not beaten for this long, by the watcher's own clock, has lost the lease. */
  readonly timeoutMs?: number
}

/** The right to update a pipeline. Its token, larger than those of all leases before it, fences their holders out. */
export interface Lease {
  readonly token: bigint
  /** Throws LEASE_LOST when another update has taken over: to be called before each commit. */
  assertHeld(): Promise<void>
  /** Ends the heartbeat and lets the next update start at once. */
  release(): Promise<void>
}

interface LeaseRecord extends ProcessIdentity {
  readonly token: bigint
  readonly pipelineId: string
  readonly updateId: string
  /** ISO 8601. */
  readonly since: string
  readonly released: boolean
}

/**
 * Takes the lease of the pipeline whose storage this is: files `lease/<token>.json`, of which the highest counts and each
 * can be created only once. A holder that is alive makes this throw UPDATE_ALREADY_RUNNING; one whose process is gone
 * is followed at once, one that only fell silent after `timeoutMs`.
 */
export async function acquireLease(storage: Storage, options: LeaseOptions): Promise<Lease> {
  for (;;) {
    const newest = await newestRecord(storage)
    if (newest !== undefined && !(await isFree(storage, newest, options))) continue
    const token = newest === undefined ? await firstToken(storage, options) : newest.token + 1n
    const record = newRecord(token, options)
    const outcome = await storage.putIfAbsent(leasePath(record.token), encodeRecord(record))
    if (outcome === 'exists') continue
    // Tokens below the newest are deleted, so a slow starter may create one of those again.
    if ((await newestToken(storage)) !== record.token) continue
    await removeOlder(storage, record.token)
    return new HeldLease(storage, record, options)
  }
}

class HeldLease implements Lease {
  readonly token: bigint
  readonly #storage: Storage
  readonly #record: LeaseRecord
  readonly #heart: Heart

  constructor(storage: Storage, record: LeaseRecord, options: LeaseOptions) {
    this.token = record.token
    this.#storage = storage
    this.#record = record
    this.#heart = new Heart({
      folder: options.folder,
      path: beatPath(record.token),
      everyMs: options.heartbeatMs ?? 1000,
    })
  }

  async assertHeld(): Promise<void> {
    const newest = await newestToken(this.#storage)
    if (newest === this.token) return
    throw new PipelineError('LEASE_LOST', {
      pipelineId: this.#record.pipelineId,
      updateId: this.#record.updateId,
      token: String(this.token),
      current: String(newest ?? 'none'),
      detail: newest === undefined ? 'the storage was emptied' : 'this process stood still for too long',
    })
  }

  async release(): Promise<void> {
    await this.#heart.stop()
    if ((await newestToken(this.#storage)) !== this.token) return
    await this.#storage.put(leasePath(this.token), encodeRecord({ ...this.#record, released: true }))
  }
}

/**
 * Waits until it is clear what became of the holder: true when its lease is over, false when the newest lease is another
 * by now. Throws UPDATE_ALREADY_RUNNING when its heart beats.
 */
async function isFree(storage: Storage, holder: LeaseRecord, options: LeaseOptions): Promise<boolean> {
  if (holder.released || isCertainlyDead(holder)) return true
  const { heartbeatMs = 1000, timeoutMs = 60_000 } = options
  const pollMs = heartbeatMs / 4
  const first = await beatOf(storage, holder.token)
  let last = performance.now()
  for (let silentMs = 0; silentMs < timeoutMs; ) {
    await sleep(pollMs)
    if ((await beatOf(storage, holder.token)) !== first) throw alreadyRunning(holder)
    if ((await newestRecord(storage))?.token !== holder.token) return false
    if ((await readRecord(storage, holder.token))?.released || isCertainlyDead(holder)) return true
    const now = performance.now()
    // When this process stood still itself, so may have the holder (a suspended machine): that time does not count.
    silentMs += Math.min(now - last, 4 * pollMs)
    last = now
  }
  return true
}

function alreadyRunning(holder: LeaseRecord): PipelineError {
  return new PipelineError('UPDATE_ALREADY_RUNNING', {
    pipelineId: holder.pipelineId,
    updateId: holder.updateId,
    pid: String(holder.pid),
    host: holder.host,
    since: holder.since,
  })
}

function newRecord(token: bigint, options: LeaseOptions): LeaseRecord {
  const { pipelineId, updateId, clock } = options
  const since = new Date(Number(clock.nowMicros() / 1000n)).toISOString()
  return { ...thisProcess(), token, pipelineId, updateId, since, released: false }
}

/**
 * A time, not 1: when a user deletes the storage folder, it still fences the tables' older ones. The same for all who start
 * at once, so that one of them gets the lease: of two times each would be newer than what the other had seen.
 */
async function firstToken(storage: Storage, { clock }: LeaseOptions): Promise<bigint> {
  const now = String(clock.nowMicros() / 1000n)
  await storage.putIfAbsent(FIRST_TOKEN, new TextEncoder().encode(now))
  return BigInt(new TextDecoder().decode(await storage.read(FIRST_TOKEN)))
}

function encodeRecord(record: LeaseRecord): Uint8Array {
  return encodeDurable(FORMAT, { ...record, token: String(record.token) })
}

/** The lease with the highest token. One that its successor has deleted in the meantime is looked up again. */
async function newestRecord(storage: Storage): Promise<LeaseRecord | undefined> {
  for (;;) {
    const token = await newestToken(storage)
    if (token === undefined) return undefined
    const record = await readRecord(storage, token)
    if (record !== undefined) return record
  }
}

async function readRecord(storage: Storage, token: bigint): Promise<LeaseRecord | undefined> {
  const path = leasePath(token)
  const bytes = await storage.read(path)
  if (bytes === undefined) return undefined
  const content = decodeDurable(bytes, FORMAT, { storage: storage.name, path }) as unknown as LeaseRecord
  return { ...content, token }
}

async function newestToken(storage: Storage): Promise<bigint | undefined> {
  let newest: bigint | undefined
  for await (const { path } of storage.list(FOLDER)) {
    const match = /\/(\d+)\.json$/.exec(path)
    if (match !== null) newest = BigInt(match[1]!)
  }
  return newest
}

async function removeOlder(storage: Storage, token: bigint): Promise<void> {
  const older: string[] = []
  for await (const { path } of storage.list(FOLDER)) {
    const match = /\/(\d+)\.(?:json|beat)$/.exec(path)
    if (match !== null && BigInt(match[1]!) < token) older.push(path)
  }
  if (older.length > 0) await storage.delete(older)
}

async function beatOf(storage: Storage, token: bigint): Promise<string> {
  const bytes = await storage.read(beatPath(token))
  return new TextDecoder().decode(bytes)
}

function leasePath(token: bigint): string {
  return `${FOLDER}/${String(token).padStart(20, '0')}.json`
}

function beatPath(token: bigint): string {
  return `${FOLDER}/${String(token).padStart(20, '0')}.beat`
}
