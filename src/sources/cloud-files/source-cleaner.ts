import { copyFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PipelineError } from '../../errors/index.ts'
import { readFailure } from '../../formats/file-chunks.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Storage } from '../../storage/storage.ts'
import { packed, unpacked } from './file-journal.ts'
import type { FoundFile } from './list-files.ts'
import type { CleanSource } from './parse-options.ts'

const FORMAT: DurableFormat = { name: 'millrace.files-cleaning', version: 1 }
const PATH = 'cleaning.json'

/** Files of one committed batch. */
interface Due {
  /** Milliseconds since the epoch. */
  readonly committedMs: number
  readonly files: readonly ReturnType<typeof packed>[]
}

/**
 * `cleanSource`: deletes or moves files a while after the batch that read them was committed. A file that was changed since
 * is left alone, as is one that is gone.
 */
export class SourceCleaner {
  readonly #storage: Storage
  readonly #options: CleanSource
  readonly #rootOf: (path: string) => string
  readonly #destination: string | undefined

  /** `destination` is the local folder of `moveDestination`. Throws INVALID_OPTION_VALUE when it lies within a source path. */
  constructor(
    storage: Storage,
    options: CleanSource,
    roots: readonly string[],
    rootOf: (path: string) => string,
    destination: string | undefined,
  ) {
    this.#storage = storage
    this.#options = options
    this.#rootOf = rootOf
    this.#destination = destination
    const inside = roots.find((root) => destination === root || destination?.startsWith(`${root}/`))
    if (inside !== undefined) {
      throw new PipelineError('INVALID_OPTION_VALUE', {
        option: 'cleanSource.moveDestination',
        value: options.moveDestination ?? '',
        expected: `a folder outside of '${inside}'`,
      })
    }
  }

  /** Takes note of files whose batch is committed. */
  async committed(files: readonly FoundFile[], nowMs: number): Promise<void> {
    await this.#save([...(await this.#load()), { committedMs: nowMs, files: files.map(packed) }])
  }

  /** Cleans what has been kept long enough. */
  async clean(nowMs: number): Promise<void> {
    const all = await this.#load()
    const isDue = (each: Due) => nowMs - each.committedMs >= this.#options.retentionMs
    const due = all.filter(isDue)
    if (due.length === 0) return
    for (const { files } of due) for (const file of files) this.#remove(unpacked(file))
    await this.#save(all.filter((each) => !isDue(each)))
  }

  #remove(file: FoundFile): void {
    try {
      const stats = statSync(file.path, { throwIfNoEntry: false })
      if (stats === undefined || stats.mtimeMs !== file.modifiedMs) return
      if (this.#options.action === 'DELETE') rmSync(file.path, { force: true })
      else move(file.path, join(this.#destination!, file.path.slice(this.#rootOf(file.path).length)))
    } catch (error) {
      throw readFailure(error, file.path)
    }
  }

  async #load(): Promise<Due[]> {
    const bytes = await this.#storage.read(PATH)
    if (bytes === undefined) return []
    return decodeDurable(bytes, FORMAT, { storage: this.#storage.name, path: PATH }).batches as Due[]
  }

  async #save(batches: readonly Due[]): Promise<void> {
    await this.#storage.put(PATH, encodeDurable(FORMAT, { batches }))
  }
}

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    copyFileSync(from, to)
    rmSync(from)
  }
}
