import { aggregate, alias, call } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import type { Row } from '../../types/row.ts'
import { deltaScanOf } from '../scan.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult, Transaction } from '../transaction.ts'

/** What ALTER TABLE does, as DESCRIBE HISTORY shows it. */
export interface AlterOperation {
  readonly operation: string
  readonly operationParameters: Readonly<Record<string, unknown>>
}

/** Commits one change of a table's definition, prepared on its newest version. */
export async function alterTable(
  { table }: TableContext,
  operation: AlterOperation,
  change: (transaction: Transaction, snapshot: Snapshot) => void | Promise<void>,
): Promise<CommitResult> {
  const snapshot = await table.refresh()
  const transaction = table.startTransaction()
  await change(transaction, snapshot)
  return transaction.commit(operation)
}

/** The rows of a query over all of a version's rows, which the transaction then depends on. */
export async function queryTable(
  { storage, engine }: TableContext,
  snapshot: Snapshot,
  transaction: Transaction,
  query: (table: Relation) => Relation,
): Promise<readonly Row[]> {
  transaction.readsWholeTable()
  const input = await deltaScanOf(snapshot, storage)
  const session = await engine.openSession()
  try {
    return await session.rows(query({ kind: 'Scan', input, schema: snapshot.metadata.schema }))
  } finally {
    await session.close()
  }
}

/** How many rows of a relation meet a condition: one row, one column. */
export function countQuery(input: Relation, condition: Expression): Relation {
  return aggregate(input, [], [alias(call('count_if', condition), 'rows')])
}
