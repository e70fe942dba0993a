import type { Position } from '../errors/index.ts'
import type { Expression } from '../plan/expression.ts'
import type { DataSource, Read, Relation, TimeTravel } from '../plan/relation.ts'
import type { DataType } from '../types/data-type.ts'
import type { ColumnDefinition } from './statement.ts'

/** A statement that changes tables or lists them: Spark SQL's for Delta tables, which pipelines do not define. */
export type Command =
  | InsertInto
  | DeleteFrom
  | UpdateTable
  | MergeInto
  | CreateTable
  | CreateTableLike
  | CloneTable
  | DropTable
  | TruncateTable
  | OptimizeTable
  | VacuumTable
  | AnalyzeTable
  | RestoreTable
  | ReorgTable
  | ConvertToDelta
  | AlterTable
  | CommentOn
  | ShowTables
  | ShowCreateTable

interface Node {
  readonly position: Position
}

/** A table by name, or by path as in `` delta.`/data/orders` ``. */
export type TableReference = Read | DataSource

/** INSERT [WITH SCHEMA EVOLUTION] INTO | OVERWRITE t [(columns) | BY NAME | REPLACE WHERE condition] query. */
export interface InsertInto extends Node {
  readonly kind: 'InsertInto'
  readonly table: TableReference
  readonly overwrite: boolean
  /** REPLACE WHERE: the rows of this condition give way to the query's. */
  readonly replaceWhere?: Expression
  /** PARTITION (day = '2026-01-31', region): a constant, or undefined where the query gives the value. */
  readonly partition: readonly { readonly column: string; readonly value?: Expression }[]
  /** The columns that the query's stand for, in its order. */
  readonly columns?: readonly string[]
  readonly byName: boolean
  readonly schemaEvolution: boolean
  readonly query: Relation
}

/** DELETE FROM t [AS alias] [WHERE condition]. */
export interface DeleteFrom extends Node {
  readonly kind: 'DeleteFrom'
  readonly table: TableReference
  readonly alias?: string
  readonly condition?: Expression
}

/** `column = value`; the column as written, with its qualifier and the fields of a struct. */
export interface Assignment extends Node {
  readonly column: readonly string[]
  readonly value: Expression
}

/** UPDATE t [AS alias] SET column = value, ... [WHERE condition]. */
export interface UpdateTable extends Node {
  readonly kind: 'UpdateTable'
  readonly table: TableReference
  readonly alias?: string
  readonly assignments: readonly Assignment[]
  readonly condition?: Expression
}

/** MERGE [WITH SCHEMA EVOLUTION] INTO t [AS alias] USING source ON condition WHEN ... */
export interface MergeInto extends Node {
  readonly kind: 'MergeInto'
  readonly table: TableReference
  readonly alias?: string
  /** With its alias. */
  readonly source: Relation
  readonly condition: Expression
  readonly clauses: readonly MergeClause[]
  readonly schemaEvolution: boolean
}

export interface MergeClause extends Node {
  readonly when: 'matched' | 'notMatched' | 'notMatchedBySource'
  readonly condition?: Expression
  readonly action: MergeAction
}

export type MergeAction =
  | { readonly kind: 'update' | 'insert'; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'updateAll' | 'insertAll' | 'delete' }

/** CREATE [OR REPLACE] TABLE [IF NOT EXISTS] | REPLACE TABLE t (columns) clauses [AS query]. */
export interface CreateTable extends Node, TableClauses {
  readonly kind: 'CreateTable'
  readonly table: TableReference
  readonly mode: CreateMode
  readonly columns: readonly ColumnDefinition[]
  readonly constraints: readonly CheckConstraint[]
  readonly query?: Relation
}

export type CreateMode = 'create' | 'createIfNotExists' | 'createOrReplace' | 'replace'

export interface TableClauses {
  /** Columns by name; those with a type are columns of the table beside the listed ones. */
  readonly partitionedBy: readonly { readonly name: string; readonly dataType?: DataType }[]
  readonly clusterBy?: readonly string[] | 'auto'
  readonly location?: string
  readonly comment?: string
  readonly tableProperties: Readonly<Record<string, string>>
}

/** CONSTRAINT name CHECK (condition). */
export interface CheckConstraint extends Node {
  readonly name: string
  readonly condition: Expression
  /** As written, without its parentheses. */
  readonly text: string
}

/** CREATE TABLE t LIKE source. */
export interface CreateTableLike extends Node, Pick<TableClauses, 'location' | 'tableProperties'> {
  readonly kind: 'CreateTableLike'
  readonly table: TableReference
  readonly ifNotExists: boolean
  readonly source: TableReference
}

/** CREATE [OR REPLACE] TABLE t SHALLOW CLONE source [VERSION | TIMESTAMP AS OF]. */
export interface CloneTable extends Node, Pick<TableClauses, 'location' | 'tableProperties'> {
  readonly kind: 'CloneTable'
  readonly table: TableReference
  readonly mode: CreateMode
  readonly isShallow: boolean
  readonly source: TableReference
}

