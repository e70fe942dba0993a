import {
  type Dirent,
  existsSync,
  type FSWatcher,
  readdirSync,
  type Stats,
  statfsSync,
  statSync,
  watch,
} from 'node:fs'
import { basename, join } from 'node:path'

export interface FolderWatchOptions {
  /** Absolute path of the folder. It may come and go. */
  readonly root: string
  /** Also the folders below it, those that come later too. */
  readonly recursive: boolean
  /** Whether a name that comes or changes matters. */
  readonly matters: (name: string) => boolean
  /**
   * Milliseconds without a change that end a burst of them: a file is written in several steps. One that is moved here is
   * whole; with 0 all are.
   */
  readonly settleMs: number
  /**
   * Called after changes, and now and then without any: the system may not tell of all. Gets the files that came, changed or
   * went; undefined where there may be others.
   */
  readonly onChange: (paths: readonly string[] | undefined) => void
  /** Milliseconds between two calls where the system tells of changes, and where it does not. */
  readonly pollMs?: { readonly watched: number; readonly blind: number }
}

/** A burst of changes is told of after this many times its settling time, also while it goes on: of what has settled. */
const LONGEST_BURST = 10
/** The system's watches may be used up, and no file system tells of everything. */
const POLL_MS = { watched: 10_000, blind: 1000 }
/** File systems that do not tell of what other machines do: NFS, SMB, CIFS, SMB2, 9P, FUSE, Ceph, AFS, VirtualBox (statfs(2)). */
const SHARED = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400, 0x5346414f, 0x786f4256,
])

