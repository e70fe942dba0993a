import { type AddFile, type Commit, hasChangeFeed } from '../../delta/index.ts'
import type { Metadata } from '../../delta/schema/metadata.ts'
import { canReadAs } from '../../delta/schema/read-compatible.ts'
import { PipelineError } from '../../errors/index.ts'
import type { StructType } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import type { DeltaSourceOptions } from './delta-options.ts'

/**
 * The files of a commit that a stream takes: those added with new data. Compactions (`dataChange` false) are invisible.
 * Throws DELTA_SOURCE_TABLE_IGNORE_CHANGES and DELTA_SOURCE_IGNORE_DELETE for commits that change rows, unless the
 * options pass over them.
 */
export function appendedFiles(
  commit: Commit,
  table: string,
  options: DeltaSourceOptions,
): readonly AddFile[] {
  const adds = commit.adds.filter((each) => each.dataChange)
  const removed = commit.removes.find((each) => each.dataChange)
  const kept = adds.filter((each) => options.excludeRegex?.test(each.path) !== true)
  if (removed === undefined) return kept
  if (options.skipChangeCommits) return []
  const place = { table, version: String(commit.version), file: removed.path }
  if (adds.length > 0 && !options.ignoreChanges)
    throw new PipelineError('DELTA_SOURCE_TABLE_IGNORE_CHANGES', place)
  if (adds.length === 0 && !options.ignoreChanges && !options.ignoreDeletes) {
    throw new PipelineError('DELTA_SOURCE_IGNORE_DELETE', place)
  }
  return kept
}

/** The definition with which the rows of a version were written. */
export interface Definition {
  readonly version: number
  readonly metadata: Metadata
}

/**
 * Checks the definition of a version against the columns that the stream reads. Throws
 * DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE; DELTA_SCHEMA_CHANGED_WITH_VERSION for columns newer than `readVersion`;
 * DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE for columns that were dropped or retyped since.
 */
export function checkDefinition(
  { version, metadata }: Definition,
  read: {
    readonly table: string
    readonly id: string
    readonly schema: StructType
    readonly version: number
  },
): void {
  const { id, schema } = metadata
  if (id !== read.id) {
    throw new PipelineError('DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE', {
      table: read.table,
      oldTableId: read.id,
      newTableId: id,
    })
  }
  if (canReadAs(read.schema, schema)) return
  const parameters = {
    table: read.table,
    version: String(version),
    readSchema: printDataType(read.schema),
    dataSchema: printDataType(schema),
  }
  throw version > read.version
    ? new PipelineError('DELTA_SCHEMA_CHANGED_WITH_VERSION', parameters)
    : new PipelineError('DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE', parameters)
}

/** Throws DELTA_MISSING_CHANGE_DATA for a version without the change feed. */
export function checkRecorded({ version, metadata }: Definition): void {
  if (hasChangeFeed(metadata)) return
  throw new PipelineError('DELTA_MISSING_CHANGE_DATA', {
    startVersion: String(version),
    endVersion: String(version),
    version: String(version),
    key: 'delta.enableChangeDataFeed',
  })
}
