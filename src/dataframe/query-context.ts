import { AsyncLocalStorage } from 'node:async_hooks'
import { nearest, PipelineError } from '../errors/index.ts'

/** What the user's code can see of its pipeline while definition files load and query functions run. */
export interface QueryContext {
  /** Absolute path of the pipeline's folder: positions and schema files are relative to it. */
  readonly folder: string
  readonly configuration: Readonly<Record<string, string>>
}

const KEY = Symbol.for('millrace.query-context')

/** Kept under a global symbol, so that a second copy of the package in one process sees the same pipeline. */
const storage = globalOnce(KEY, () => new AsyncLocalStorage<QueryContext>())

/** Runs the user's code inside a pipeline. */
export function withQueryContext<Result>(context: QueryContext, body: () => Result): Result {
  return storage.run(context, body)
}

/** The pipeline that the calling code belongs to; undefined outside of one. */
export function currentQueryContext(): QueryContext | undefined {
  return storage.getStore()
}

/** The pipeline's parameters. */
export interface Configuration {
  /**
   * The value of a key of `configuration:` in the pipeline spec, as `--set key=value` overrides it. Without a default
   * an unknown key throws SQL_CONF_NOT_FOUND. In SQL the same value is `${key}`.
   */
  get(key: string): string
  get<Default extends string | undefined>(key: string, byDefault: Default): string | Default
}

export const conf: Configuration = {
  get(key: string, ...byDefault: readonly [string?]): string {
    const context = storage.getStore()
    if (context === undefined) {
      const element = `conf.get('${key}')`
      throw new PipelineError('GRAPH_ELEMENT_DEFINED_OUTSIDE_OF_DECLARATIVE_PIPELINE', { element })
    }
    if (Object.hasOwn(context.configuration, key)) return context.configuration[key]!
    if (byDefault.length > 0) return byDefault[0] as string
    throw unknownKey(key, context.configuration)
  },
}

/** The error for a key that the configuration lacks, with the nearest one that it has. */
export function unknownKey(key: string, configuration: Readonly<Record<string, string>>): PipelineError {
  const near = nearest(key, Object.keys(configuration))
  const suggestion =
    near === undefined
      ? `Add it under \`configuration:\` in the pipeline spec, or pass --set ${key}=...`
      : `Did you mean '${near}'?`
  return new PipelineError('SQL_CONF_NOT_FOUND', { sqlConf: key, suggestion })
}

/** The value kept under a global symbol, made at first use. */
export function globalOnce<Value>(key: symbol, make: () => Value): Value {
  const store = globalThis as unknown as Record<symbol, Value | undefined>
  store[key] ??= make()
  return store[key]
}
