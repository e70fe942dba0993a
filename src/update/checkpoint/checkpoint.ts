import { randomUUID } from 'node:crypto'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Storage } from '../../storage/storage.ts'
import { type BatchRecord, decodeBatch, encodeBatch } from './batch-record.ts'

/** Batches between two prunings: a folder holds at most this many records more than are kept. */
const PRUNE_EVERY = 50

const METADATA: DurableFormat = { name: 'millrace.checkpoint', version: 1 }
const COMMIT: DurableFormat = { name: 'millrace.batch-commit', version: 1 }

/** Ends every file that was written whole. */
const NEWLINE = 0x0a

type BatchFile = 'offsets' | 'commits'

/**
 * The progress of one flow into one table, as files below `checkpoints/<table>/<flow>/`: `<version>.json` names the
 * version's flow id, `<version>/offsets/<batch>.json` is written before a batch's work begins and
 * `<version>/commits/<batch>.json` after it, as in Spark's streaming checkpoints.
 */
export class Checkpoint {
  /** 0 for the first; each reset starts the next. */
  readonly version: number
  /** Names this flow at this version for ever, also in the table's log (`txn.appId`); a reset gives another. */
  readonly flowId: string
  /** The newest batch that was begun. */
  latestBatch: BatchRecord | undefined
  /** The newest batch known to be finished: `latestBatch`, or the one before it when a run died in between. */
  latestCommitted: number | undefined
  /** How many finished batches' records stay when the checkpoint prunes itself; 100 in Spark, too. */
  minBatchesToRetain = 100
  readonly #storage: Storage
  readonly #flowFolder: string

  private constructor(storage: Storage, flowFolder: string, version: number, flowId: string) {
    this.#storage = storage
    this.#flowFolder = flowFolder
    this.version = version
    this.flowId = flowId
  }

  /** Opens one version; its cost depends on the records kept, not on the batches that ever ran. */
  static async open(storage: Storage, flowFolder: string, version: number): Promise<Checkpoint> {
    const path = versionPath(flowFolder, version)
    const bytes = await storage.read(path)
    const content = decodeDurable(bytes ?? new Uint8Array(), METADATA, { storage: storage.name, path })
    const checkpoint = new Checkpoint(storage, flowFolder, version, content.flowId as string)
    await checkpoint.#load()
    return checkpoint
  }

  /** Folder of this version, for what else lives and dies with it, such as state. */
  get folder(): string {
    return `${this.#flowFolder}/${this.version}`
  }