/** DROP TABLE [IF EXISTS] t [PURGE]. */
export interface DropTable extends Node {
  readonly kind: 'DropTable'
  readonly table: TableReference
  readonly ifExists: boolean
}

export interface TruncateTable extends Node {
  readonly kind: 'TruncateTable'
  readonly table: TableReference
}

/** OPTIMIZE t [FULL] [WHERE condition] [ZORDER BY (columns)]. */
export interface OptimizeTable extends Node {
  readonly kind: 'OptimizeTable'
  readonly table: TableReference
  readonly isFull: boolean
  readonly condition?: Expression
  readonly zOrderBy: readonly string[]
}

/** VACUUM t [FULL | LITE] [RETAIN n HOURS] [DRY RUN]. */
export interface VacuumTable extends Node {
  readonly kind: 'VacuumTable'
  readonly table: TableReference
  readonly isLite: boolean
  readonly retentionHours?: number
  readonly dryRun: boolean
}

/** ANALYZE TABLE t COMPUTE [DELTA] STATISTICS; `isDelta`: of all files, else of those without any. */
export interface AnalyzeTable extends Node {
  readonly kind: 'AnalyzeTable'
  readonly table: TableReference
  readonly isDelta: boolean
}

/** RESTORE [TABLE] t TO VERSION AS OF n | TIMESTAMP AS OF 't'. */
export interface RestoreTable extends Node {
  readonly kind: 'RestoreTable'
  readonly table: TableReference
  readonly to: TimeTravel
}

/** REORG TABLE t [WHERE condition] APPLY (PURGE). */
export interface ReorgTable extends Node {
  readonly kind: 'ReorgTable'
  readonly table: TableReference
  readonly condition?: Expression
}

/** CONVERT TO DELTA parquet.`path` [NO STATISTICS] [PARTITIONED BY (column type, ...)]. */
export interface ConvertToDelta extends Node {
  readonly kind: 'ConvertToDelta'
  readonly path: string
  readonly collectStatistics: boolean
  readonly partitionedBy: readonly ColumnDefinition[]
}

export interface AlterTable extends Node {
  readonly kind: 'AlterTable'
  readonly table: TableReference
  readonly action: AlterAction
}

export type AlterAction =
  | { readonly kind: 'SetProperties'; readonly properties: Readonly<Record<string, string>> }
  | { readonly kind: 'UnsetProperties'; readonly keys: readonly string[]; readonly ifExists: boolean }
  | { readonly kind: 'AddColumns'; readonly columns: readonly AddedColumn[]; readonly ifNotExists: boolean }
  | { readonly kind: 'AlterColumns'; readonly changes: readonly ColumnChange[] }
  | { readonly kind: 'RenameColumn'; readonly column: readonly string[]; readonly to: string }
  | {
      readonly kind: 'DropColumns'
      readonly columns: readonly (readonly string[])[]
      readonly ifExists: boolean
    }
  | { readonly kind: 'ReplaceColumns'; readonly columns: readonly ColumnDefinition[] }
  | { readonly kind: 'AddConstraint'; readonly constraint: CheckConstraint }
  | { readonly kind: 'DropConstraint'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'ClusterBy'; readonly columns: readonly string[] | 'auto' }
  | { readonly kind: 'AddFeature'; readonly feature: string }
  | { readonly kind: 'DropFeature'; readonly feature: string; readonly truncateHistory: boolean }
  | { readonly kind: 'RenameTable'; readonly to: readonly string[] }

/** Where a column stands among its siblings. */
export type ColumnPlace = 'first' | { readonly after: string }

export interface AddedColumn {
  /** The struct that gets the field; empty for a column of the table. */
  readonly parent: readonly string[]
  readonly definition: ColumnDefinition
  readonly place?: ColumnPlace
}

/** What ALTER COLUMN or CHANGE COLUMN says of one column. */
export interface ColumnChange extends Node {
  readonly column: readonly string[]
  /** CHANGE COLUMN old new: another name. */
  readonly name?: string
  readonly dataType?: DataType
  readonly isNullable?: boolean
  readonly comment?: string
  /** Null takes the default away. */
  readonly defaultValue?: Expression | null
  readonly place?: ColumnPlace
  /** SYNC IDENTITY: the next value follows the largest that is there. */
  readonly syncIdentity?: boolean
}

/** COMMENT ON TABLE t | COLUMN t.c IS 'text' | NULL. */
export interface CommentOn extends Node {
  readonly kind: 'CommentOn'
  readonly table: TableReference
  readonly column?: readonly string[]
  readonly comment: string | null
}

/** SHOW TABLES [IN schema] [[LIKE] 'pattern']. */
export interface ShowTables extends Node {
  readonly kind: 'ShowTables'
  readonly schema?: readonly string[]
  /** `*` for any characters, `|` between alternatives. */
  readonly pattern?: string
}

export interface ShowCreateTable extends Node {
  readonly kind: 'ShowCreateTable'
  readonly table: TableReference
}
