import { resolve } from 'node:path'
import {
  type CreateMode,
  createTable,
  createTableAs,
  type NewColumn,
  type TableDefinition,
} from '../../delta/index.ts'
import { parseColumnDefinitions } from '../../sql/index.ts'
import { localStorage } from '../../storage/index.ts'
import { type DataType, struct } from '../../types/data-type.ts'
import { parseDataType } from '../../types/ddl.ts'
import { checkOptions } from '../check-options.ts'
import { columnPath } from '../condition.ts'
import type { DeltaTable } from '../delta-table.ts'
import { newColumn } from '../new-column.ts'
import { type RowSource, withSource } from '../rows/row-source.ts'
import { type DeltaTableOptions, programWorkspace } from '../table-options.ts'

export interface ColumnOptions {
  /** Default: true. */
  readonly nullable?: boolean
  readonly comment?: string
  /** SQL text of the value where a row gives none. */
  readonly defaultValue?: string
  /** SQL text that the value is computed by. */
  readonly generatedAlwaysAs?: string
  /** Numbers that the table gives, in steps; `allowExplicitInsert` lets rows bring their own. */
  readonly identity?: {
    readonly start?: bigint
    readonly step?: bigint
    readonly allowExplicitInsert?: boolean
  }
}

const COLUMN_OPTIONS = {
  nullable: true,
  comment: true,
  defaultValue: true,
  generatedAlwaysAs: true,
  identity: true,
} as const

/**
 * A table that is being defined, with the method names of Spark's DeltaTableBuilder. Immutable: each method gives a new one.
 *
 * ```ts
 * const orders = await DeltaTable.createIfNotExists('data/orders')
 *   .addColumn('id', 'BIGINT', { identity: {} })
 *   .addColumns('amount DECIMAL(10,2) NOT NULL, ts TIMESTAMP')
 *   .clusterBy('ts')
 *   .property('delta.enableChangeDataFeed', 'true')
 *   .execute()
 * ```
 */
export class TableBuilder {
  readonly #path: string
  readonly #mode: CreateMode
  readonly #options: DeltaTableOptions
  readonly #open: (path: string, options: DeltaTableOptions) => Promise<DeltaTable>
  readonly #definition: TableDefinition
  readonly #rows: RowSource | undefined

  constructor(
    path: string,
    mode: CreateMode,
    options: DeltaTableOptions,
    open: (path: string, options: DeltaTableOptions) => Promise<DeltaTable>,
    definition: TableDefinition = { columns: [] },
    rows?: RowSource,
  ) {
    this.#path = path
    this.#mode = mode
    this.#options = options
    this.#open = open
    this.#definition = definition
    this.#rows = rows
  }

  /** A column; its type as DDL text, such as `decimal(10,2)`. */
  addColumn(name: string, type: string | DataType, options: ColumnOptions = {}): TableBuilder {
    checkOptions('addColumn', options, COLUMN_OPTIONS)
    const { generatedAlwaysAs, identity, ...others } = options
    return this.#withColumns([
      {
        path: [name],
        dataType: typeof type === 'string' ? parseDataType(type) : type,
        ...others,
        ...(generatedAlwaysAs !== undefined && { generatedAs: generatedAlwaysAs }),
        ...(identity !== undefined && {
          identity: {
            start: identity.start ?? 1n,
            step: identity.step ?? 1n,
            allowExplicitInsert: identity.allowExplicitInsert ?? false,
          },
        }),
      },
    ])
  }

  /** Columns as SQL: `id BIGINT NOT NULL, day DATE GENERATED ALWAYS AS (CAST(ts AS DATE))`. */
  addColumns(ddl: string): TableBuilder {
    return this.#withColumns(parseColumnDefinitions(ddl).map((each) => newColumn(each)))
  }

  partitionedBy(...columns: readonly string[]): TableBuilder {
    return this.#with({ partitionColumns: columns })
  }

  /** Liquid clustering: OPTIMIZE orders rows by these columns. */
  clusterBy(...columns: readonly string[]): TableBuilder {
    return this.#with({ clusteringColumns: columns.map(columnPath) })
  }

  property(key: string, value: string): TableBuilder {
    return this.#with({ properties: { ...this.#definition.properties, [key]: value } })
  }

  properties(properties: Readonly<Record<string, string>>): TableBuilder {
    return this.#with({ properties: { ...this.#definition.properties, ...properties } })
  }

  comment(text: string): TableBuilder {
    return this.#with({ comment: text })
  }

  tableName(name: string): TableBuilder {
    return this.#with({ name })
  }

  /** A condition that every row must fulfil. */
  addConstraint(name: string, condition: string): TableBuilder {
    const constraints = this.#definition.constraints ?? []
    return this.#with({ constraints: [...constraints, { name, expression: condition }] })
  }

  /**
   * CREATE TABLE ... AS: the rows of the first version. Without columns of its own the table takes theirs.
   *
   * ```ts
   * await DeltaTable.create('data/big').as('SELECT * FROM delta.`data/orders` WHERE amount > 1000').execute()
   * ```
   */
  as(rows: RowSource): TableBuilder {
    return new TableBuilder(this.#path, this.#mode, this.#options, this.#open, this.#definition, rows)
  }

  /** Commits the definition and opens the table. Throws DELTA_TABLE_ALREADY_EXISTS, and what is wrong with the definition. */
  async execute(): Promise<DeltaTable> {
    const { workspace, release } = programWorkspace(this.#options)
    try {
      const storage = localStorage(resolve(workspace.folder, this.#path))
      const engine = await workspace.rowEngine()
      const options = { mode: this.#mode, now: workspace.now }
      const definition = this.#definition
      if (this.#rows === undefined) await createTable(storage, engine, definition, options)
      else {
        const schema = struct(
          definition.columns.map(({ path, dataType }) => ({
            name: path[0]!,
            dataType,
            nullable: true,
            metadata: {},
          })),
        )
        await withSource(this.#rows, schema, workspace, (rows) =>
          createTableAs(storage, engine, definition, rows, options),
        )
      }
      return await this.#open(this.#path, this.#options)
    } finally {
      await release()
    }
  }

  #withColumns(columns: readonly NewColumn[]): TableBuilder {
    return this.#with({ columns: [...this.#definition.columns, ...columns] })
  }

  #with(change: Partial<TableDefinition>): TableBuilder {
    const definition = { ...this.#definition, ...change }
    return new TableBuilder(this.#path, this.#mode, this.#options, this.#open, definition, this.#rows)
  }
}
