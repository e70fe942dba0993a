import { CHANGE_COLUMNS, readsChangeFeed } from '../delta/index.ts'
import { PipelineError } from '../errors/index.ts'
import type { LeafSchema } from '../plan/analyzer/state.ts'
import type { DataSource, Read, TableValuedFunction } from '../plan/relation.ts'
import { isBuiltInTableFunction, unknownTableFunction } from '../plan/table-functions.ts'
import { formatTableName } from '../plan/table-name.ts'
import { struct } from '../types/data-type.ts'

/** What resolution must be told of the world outside of the pipeline. */
export interface ResolveContext {
  /** Columns of a table of the warehouse, by its three parts; undefined when there is no such table. */
  readonly externalSchema: (
    name: readonly string[],
    read: Read,
  ) => LeafSchema | undefined | Promise<LeafSchema | undefined>
  /** Columns of files or of a table by path; undefined while they are not known. Throws the source's conditions. */
  readonly sourceSchema: (
    source: DataSource | TableValuedFunction,
  ) => LeafSchema | undefined | Promise<LeafSchema | undefined>
}

/** Nothing is known of these columns yet: any name may be one. */
const UNREAD: LeafSchema = { schema: { ...struct([]), open: true } }

/** Columns of the leaves of queries, asked for once each. */
export class LeafSchemas {
  readonly #context: ResolveContext
  readonly #tables = new Map<string, LeafSchema | undefined>()
  readonly #sources = new WeakMap<DataSource | TableValuedFunction, LeafSchema>()

  constructor(context: ResolveContext) {
    this.#context = context
  }

  /** Looks up a table outside of the pipeline; false when there is none. */
  async hasTable(read: Read): Promise<boolean> {
    const key = formatTableName(read.name).toLowerCase()
    if (!this.#tables.has(key)) this.#tables.set(key, await this.#context.externalSchema(read.name, read))
    return this.#tables.get(key) !== undefined
  }

  /** Looks up a source. Throws UNRESOLVABLE_TABLE_VALUED_FUNCTION for a function that nobody knows. */
  async fetch(source: DataSource | TableValuedFunction): Promise<void> {
    if (source.kind === 'TableValuedFunction' && isBuiltInTableFunction(source.name)) return
    const known = await this.#context.sourceSchema(source)
    if (known === undefined && source.kind === 'TableValuedFunction') {
      throw unknownTableFunction(source)
    }
    const columns = known ?? assumed(source)
    this.#sources.set(source, source.kind === 'DataSource' ? withChangeColumns(columns, source) : columns)
  }

  /** The columns of a leaf that was looked up before, or of a dataset of the pipeline. */
  resolve(
    leaf: Read | DataSource | TableValuedFunction,
    datasetColumns: (read: Read) => LeafSchema | undefined,
  ): LeafSchema {
    if (leaf.kind !== 'Read') return this.#sources.get(leaf) ?? UNREAD
    const known = datasetColumns(leaf) ?? this.#tables.get(formatTableName(leaf.name).toLowerCase())
    if (known === undefined) {
      throw new PipelineError('INTERNAL_ERROR', {
        detail: `${formatTableName(leaf.name)} was never looked up`,
      })
    }
    return withChangeColumns(known, leaf)
  }
}

/** A declared schema, to which the files may still add (`_rescued_data`, folders, `_metadata`); else nothing. */
function assumed(source: DataSource | TableValuedFunction): LeafSchema {
  if (source.kind !== 'DataSource' || source.schema === undefined) return UNREAD
  return { schema: { ...source.schema, open: true } }
}

/** The columns of a table as a leaf reads them: `readChangeFeed` adds some. */
export function withChangeColumns<Known extends LeafSchema>(
  known: Known,
  { options }: Pick<Read | DataSource, 'options'>,
): Known {
  if (!readsChangeFeed(options)) return known
  const { schema } = known
  return { ...known, schema: { ...schema, fields: [...schema.fields, ...CHANGE_COLUMNS] } }
}