  /**
   * Makes a batch durable before its work begins. A batch that was begun already, by a run that died, is returned as it
   * was recorded then: the caller replays that one.
   */
  async writeBatch(record: BatchRecord): Promise<BatchRecord> {
    const outcome = await this.#storage.putIfAbsent(
      this.#path('offsets', record.batchId),
      encodeBatch(record),
    )
    this.latestBatch = outcome === 'created' ? record : await this.#readBatch(record.batchId)
    return this.latestBatch
  }

  /** Puts a batch in the place of the newest one, of which nothing can be seen outside. */
  async replaceBatch(record: BatchRecord): Promise<void> {
    await this.#storage.put(this.#path('offsets', record.batchId), encodeBatch(record))
    this.latestBatch = record
  }

  /**
   * Records that a batch is finished; `info` is kept beside it, for example the table's version. Not made durable: the
   * tables' logs know the batch too, and a run that finds no mark asks them.
   */
  async markCommitted(batchId: number, info: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const mark = encodeDurable(COMMIT, { batchId, info })
    await this.#storage.putIfAbsent(this.#path('commits', batchId), mark, { durable: false })
    this.latestCommitted = Math.max(batchId, this.latestCommitted ?? 0)
    if (batchId % PRUNE_EVERY === PRUNE_EVERY - 1) await this.prune(this.minBatchesToRetain)
  }

  /** What `markCommitted` kept of a batch; undefined when the batch is not finished, or pruned, or its mark was torn. */
  async committedInfo(batchId: number): Promise<Readonly<Record<string, unknown>> | undefined> {
    const path = this.#path('commits', batchId)
    const bytes = await this.#storage.read(path)
    if (bytes?.at(-1) !== NEWLINE) return undefined
    return decodeDurable(bytes, COMMIT, { storage: this.#storage.name, path }).info as Record<string, unknown>
  }

  /** Starts the next version, which has no batches; this one stays until `removeSuperseded`. */
  async reset(): Promise<Checkpoint> {
    return createVersion(this.#storage, this.#flowFolder, this.version + 1)
  }

  /** Removes the records of all but the newest `keep` finished batches. */
  async prune(keep: number): Promise<void> {
    const oldestKept = (this.latestCommitted ?? 0) - keep + 1
    const doomed: string[] = []
    for (const kind of ['offsets', 'commits'] as const) {
      for await (const { path } of this.#storage.list(`${this.folder}/${kind}`)) {
        if (numberIn(path) < oldestKept) doomed.push(path)
      }
    }
    if (doomed.length > 0) await this.#storage.delete(doomed)
  }

  /** Removes the versions that were reset away at least `retentionMs` before `nowMs`, both in milliseconds. */
  async removeSuperseded(nowMs: number, retentionMs: number): Promise<void> {
    const versions = await versionsOf(this.#storage, this.#flowFolder)
    for (const [i, { version }] of versions.entries()) {
      const successor = versions[i + 1]
      if (successor === undefined || nowMs - successor.createdMs < retentionMs) break
      await this.#storage.deleteAll(`${this.#flowFolder}/${version}`)
      await this.#storage.delete([versionPath(this.#flowFolder, version)])
    }
  }

  async #load(): Promise<void> {
    const begun = await this.#newest('offsets')
    if (begun === undefined) return
    this.latestBatch = await this.#readBatch(begun)
    for (const candidate of [begun, begun - 1]) {
      if ((await this.#storage.stat(this.#path('commits', candidate))) === undefined) continue
      this.latestCommitted = candidate
      return
    }
    this.latestCommitted = await this.#newest('commits')
  }

  async #newest(kind: BatchFile): Promise<number | undefined> {
    let newest: number | undefined
    for await (const { path } of this.#storage.list(`${this.folder}/${kind}`)) newest = numberIn(path)
    return newest
  }

  async #readBatch(batchId: number): Promise<BatchRecord> {
    const path = this.#path('offsets', batchId)
    const bytes = await this.#storage.read(path)
    return decodeBatch(bytes ?? new Uint8Array(), { storage: this.#storage.name, path })
  }

  #path(kind: BatchFile, batchId: number): string {
    return `${this.folder}/${kind}/${String(batchId).padStart(20, '0')}.json`
  }
}

/**
 * Opens the newest version of a flow's checkpoint and creates version 0 where there is none. `table` is the qualified
 * name of the dataset that the flow writes; both names may hold any character. Throws UNSUPPORTED_FORMAT_VERSION and
 * DAMAGED_FILE.
 */
export async function openCheckpoint(storage: Storage, table: string, flow: string): Promise<Checkpoint> {
  const flowFolder = `checkpoints/${folderName(table)}/${folderName(flow)}`
  const newest = (await versionsOf(storage, flowFolder)).at(-1)
  return newest === undefined
    ? createVersion(storage, flowFolder, 0)
    : Checkpoint.open(storage, flowFolder, newest.version)
}

async function createVersion(storage: Storage, flowFolder: string, version: number): Promise<Checkpoint> {
  // A random id, not a hash of the names: when a user deletes the storage folder and keeps the tables, a hash would
  // make the new batch 0 look like one that the table holds already.
  const metadata = encodeDurable(METADATA, { flowId: randomUUID() })
  await storage.putIfAbsent(versionPath(flowFolder, version), metadata)
  return Checkpoint.open(storage, flowFolder, version)
}

function versionPath(flowFolder: string, version: number): string {
  return `${flowFolder}/${version}.json`
}

/** Versions that exist, ascending, with the time of their creation in milliseconds. */
async function versionsOf(storage: Storage, flowFolder: string) {
  const versions: { version: number; createdMs: number }[] = []
  for await (const { path, modifiedMs } of storage.list(flowFolder, { recursive: false })) {
    if (path.endsWith('.json')) versions.push({ version: numberIn(path), createdMs: modifiedMs })
  }
  return versions.sort((a, b) => a.version - b.version)
}

function numberIn(path: string): number {
  return Number(path.slice(path.lastIndexOf('/') + 1, -'.json'.length))
}

/** Case does not tell names apart in Spark, nor may it on disk. */
function folderName(name: string): string {
  return encodeURIComponent(name.toLowerCase()).replaceAll('.', '%2E')
}
