import type { Relation } from '../../plan/relation.ts'
import type { Storage } from '../../storage/storage.ts'
import { beginTable, type CreateOptions, type TableDefinition } from '../alter/create-table.ts'
import type { RowEngine } from '../row-engine.ts'
import { DeltaTable } from '../table.ts'
import { withSession } from '../with-session.ts'
import { fileShape } from './file-shape.ts'
import { givenIdentities } from './identity-marks.ts'
import { prepareRows } from './prepare-rows.ts'
import { type WriteCommandResult, writtenMetrics } from './write-command.ts'
import { writeRows } from './write-rows.ts'

/**
 * CREATE [OR REPLACE] TABLE ... AS query: a table whose first version holds a query's rows. A definition without columns
 * takes the query's. A table that `createIfNotExists` finds stays as it is. Throws what `createTable` and `prepareRows` throw.
 */
export async function createTableAs(
  storage: Storage,
  engine: RowEngine,
  definition: TableDefinition,
  query: Relation,
  { mode = 'create', now = Date.now }: CreateOptions = {},
): Promise<WriteCommandResult> {
  const existing = await DeltaTable.openIfExists(storage, engine.deltaPort, now)
  if (existing !== undefined && mode === 'createIfNotExists') {
    return { version: existing.snapshot.version, snapshot: existing.snapshot, numInsertedRows: 0n }
  }
  const columns = definition.columns.length > 0 ? definition.columns : columnsOf(query, engine)
  const begun = beginTable({ storage, engine, existing }, { ...definition, columns }, { mode, now })
  const { transaction, operation, operationParameters } = begun
  const { metadata } = transaction
  const tableName = storage.name
  const written = await withSession(engine, (session) => {
    const rows = prepareRows(query, metadata, engine, { tableName })
    return writeRows(session, storage, rows, metadata, {
      tableName,
      givenIdentities: givenIdentities(metadata.schema, engine.schemaOf(query)),
      ...fileShape(metadata),
    })
  })
  const committed = await transaction.addRows(written).commit({
    operation: `${operation} AS SELECT`,
    operationParameters,
    operationMetrics: writtenMetrics(written),
  })
  return { ...committed, numInsertedRows: written.rowCount }
}

/** Rows of the query may hold NULL wherever it may give one. */
function columnsOf(query: Relation, engine: RowEngine): TableDefinition['columns'] {
  return engine.schemaOf(query).fields.map(({ name, dataType }) => ({ path: [name], dataType }))
}
