import { randomUUID } from 'node:crypto'
import type { Storage } from '../../storage/storage.ts'
import type { DeltaPort } from '../port.ts'
import { checkpointPolicyOf } from '../schema/table-properties.ts'
import type { Snapshot } from '../snapshot.ts'
import type { CheckpointAction, Sidecar } from './actions.ts'
import { fileActions, stateActions } from './checkpoint-actions.ts'
import { writeLastCheckpoint } from './last-checkpoint.ts'
import { checkpointPath, LOG_FOLDER, SIDECAR_FOLDER, versionName } from './log-files.ts'
import type { LogState } from './log-state.ts'
import { parsedColumnsOf } from './parsed-columns.ts'

/** A version to be checkpointed, and what writes it. `nowMs` is the writer's clock. */
export interface CheckpointTask {
  readonly storage: Storage
  readonly port: DeltaPort
  readonly snapshot: Snapshot
  /** The state that stands at the snapshot's version. */
  readonly state: LogState
  readonly nowMs: number
}

/** Delta Lake looks for the columns of files in the main file too, where there are sidecars. */
const MAIN_FILE_KINDS = [
  'checkpointMetadata',
  'txn',
  'add',
  'remove',
  'metaData',
  'protocol',
  'domainMetadata',
  'sidecar',
] as const

/** File actions in one sidecar: a reader takes several at once. */
const SIDECAR_ROWS = 100_000

/**
 * Writes a checkpoint of the kind that `delta.checkpointPolicy` asks for, and points `_last_checkpoint` at it, with `tags`
 * (PROTOCOL.md, Checkpoints). A classic one that exists already is kept.
 */
export async function writeCheckpoint(
  task: CheckpointTask,
  tags: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { snapshot, storage } = task
  const written =
    checkpointPolicyOf(snapshot.metadata) === 'v2' ? await writeV2(task) : await writeClassic(task)
  if (written === undefined) return
  await writeLastCheckpoint(storage, {
    version: snapshot.version,
    ...written,
    numOfAddFiles: snapshot.numFiles,
    tags,
  })
}

interface WrittenCheckpoint {
  /** Number of actions. */
  readonly size: number
  readonly sizeInBytes: number
  readonly v2Checkpoint?: object
}

async function writeClassic(task: CheckpointTask): Promise<WrittenCheckpoint | undefined> {
  const { storage, snapshot, state, nowMs } = task
  const path = checkpointPath(snapshot.version)
  if ((await storage.stat(path)) !== undefined) return undefined
  function* actions(): Generator<CheckpointAction> {
    yield* stateActions(snapshot, nowMs)
    yield* fileActions(snapshot, state, nowMs)
  }
  const { count, sizeInBytes } = await writeFile(task, path, actions())
  return { size: count, sizeInBytes }
}

async function writeV2(task: CheckpointTask): Promise<WrittenCheckpoint> {
  const { snapshot, nowMs } = task
  const { version } = snapshot
  const { sidecars, count } = await writeSidecars(task)
  const name = `${versionName(version)}.checkpoint.${randomUUID()}.parquet`
  const actions: CheckpointAction[] = [
    { checkpointMetadata: { version } },
    ...stateActions(snapshot, nowMs),
    ...sidecars.map((sidecar) => ({ sidecar })),
  ]
  const main = await writeFile(task, `${LOG_FOLDER}/${name}`, actions, MAIN_FILE_KINDS)
  const { sizeInBytes, modificationTime } = main
  return {
    size: main.count + count,
    sizeInBytes: sizeInBytes + sidecars.reduce((sum, each) => sum + each.sizeInBytes, 0),
    v2Checkpoint: { path: name, sizeInBytes, modificationTime, sidecarFiles: sidecars },
  }
}

/** The file actions of a V2 checkpoint, in as many sidecars as they need. A table without files has none. */
async function writeSidecars(task: CheckpointTask): Promise<{ sidecars: Sidecar[]; count: number }> {
  const { snapshot, state, nowMs } = task
  const actions = fileActions(snapshot, state, nowMs)
  const sidecars: Sidecar[] = []
  let total = 0
  for (let first = actions.next(); !first.done; first = actions.next()) {
    const path = `${versionName(snapshot.version)}.${randomUUID()}.parquet`
    const rows = upTo(SIDECAR_ROWS, first.value, actions)
    const { count, ...file } = await writeFile(task, `${SIDECAR_FOLDER}/${path}`, rows, ['add', 'remove'])
    sidecars.push({ path, ...file })
    total += count
  }
  return { sidecars, count: total }
}

function* upTo<T>(count: number, first: T, rest: Iterator<T>): Generator<T> {
  yield first
  for (let index = 1; index < count; index++) {
    const next = rest.next()
    if (next.done === true) return
    yield next.value
  }
}

async function writeFile(
  { storage, port, snapshot }: CheckpointTask,
  path: string,
  actions: Iterable<CheckpointAction>,
  kinds?: readonly (keyof CheckpointAction)[],
): Promise<{ count: number; sizeInBytes: number; modificationTime: number }> {
  const local = await storage.stagingPath(LOG_FOLDER)
  const parsed = kinds === undefined || kinds.includes('add') ? parsedColumnsOf(snapshot.metadata) : undefined
  const count = await port.writeCheckpoint(local, actions, {
    ...(kinds && { kinds }),
    ...(parsed && { parsed }),
  })
  await storage.publish([{ local, path }])
  const info = await storage.stat(path)
  return { count, sizeInBytes: info?.sizeBytes ?? 0, modificationTime: info?.modifiedMs ?? 0 }
}
