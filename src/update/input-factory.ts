import { join, resolve } from 'node:path'
import { DeltaTable, deltaScanOf } from '../delta/index.ts'
import type { DataSource, Read, Scan } from '../plan/relation.ts'
import { bindFiles, cloudFilesSource, type FilesPin } from '../sources/cloud-files/index.ts'
import { DeltaSource, deltaSourceOptions } from '../sources/delta/index.ts'
import type { Source } from '../sources/source.ts'
import { localStorage, type Storage } from '../storage/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import { sourceKey, sourceStorage } from './file-pins.ts'
import { type InputFactory, type Leaf, leafName, type StaticInput } from './flow-inputs.ts'
import type { UpdateRun } from './run.ts'

/** Makes the inputs of one flow: sources for its streams, pins for what it reads as it stands. */
export function inputFactory(run: UpdateRun, checkpoint: Checkpoint): InputFactory {
  return {
    stream: async (leaf) => (isFiles(leaf) ? filesStream(run, checkpoint, leaf) : deltaStream(run, leaf)),
    static: (leaf) => (isFiles(leaf) ? filesAsTheyStand(run, leaf) : tableAsItStands(run, leaf)),
  }
}

/** True for a source of raw files; tables by name or path are Delta. */
export function isFiles(leaf: Leaf): leaf is DataSource {
  return leaf.kind === 'DataSource' && leaf.format.toLowerCase() !== 'delta'
}

/** Folder of the table that a leaf names, by name or by path. */
export function tableStorage(run: Pick<UpdateRun, 'catalog' | 'project'>, leaf: Read | DataSource): Storage {
  return leaf.kind === 'Read'
    ? localStorage(run.catalog.find(leaf.name, leaf.position).folder)
    : localStorage(resolve(run.project.folder, leaf.paths[0]!))
}

function filesStream(run: UpdateRun, checkpoint: Checkpoint, leaf: DataSource): Source {
  const key = sourceKey(leaf)
  return cloudFilesSource(leaf, {
    baseFolder: run.project.folder,
    state: localStorage(join(run.project.spec.storage, checkpoint.folder, 'files', key)),
    schemas: sourceStorage(run.project, key),
    reader: run.engine.fileSchemaReader,
    now: () => Number(run.clock.nowMicros() / 1000n),
  })
}

function deltaStream(run: UpdateRun, leaf: Leaf): Source {
  const storage = tableStorage(run, leaf)
  return new DeltaSource({
    name: leafName(leaf),
    storage,
    open: () => DeltaTable.open(storage, run.engine.deltaPort),
    options: deltaSourceOptions(leaf.options),
  })
}

function filesAsTheyStand(run: UpdateRun, leaf: DataSource): StaticInput {
  const context = { baseFolder: run.project.folder, reader: run.engine.fileSchemaReader }
  return {
    leaf,
    name: leafName(leaf),
    pin: () => run.files.pin(leaf),
    bind: async (pinned): Promise<Scan> => {
      const { input, schema, hidden } = bindFiles(leaf, pinned as FilesPin, context)
      return { kind: 'Scan', input, schema, hidden }
    },
  }
}

function tableAsItStands(run: UpdateRun, leaf: Leaf): StaticInput {
  const storage = () => tableStorage(run, leaf)
  return {
    leaf,
    name: leafName(leaf),
    pin: async () => {
      if (leaf.timeTravel === undefined) return DeltaTable.latestVersion(storage())
      const at = leaf.timeTravel
      if (at.kind === 'version') return at.version
      const table = await DeltaTable.open(storage(), run.engine.deltaPort)
      return (await table.snapshotAt({ timestampMs: timestampMs(at.timestamp) })).version
    },
    bind: async (pinned): Promise<Scan> => {
      const table = await DeltaTable.open(storage(), run.engine.deltaPort)
      const snapshot = await table.snapshotAt({ version: pinned as number })
      return { kind: 'Scan', input: await deltaScanOf(snapshot, storage()), schema: snapshot.metadata.schema }
    },
  }
}

/** A timestamp literal of a query; without a zone it is UTC, the session's. */
function timestampMs(text: string): number {
  const iso = text.trim().replace(' ', 'T')
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(iso) || !iso.includes('T') ? iso : `${iso}Z`)
}