/**
 * Watches a folder: one of the system's watches for each folder, nothing for each file, so that a landing folder with a
 * million files costs as much as an empty one.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions
  readonly #watchers = new Map<string, FSWatcher>()
  #isBlind = false
  /** The folder that a name which does not matter has left with the change before. */
  #left: string | undefined
  #burst: { readonly timer: NodeJS.Timeout; readonly sinceMs: number } | undefined
  #poll: NodeJS.Timeout | undefined
  /** The files of this burst, as they looked when its end was set; undefined where more than files have changed. */
  #files: Map<string, Look> | undefined = new Map()

  constructor(options: FolderWatchOptions) {
    this.#options = options
    this.#watchTree(options.root)
    this.#schedulePoll()
  }

  close(): void {
    clearTimeout(this.#poll)
    clearTimeout(this.#burst?.timer)
    for (const path of [...this.#watchers.keys()]) this.#unwatch(path)
  }

  /** The watch comes before the listing: what appears between the two is seen twice, not missed. */
  #watchTree(folder: string): void {
    if (!this.#watchers.has(folder) && !this.#watchOne(folder)) return
    if (!this.#options.recursive) return
    for (const entry of entriesOf(folder)) {
      if (entry.isDirectory() && this.#options.matters(entry.name)) this.#watchTree(join(folder, entry.name))
    }
  }

  #watchOne(folder: string): boolean {
    if (!existsSync(folder)) return false
    try {
      const watcher = watch(folder, (event, name) => this.#changed(folder, event, name))
      watcher.on('error', () => this.#lose(folder))
      this.#watchers.set(folder, watcher)
      return true
    } catch {
      // No watches are left, or the file system has none: from now on the folder is looked at now and then.
      this.#isBlind = true
      return false
    }
  }

  #changed(folder: string, event: string, name: string | null): void {
    if (name === null) {
      this.#changedSomewhere()
      return
    }
    // A folder tells of its own end by its own name.
    if (name === basename(folder)) this.#lose(folder)
    const path = join(folder, name)
    const left = this.#left
    this.#left = undefined
    if (!this.#options.matters(name)) {
      if (event === 'rename' && !existsSync(path)) this.#left = folder
      return
    }
    const stats = statOf(path)
    if (stats === 'unknown') {
      this.#changedSomewhere()
      return
    }
    const isMoved = event === 'rename' && stats !== undefined && (left === folder || wasMoved(stats))
    this.#changedPath(path, stats, isMoved || this.#options.settleMs === 0)
  }

  #changedPath(path: string, stats: Stats | undefined, isWhole: boolean): void {
    if (this.#watchers.has(path) && stats === undefined) this.#unwatch(path)
    else if (this.#options.recursive && stats?.isDirectory() === true) this.#watchTree(path)
    if (stats?.isFile() === false) {
      this.#changedSomewhere()
      return
    }
    const isInTime = this.#settle(isWhole)
    this.#files?.set(path, isWhole ? 'whole' : isInTime ? stats : 'growing')
  }

  #changedSomewhere(): void {
    this.#files = undefined
    this.#settle()
  }

  /** A folder may be gone, or another may have its place by now. */
  #lose(folder: string): void {
    this.#unwatch(folder)
    this.#watchTree(folder)
    clearTimeout(this.#poll)
    this.#schedulePoll()
    this.#changedSomewhere()
  }

  #unwatch(folder: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue
      watcher.close()
      this.#watchers.delete(path)
    }
  }

  /**
   * Sets the end of the burst. `isWhole`: nothing more is to be expected of what has changed. False where the burst has
   * been so long that its end stands.
   */
  #settle(isWhole = false): boolean {
    const { settleMs } = this.#options
    const nowMs = performance.now()
    const sinceMs = this.#burst?.sinceMs ?? nowMs
    if (this.#burst !== undefined) {
      if (isWhole) return true
      if (nowMs - sinceMs >= LONGEST_BURST * settleMs) return false
      clearTimeout(this.#burst.timer)
    }
    this.#burst = { sinceMs, timer: setTimeout(() => this.#endBurst(), isWhole ? 0 : settleMs) }
    return true
  }

  /** Tells of the burst. What is still being written is of the next one. */
  #endBurst(): void {
    const { onChange } = this.#options
    const files = this.#files
    this.#burst = undefined
    this.#files = new Map()
    if (files === undefined) {
      onChange(undefined)
      return
    }
    for (const [path, before] of files) {
      const now = statOf(path)
      if (now === 'unknown' || !isGrowing(before, now)) continue
      files.delete(path)
      this.#files.set(path, now)
    }
    if (this.#files.size > 0) this.#settle()
    if (files.size > 0) onChange([...files.keys()])
  }

  #schedulePoll(): void {
    const { watched, blind } = this.#options.pollMs ?? POLL_MS
    const { root } = this.#options
    const isWatched = !this.#isBlind && this.#watchers.has(root) && !isShared(root)
    this.#poll = setTimeout(
      () => {
        this.#watchTree(this.#options.root)
        this.#options.onChange(undefined)
        this.#schedulePoll()
      },
      isWatched ? watched : blind,
    )
  }
}

/** What is known of a file: `whole` when nothing more is to come, else what was seen of it; undefined: it is gone. */
type Look = Stats | 'whole' | 'growing' | undefined

function isGrowing(before: Look, now: Stats | undefined): boolean {
  if (before === 'whole' || now === undefined) return false
  return before === 'growing' || before?.size !== now.size || before.mtimeMs !== now.mtimeMs
}

/** `unknown`: a loop of links, or nothing for us to look at; who lists the folder says so. */
function statOf(path: string): Stats | 'unknown' | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return 'unknown'
  }
}

/** Its name is newer than its content. */
function wasMoved({ ctimeMs, mtimeMs }: Stats): boolean {
  return ctimeMs > mtimeMs
}

function isShared(folder: string): boolean {
  try {
    return process.platform === 'linux' && SHARED.has(statfsSync(folder).type >>> 0)
  } catch {
    // Gone meanwhile: there is nothing to hear of.
    return false
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // Gone meanwhile, or not for us to read: the flow that lists it says so.
    return []
  }
}
