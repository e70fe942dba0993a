import type { Engine } from '../engine/engine.ts'
import { LazyEngine } from '../engine/lazy-engine.ts'

/** What DuckDB may use. */
export interface EngineOptions {
  /** As DuckDB writes it, `2GB`; by default half of the machine's memory. */
  readonly memoryLimit?: string
  /** By default as many as there are processors. */
  readonly threads?: number
  /** Where what does not fit into memory goes; by default the system's folder for temporary files. */
  readonly tempDirectory?: string
}

interface Shared {
  readonly engine: LazyEngine
  users: number
}

/** Engines by their options: all tables with the same ones share one. */
const engines = new Map<string, Shared>()

/** A share of an engine, which is opened at first use and closed when the last of its users gives it back. */
export interface EngineShare {
  readonly engine: LazyEngine
  release(): Promise<void>
}

export function shareEngine(options: EngineOptions = {}): EngineShare {
  const key = JSON.stringify([options.memoryLimit, options.threads, options.tempDirectory])
  const shared = engines.get(key) ?? { engine: new LazyEngine(() => open(options)), users: 0 }
  engines.set(key, shared)
  shared.users += 1
  let isReleased = false
  return {
    engine: shared.engine,
    release: async () => {
      if (isReleased) return
      isReleased = true
      shared.users -= 1
      if (shared.users > 0) return
      engines.delete(key)
      await shared.engine.close()
    },
  }
}

async function open(options: EngineOptions): Promise<Engine> {
  const { openDuckdbEngine } = await import('../engine/duckdb/engine.ts')
  return openDuckdbEngine(options)
}
