import { DeltaTable, deltaScanOf, prepareRows, type TableContext, writeRows } from '../../src/delta/index.ts'
import type { CreateTableOptions } from '../../src/delta/table.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { rowEngineOf } from '../../src/engine/row-engine.ts'
import type { Relation } from '../../src/plan/relation.ts'
import { parseQuery } from '../../src/sql/index.ts'
import type { Storage } from '../../src/storage/index.ts'
import type { Row } from '../../src/types/row.ts'
import { temporaryFolder } from './delta.ts'

/** Delta tables in a temporary folder with the engine that commands run on, for one test file. */
export interface TestTables {
  readonly engine: TableContext['engine']
  storage(name: string): Storage
  /** An empty table of that name. */
  create(name: string, options: CreateTableOptions): Promise<TableContext>
  /** The table of that name as another process would open it. */
  open(name: string): Promise<TableContext>
  /** Appends a query's rows (literal SELECT or VALUES) as commands do. */
  append(context: TableContext, query: string | Relation): Promise<void>
  /** The rows of the newest version, in the order of all columns. */
  rows(context: TableContext, select?: string): Promise<readonly Row[]>
  /** `SELECT list FROM rows`. */
  select(list: string, rows: Relation): Relation
  close(): Promise<void>
}

const CONTEXT = { timestampMicros: 1_767_225_600_000_000n, ansi: true }

export async function openTestTables(): Promise<TestTables> {
  const duckdb = await openDuckdbEngine()
  const engine = rowEngineOf(duckdb, CONTEXT)
  const folder = temporaryFolder()
  const open = async (name: string): Promise<TableContext> => {
    const storage = folder.storage(name)
    return { storage, engine, table: await DeltaTable.open(storage, engine.deltaPort) }
  }
  return {
    engine,
    storage: folder.storage,
    open,
    create: async (name, options) => {
      const transaction = DeltaTable.create(folder.storage(name), engine.deltaPort, options)
      await transaction.commit({ operation: 'CREATE TABLE' })
      return open(name)
    },
    append: async ({ table, storage }, query) => {
      const relation = typeof query === 'string' ? parseQuery(query) : query
      const session = await engine.openSession()
      try {
        const { metadata } = await table.refresh()
        const prepared = prepareRows(relation, metadata, engine, { tableName: 't' })
        const written = await writeRows(session, storage, prepared, metadata)
        await table.startTransaction().addRows(written).commit({ operation: 'WRITE' })
      } finally {
        await session.close()
      }
    },
    rows: async ({ table, storage }, select = '*') => {
      const snapshot = await table.refresh()
      const session = await engine.openSession()
      const input = await deltaScanOf(snapshot, storage)
      const scan: Relation = { kind: 'Scan', input, schema: snapshot.metadata.schema }
      const query = parseQuery(`SELECT ${select} FROM t ORDER BY ALL`)
      try {
        return await session.rows(withTable(query, scan))
      } finally {
        await session.close()
      }
    },
    select: (list, rows) => withTable(parseQuery(`SELECT ${list} FROM t`), rows),
    close: async () => {
      await duckdb.close()
      folder.remove()
    },
  }
}

function withTable(query: Relation, scan: Relation): Relation {
  return { kind: 'With', definitions: [{ name: 't', query: scan }], input: query }
}
