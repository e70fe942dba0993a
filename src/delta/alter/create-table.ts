import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { struct } from '../../types/data-type.ts'
import type { RowEngine } from '../row-engine.ts'
import type { Metadata } from '../schema/metadata.ts'
import { checkedProperties } from '../schema/property-rules.ts'
import { type CreateTableOptions, DeltaTable } from '../table.ts'
import type { CommitResult, Transaction } from '../transaction.ts'
import { fieldOfColumn, type NewColumn } from './column-definition.ts'
import { checkGeneratedColumns } from './column-references.ts'
import { type Constraint, withConstraint } from './constraints.ts'

export interface TableDefinition {
  readonly columns: readonly NewColumn[]
  readonly partitionColumns?: readonly string[]
  /** Clustering keys, each a path of column names. */
  readonly clusteringColumns?: readonly (readonly string[])[]
  readonly properties?: Readonly<Record<string, string>>
  readonly constraints?: readonly Constraint[]
  readonly comment?: string
  readonly name?: string
}

export type CreateMode = 'create' | 'createIfNotExists' | 'createOrReplace' | 'replace'

/** A table that is being created or replaced, to which rows can be added before the commit. */
export interface TableCreation {
  readonly transaction: Transaction
  /** `CREATE TABLE`, `CREATE OR REPLACE TABLE`, `REPLACE TABLE`: the operation of the commit, `AS SELECT` aside. */
  readonly operation: string
  readonly operationParameters: Readonly<Record<string, unknown>>
}

export interface CreateOptions {
  readonly mode?: CreateMode
  /** The writer's clock. */
  readonly now?: () => number
}

/**
 * CREATE [OR REPLACE] TABLE [IF NOT EXISTS]. A replaced table keeps its history. Returns the table, also where it existed and
 * `createIfNotExists` left it as it is. Throws DELTA_TABLE_ALREADY_EXISTS, DELTA_CANNOT_REPLACE_MISSING_TABLE, and what
 * `beginTable` throws.
 */
export async function createTable(
  storage: Storage,
  engine: RowEngine,
  definition: TableDefinition,
  { mode = 'create', now = Date.now }: CreateOptions = {},
): Promise<DeltaTable> {
  const existing = await DeltaTable.openIfExists(storage, engine.deltaPort, now)
  if (existing !== undefined && mode === 'createIfNotExists') return existing
  const begun = beginTable({ storage, engine, existing }, definition, { mode, now })
  await commitTable(begun)
  return DeltaTable.open(storage, engine.deltaPort, now)
}

/** Commits a creation without rows. */
export function commitTable({
  transaction,
  operation,
  operationParameters,
}: TableCreation): Promise<CommitResult> {
  return transaction.commit({ operation, operationParameters })
}

/**
 * Prepares a table's creation or replacement; of a replaced one all rows go. Throws DELTA_TABLE_ALREADY_EXISTS,
 * DELTA_CANNOT_REPLACE_MISSING_TABLE, the conditions of `checkTableDefinition`, `checkedProperties`, `fieldOfColumn`,
 * `checkGeneratedColumns` and of constraints.
 */
export function beginTable(
  {
    storage,
    engine,
    existing,
  }: {
    readonly storage: Storage
    readonly engine: RowEngine
    readonly existing: DeltaTable | undefined
  },
  definition: TableDefinition,
  { mode = 'create', now = Date.now }: CreateOptions = {},
): TableCreation {
  if (existing !== undefined && (mode === 'create' || mode === 'createIfNotExists')) {
    throw new PipelineError('DELTA_TABLE_ALREADY_EXISTS', { tableName: storage.name })
  }
  if (existing === undefined && mode === 'replace') {
    throw new PipelineError('DELTA_CANNOT_REPLACE_MISSING_TABLE', { tableName: storage.name })
  }
  const options = optionsOf(definition, storage.name)
  const transaction =
    existing === undefined
      ? DeltaTable.create(storage, engine.deltaPort, options, now)
      : replacing(existing, options)
  checkGeneratedColumns(transaction.metadata, engine)
  for (const constraint of definition.constraints ?? []) {
    transaction.updateMetadata({ configuration: withConstraint(transaction.metadata, constraint, engine) })
  }
  return {
    transaction,
    operation: OPERATIONS[mode],
    operationParameters: parametersOf(transaction.metadata, options),
  }
}

const OPERATIONS: Readonly<Record<CreateMode, string>> = {
  create: 'CREATE TABLE',
  createIfNotExists: 'CREATE TABLE',
  createOrReplace: 'CREATE OR REPLACE TABLE',
  replace: 'REPLACE TABLE',
}

function optionsOf(definition: TableDefinition, tableName: string): CreateTableOptions {
  const { columns, partitionColumns, clusteringColumns, properties = {}, comment, name } = definition
  return {
    schema: struct(columns.map(fieldOfColumn)),
    configuration: checkedProperties(properties, tableName),
    ...(partitionColumns !== undefined && { partitionColumns }),
    ...(clusteringColumns !== undefined && { clusteringColumns }),
    ...(comment !== undefined && { description: comment }),
    ...(name !== undefined && { name }),
  }
}

function replacing(existing: DeltaTable, options: CreateTableOptions): Transaction {
  const transaction = existing.startTransaction()
  const { clusteringColumns } = existing.snapshot
  transaction.readsWholeTable().removeFiles([...existing.snapshot.files()])
  return transaction.updateMetadata({
    isReplaced: true,
    schema: options.schema,
    partitionColumns: options.partitionColumns ?? [],
    configuration: options.configuration ?? {},
    description: options.description ?? '',
    ...((options.clusteringColumns ?? clusteringColumns) !== undefined && {
      clusteringColumns: options.clusteringColumns ?? [],
    }),
  })
}

function parametersOf(
  { configuration, description, partitionColumns }: Metadata,
  { clusteringColumns = [] }: CreateTableOptions,
): Readonly<Record<string, unknown>> {
  return {
    isManaged: 'true',
    description: description ?? null,
    partitionBy: partitionColumns,
    clusterBy: clusteringColumns.map((path) => path.join('.')),
    properties: configuration,
  }
}
