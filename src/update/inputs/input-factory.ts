import { join, resolve } from 'node:path'
import {
  type ChangeRange,
  changeFeedScan,
  changeRange,
  commitStamp,
  DeltaTable,
  keepsRows,
  readsChangeFeed,
  unboundScan,
} from '../../delta/index.ts'
import { pointInTime } from '../../plan/point-in-time.ts'
import type { DataSource, Read } from '../../plan/relation.ts'
import { bindFiles, cloudFilesSource, type FilesPin } from '../../sources/cloud-files/index.ts'
import { changeFeedOptions, DeltaSource, deltaSourceOptions } from '../../sources/delta/index.ts'
import { isFiles } from '../../sources/is-files.ts'
import type { Source } from '../../sources/source.ts'
import { localStorage, type Storage } from '../../storage/index.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { UpdateRun } from '../run.ts'
import { sourceKey, sourceStorage } from './file-pins.ts'
import { type InputFactory, type Leaf, leafName, type StaticInput } from './flow-inputs.ts'
import { isPinnedTable, pinnedVersion, pinTable } from './table-pin.ts'

/** Makes the inputs of one flow: sources for its streams, pins for what it reads as it stands. */
export function inputFactory(run: UpdateRun, checkpoint: Checkpoint): InputFactory {
  return {
    stream: (leaf, index) =>
      isFiles(leaf)
        ? filesStream(run, leaf, `${checkpoint.folder}/sources/${index}`)
        : deltaStream(run, leaf),
    static: (leaf) => {
      if (isFiles(leaf)) return filesAsTheyStand(run, leaf)
      return readsChangeFeed(leaf.options) ? changesAsTheyStand(run, leaf) : tableAsItStands(run, leaf)
    },
  }
}

/** Folder of the table that a leaf names, by name or by path. */
export function tableStorage(run: Pick<UpdateRun, 'catalog' | 'project'>, leaf: Read | DataSource): Storage {
  return leaf.kind === 'Read'
    ? localStorage(run.catalog.find(leaf.name, leaf.position).folder)
    : localStorage(resolve(run.project.folder, leaf.paths[0]!))
}

function filesStream(run: UpdateRun, leaf: DataSource, stateFolder: string): Source {
  return cloudFilesSource(run.secrets.reveal(leaf), {
    baseFolder: run.project.folder,
    state: localStorage(join(run.project.spec.storage, stateFolder)),
    schemas: sourceStorage(run.project, sourceKey(leaf)),
    reader: run.engine.fileSchemaReader,
    now: () => Number(run.clock.nowMicros() / 1000n),
    landed: run.landed,
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
    name: `${leafName(leaf)}#${sourceKey(leaf)}`,
    pin: () => run.files.pin(leaf),
    bind: async (pinned) => {
      const { input, schema, hidden } = bindFiles(run.secrets.reveal(leaf), pinned as FilesPin, context)
      return { scan: { kind: 'Scan', input, schema, hidden } }
    },
  }
}

function tableAsItStands(run: UpdateRun, leaf: Leaf): StaticInput {
  const { timeTravel, position } = leaf
  let opened: Promise<DeltaTable> | undefined
  const open = () => {
    opened ??= DeltaTable.open(tableStorage(run, leaf), run.engine.deltaPort)
    return opened
  }
  return {
    leaf,
    name: leafName(leaf) + (timeTravel === undefined ? '' : `@${Object.values(timeTravel).at(-1)}`),
    pin: async () => {
      if (timeTravel === undefined) return pinTable(tableStorage(run, leaf))
      const point = pointInTime(timeTravel, position)
      const { version } = 'version' in point ? point : await (await open()).snapshotAt(point)
      return pinTable(tableStorage(run, leaf), version)
    },
    bind: async (pinned) => {
      const table = await open()
      const version = pinnedVersion(pinned)!
      const newest = await table.refresh()
      const snapshot = newest.version === version ? newest : await table.snapshotAt({ version })
      return { scan: unboundScan(snapshot), version: { snapshot, storage: tableStorage(run, leaf) } }
    },
    isSame: async (before, now) => {
      const [from, to] = [pinnedVersion(before), pinnedVersion(now)]
      if (from === undefined || to === undefined) return false
      const storage = tableStorage(run, leaf)
      return (await isPinnedTable(storage, before)) && keepsRows(storage, from, to)
    },
  }
}

/** The changes of a range of versions; its ends are pinned, so that later commits do not move them. */
function changesAsTheyStand(run: UpdateRun, leaf: Leaf): StaticInput {
  const options = changeFeedOptions(leaf.options)
  const storage = tableStorage(run, leaf)
  return {
    leaf,
    name: `${leafName(leaf)}@changes:${JSON.stringify(options)}`,
    pin: async () => {
      const range = await changeRange(storage, options)
      return range === undefined ? null : { ...range, commit: await commitStamp(storage, range.to) }
    },
    bind: async (pinned) => {
      const table = await DeltaTable.open(storage, run.engine.deltaPort)
      const changes = await changeFeedScan({ table, storage }, pinned as ChangeRange | null)
      return { scan: { kind: 'Scan', ...changes } }
    },
  }
}
