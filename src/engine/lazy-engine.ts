import type { CheckpointChunk, DeltaPort } from '../delta/index.ts'
import type { FileSchemaReader } from '../formats/infer-files.ts'
import type { Engine } from './engine.ts'

/** An engine that is opened when something first needs it: an update with nothing to do never pays for one. */
export class LazyEngine {
  readonly #open: () => Promise<Engine>
  #engine: Promise<Engine> | undefined

  constructor(open: () => Promise<Engine>) {
    this.#open = open
  }

  /** Throws what opening throws; the next call tries again. */
  get(): Promise<Engine> {
    this.#engine ??= this.#open().catch((error: unknown) => {
      this.#engine = undefined
      throw error
    })
    return this.#engine
  }

  get isOpen(): boolean {
    return this.#engine !== undefined
  }

  /** Opens the engine only when a checkpoint must be read or written. */
  readonly deltaPort: DeltaPort = {
    // What goes wrong here goes wrong again for who reads.
    prepare: () => void this.get().catch(() => undefined),
    readActions: (paths) => this.#readActions(paths),
    writeCheckpoint: async (...task) => (await this.get()).deltaPort.writeCheckpoint(...task),
  }

  readonly fileSchemaReader: FileSchemaReader = {
    parquetSchema: async (path) => (await this.get()).fileSchemaReader.parquetSchema(path),
  }

  async close(): Promise<void> {
    await (await this.#engine)?.close()
  }

  async *#readActions(paths: readonly string[]): AsyncIterable<CheckpointChunk> {
    yield* (await this.get()).deltaPort.readActions(paths)
  }
}
