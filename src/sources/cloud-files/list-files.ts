import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PipelineError } from '../../errors/index.ts'
import { readFailure } from '../../formats/file-chunks.ts'
import { globExpression } from './glob.ts'
import type { FilesOptions } from './parse-options.ts'
import type { SourcePath } from './source-path.ts'

/** A file that was found. */
export interface FoundFile {
  /** Local absolute path. */
  readonly path: string
  readonly sizeBytes: number
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
}

/** What a listing leaves out, and what it may skip. */
export interface ListingRules {
  /** True for a file that need not be looked at: it was taken before. Called with its path alone. */
  readonly isKnown?: (path: string) => boolean
  readonly folders?: FolderMemory | undefined
  /** Only these files are looked at, of those below the paths. */
  readonly told?: readonly string[] | undefined
}

type Filters = Pick<FilesOptions, 'fileNamePattern' | 'useStrictGlobber' | 'modifiedAfter' | 'modifiedBefore'>

/**
 * The files below the paths, in the order of their modification. Folders and files whose names begin with `_` or `.` are
 * hidden, except `name=value` folders. Only files that are not known are looked at; the others cost their name in a
 * folder's listing, and nothing where the folder is remembered as unchanged.
 * Throws CF_PATH_DOES_NOT_EXIST for a path without glob characters that is not there.
 */
export function listFiles(
  paths: readonly SourcePath[],
  filters: Filters,
  rules: ListingRules = {},
): FoundFile[] {
  const found = new Map<string, FoundFile>()
  for (const path of paths) new Listing(path, filters, rules, found).run()
  return [...found.values()].sort(byTime)
}

function byTime(a: FoundFile, b: FoundFile): number {
  return a.modifiedMs - b.modifiedMs || (a.path < b.path ? -1 : 1)
}

class Listing {
  readonly #source: SourcePath
  readonly #rules: ListingRules
  readonly #found: Map<string, FoundFile>
  readonly #filters: Filters
  readonly #matchesName: (name: string) => boolean
  readonly #matchesPath: (path: string) => boolean

  constructor(source: SourcePath, filters: Filters, rules: ListingRules, found: Map<string, FoundFile>) {
    this.#source = source
    this.#rules = rules
    this.#found = found
    this.#filters = filters
    const name = filters.fileNamePattern === undefined ? undefined : globExpression(filters.fileNamePattern)
    this.#matchesName = (text) => name === undefined || name.test(text)
    this.#matchesPath = pathMatcher(source, filters.useStrictGlobber)
  }

  run(): void {
    const stats = statOf(this.#source.root)
    if (stats === undefined) {
      if (this.#source.pattern !== undefined) return
      throw new PipelineError('CF_PATH_DOES_NOT_EXIST', { path: this.#source.written })
    }
    if (this.#rules.told !== undefined) this.#files(this.#rules.told)
    else if (!stats.isDirectory()) this.#take(this.#source.root, stats)
    else this.#folder(this.#source.root, stats)
  }

  /** Watches tell of files in folders that are not hidden. */
  #files(told: readonly string[]): void {
    const { root } = this.#source
    for (const path of told) {
      if ((path === root || path.startsWith(`${root}/`)) && this.#isWanted(path))
        this.#take(path, statOf(path))
    }
  }

  #isWanted(path: string): boolean {
    const name = basename(path)
    if (isHidden(name) || !this.#matchesName(name) || !this.#matchesPath(path)) return false
    return this.#rules.isKnown?.(path) !== true
  }

  #folder(folder: string, stats: Stats): void {
    const memory = this.#rules.folders
    const known = memory?.unchanged(folder, stats)
    if (known !== undefined) {
      for (const child of known) this.#subfolder(child)
      return
    }
    const listedAtMs = Date.now()
    const subfolders: string[] = []
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      if (isHidden(entry.name)) continue
      if (isFolder(entry, path)) subfolders.push(path)
      else if (this.#isWanted(path)) this.#take(path, statOf(path))
    }
    memory?.listed(folder, stats, listedAtMs, subfolders)
    for (const child of subfolders) this.#subfolder(child)
  }

  #subfolder(path: string): void {
    const stats = statOf(path)
    if (stats?.isDirectory()) this.#folder(path, stats)
  }

  #take(path: string, stats: Stats | undefined): void {
    // Gone between the listing and this look: it is as if it had never been there.
    if (stats === undefined || !stats.isFile()) return
    const { modifiedAfter, modifiedBefore } = this.#filters
    const modifiedMs = stats.mtimeMs
    if (modifiedAfter !== undefined && modifiedMs <= modifiedAfter) return
    if (modifiedBefore !== undefined && modifiedMs >= modifiedBefore) return
    this.#found.set(path, { path, sizeBytes: stats.size, modifiedMs })
  }
}

/** A pattern names files, or folders below which every file counts. */
function pathMatcher({ pattern }: SourcePath, isStrict: boolean): (path: string) => boolean {
  if (pattern === undefined) return () => true
  const whole = globExpression(pattern, !isStrict)
  return (path) => {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) {
      if (whole.test(path.slice(0, at))) return true
    }
    return false
  }
}

/** Files and folders that Auto Loader passes over; `_day=1` is a partition. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || (name.startsWith('_') && !name.includes('='))
}

function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  if (statOf(path)?.isDirectory() !== true) return false
  // A link to a folder above it would be followed for ever.
  return !path.startsWith(`${realpathSync(path)}/`)
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw readFailure(error, path)
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw readFailure(error, folder)
  }
}

/**
 * Folders in which nothing has changed since every file in them was taken. A folder's modification time changes when a
 * name in it comes or goes; it is only trusted when it lies well before the listing, and when the file system keeps
 * fractions of a second, so that a change in the same tick of its clock cannot hide.
 */
export class FolderMemory {
  readonly #folders = new Map<string, RememberedFolder>()

  unchanged(folder: string, stats: Stats): readonly string[] | undefined {
    const known = this.#folders.get(folder)
    return known !== undefined && known.modifiedMs === stats.mtimeMs ? known.subfolders : undefined
  }

  listed(folder: string, stats: Stats, listedAtMs: number, subfolders: readonly string[]): void {
    const isFine = stats.mtimeMs % 1000 !== 0 && stats.mtimeMs + SAFE_AGE_MS < listedAtMs
    if (isFine) this.#folders.set(folder, { modifiedMs: stats.mtimeMs, subfolders })
    else this.#folders.delete(folder)
  }

  /** Files were found that are not taken yet: their folders must be listed again. */
  forget(paths: Iterable<string>): void {
    for (const path of paths) this.#folders.delete(path.slice(0, path.lastIndexOf('/')))
  }

  toJSON(): RememberedFolders {
    return [...this.#folders].map(([folder, { modifiedMs, subfolders }]) => [folder, modifiedMs, subfolders])
  }

  static fromJSON(entries: RememberedFolders): FolderMemory {
    const memory = new FolderMemory()
    for (const [folder, modifiedMs, subfolders] of entries)
      memory.#folders.set(folder, { modifiedMs, subfolders })
    return memory
  }
}

/** Folder, its modification time in milliseconds, its subfolders. */
export type RememberedFolders = readonly (readonly [string, number, readonly string[]])[]

interface RememberedFolder {
  readonly modifiedMs: number
  readonly subfolders: readonly string[]
}

/** Coarser than any file system's clock that keeps fractions of a second. */
const SAFE_AGE_MS = 2000
