import { isHidden } from '../../sources/cloud-files/list-files.ts'
import { FolderWatch, type FolderWatchOptions } from '../../sources/watch/folder-watch.ts'
import type { FlowTriggers, WatchedFolder } from './flow-triggers.ts'

/** Files are written in several steps; a commit of a log is there whole. */
const SETTLE_MS = { files: 20, log: 0 }

/** Watches what flows read from outside of the update, each folder once. */
export class InputWatches {
  readonly #watches: readonly FolderWatch[]

  /** `onChange` gets the ids of the flows that read what has changed, its folder, and the files where they are known. */
  constructor(
    flows: Iterable<FlowTriggers>,
    onChange: (ids: readonly string[], folder: string, paths: readonly string[] | undefined) => void,
  ) {
    const readers = new Map<string, { readonly folder: WatchedFolder; readonly ids: string[] }>()
    for (const { id, folders } of flows) {
      for (const folder of folders) {
        const known = readers.get(folder.path) ?? { folder, ids: [] }
        known.ids.push(id)
        readers.set(folder.path, known)
      }
    }
    this.#watches = [...readers.values()].map(({ folder, ids }) =>
      watchInput(folder, (paths) => onChange(ids, folder.path, paths)),
    )
  }

  close(): void {
    for (const each of this.#watches) each.close()
  }
}

function watchInput({ kind, path }: WatchedFolder, onChange: FolderWatchOptions['onChange']): FolderWatch {
  return new FolderWatch({
    root: path,
    recursive: kind === 'files',
    matters: kind === 'files' ? (name) => !isHidden(name) : isCommit,
    settleMs: SETTLE_MS[kind],
    onChange,
  })
}

function isCommit(name: string): boolean {
  return /^\d{20}\.json$/.test(name)
}
