import type { Cursor } from '../../cursor.ts'
import type { CreateDataset } from '../../statement.ts'
import { parseQuery } from '../query.ts'
import { parseQualifiedName } from '../table-name.ts'
import { parseChanges } from './auto-cdc.ts'
import { parseElements } from './columns.ts'
import { parseTableClauses } from './table-clauses.ts'
import { unsupportedStatement } from './unsupported.ts'

/** A dataset from its name on: columns and expectations, clauses in any order, query. */
export function parseDataset(
  cursor: Cursor,
  head: Pick<CreateDataset, 'type' | 'isPrivate' | 'position'>,
): CreateDataset {
  cursor.take('IF', 'NOT', 'EXISTS')
  const name = parseQualifiedName(cursor, 'the name of the dataset')
  const { columns, expectations } = cursor.is('(') ? parseElements(cursor) : { columns: [], expectations: [] }
  const clauses = parseTableClauses(cursor, head.type)
  const source = parseSource(cursor, head.type)
  return {
    kind: 'CreateDataset',
    type: head.type,
    name,
    isPrivate: head.isPrivate,
    columns,
    expectations,
    ...clauses,
    ...source,
    position: head.position,
  }
}

/** `AS query`, `FLOW INSERT [ONCE] BY NAME query`, `FLOW AUTO CDC [ONCE] FROM ...`, or nothing for a streaming table that only flows fill. */
function parseSource(cursor: Cursor, type: CreateDataset['type']): Source {
  if (cursor.take('AS')) return { query: parseQuery(cursor), once: false }
  if (cursor.is('FLOW') && type === 'streaming_table') return parseOwnFlow(cursor)
  if (cursor.isAtStatementEnd && type === 'streaming_table') return { once: false }
  return cursor.fail('AS and a query, or a clause such as COMMENT', clauseWords)
}

function parseOwnFlow(cursor: Cursor): Source {
  const start = cursor.token
  cursor.expect('FLOW')
  if (cursor.take('AUTO', 'CDC')) {
    const once = cursor.take('ONCE')
    return { changes: parseChanges(cursor), once }
  }
  if (cursor.is('REPLACE')) throw unsupportedStatement(cursor, 'FLOW REPLACE', '', start)
  cursor.expect('INSERT')
  const once = cursor.take('ONCE')
  cursor.take('BY', 'NAME')
  return { query: parseQuery(cursor), once }
}

type Source = Pick<CreateDataset, 'query' | 'changes' | 'once'>

const clauseWords = ['AS', 'FLOW', 'COMMENT', 'TBLPROPERTIES', 'PARTITIONED', 'CLUSTER', 'USING', 'REFRESH']
