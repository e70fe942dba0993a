import type { Position } from '../../../errors/index.ts'
import type {
  CheckConstraint,
  CloneTable,
  CreateMode,
  CreateTable,
  CreateTableLike,
  TableClauses,
  TableReference,
} from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { isQuery, parseQuery } from '../query.ts'
import { parseTableName } from '../table-name.ts'
import { isConstraint, parseColumn, parseCondition, parseKey } from './columns.ts'
import { type Clause, parseClustering, parseFormat, parseProperties, readClauses } from './table-clauses.ts'
import { expectEnd, parseTarget } from './target-table.ts'

/** Whether a table is created here that no pipeline defines: `CREATE [OR REPLACE] [EXTERNAL] TABLE`, `REPLACE TABLE`. */
export function isCreateTable(cursor: Cursor): boolean {
  if (cursor.is('REPLACE', 'TABLE')) return true
  const at = cursor.is('CREATE', 'OR', 'REPLACE') ? 3 : 1
  const next = cursor.peek(at).keyword === 'EXTERNAL' ? at + 1 : at
  return cursor.is('CREATE') && cursor.peek(next).keyword === 'TABLE'
}

/** A table with its columns or query; like another; or a clone of another. */
export function parseCreateTable(
  cursor: Cursor,
  position: Position,
): CreateTable | CreateTableLike | CloneTable {
  const { mode, table } = parseHead(cursor)
  if (cursor.isOneOf('SHALLOW', 'DEEP', 'CLONE')) return parseClone(cursor, table, mode, position)
  if (cursor.take('LIKE')) return parseLike(cursor, table, mode, position)
  const elements =
    cursor.is('(') && !isQuery(cursor) ? parseElements(cursor) : { columns: [], constraints: [] }
  const found = readClauses(cursor, clauses, noClauses, undefined)
  const hasQuery = cursor.take('AS') || isQuery(cursor)
  const query = hasQuery ? parseQuery(cursor) : undefined
  if (!hasQuery) expectEnd(cursor, ...clauses.map(({ words }) => words.join(' ')), 'AS')
  return {
    kind: 'CreateTable',
    table,
    mode,
    ...elements,
    ...found,
    ...(query !== undefined && { query }),
    position,
  }
}

function parseHead(cursor: Cursor): { mode: CreateMode; table: TableReference } {
  if (cursor.take('REPLACE', 'TABLE')) return { mode: 'replace', table: parseTarget(cursor) }
  cursor.expect('CREATE')
  const orReplace = cursor.take('OR', 'REPLACE')
  cursor.take('EXTERNAL')
  cursor.expect('TABLE')
  const ifNotExists = !orReplace && cursor.take('IF', 'NOT', 'EXISTS')
  const mode = orReplace ? 'createOrReplace' : ifNotExists ? 'createIfNotExists' : 'create'
  return { mode, table: parseTarget(cursor) }
}

/** `(column, ..., CONSTRAINT name CHECK (condition))`; keys are read and without effect, since nothing enforces them. */
function parseElements(cursor: Cursor): Pick<CreateTable, 'columns' | 'constraints'> {
  const columns: CreateTable['columns'][number][] = []
  const constraints: CheckConstraint[] = []
  cursor.parenthesized(() => {
    if (isConstraint(cursor)) constraints.push(...parseConstraint(cursor))
    else columns.push(parseColumn(cursor))
  })
  return { columns, constraints }
}

function parseConstraint(cursor: Cursor): CheckConstraint[] {
  if (!cursor.is('CONSTRAINT')) {
    parseKey(cursor)
    return []
  }
  const mark = cursor.mark()
  cursor.advance()
  cursor.name('the name of the constraint')
  if (!cursor.isOneOf('PRIMARY', 'FOREIGN')) {
    cursor.reset(mark)
    return [parseCheck(cursor)]
  }
  parseKey(cursor)
  return []
}

/** `CONSTRAINT name CHECK (condition) [ENFORCED]` */
export function parseCheck(cursor: Cursor): CheckConstraint {
  const position = cursor.position()
  cursor.expect('CONSTRAINT')
  const name = cursor.name('the name of the constraint')
  if (cursor.is('EXPECT')) {
    cursor.unsupportedClause('EXPECT', 'Expectations belong to pipelines; a table has CHECK (condition).')
  }
  if (!cursor.take('CHECK')) cursor.fail('CHECK (condition)', ['CHECK', 'PRIMARY', 'FOREIGN'])
  const { condition, text } = parseCondition(cursor)
  cursor.take('ENFORCED')
  return { name, condition, text, position }
}

const noClauses: TableClauses = { partitionedBy: [], tableProperties: {} }

const clauses: readonly Clause<TableClauses, undefined>[] = [
  { words: ['USING'], read: parseFormat },
  { words: ['PARTITIONED', 'BY'], read: (cursor) => ({ partitionedBy: parsePartitions(cursor) }) },
  { words: ['CLUSTER', 'BY'], read: (cursor) => ({ clusterBy: parseClustering(cursor) }) },
  { words: ['LOCATION'], read: (cursor) => ({ location: cursor.string('a path in quotes') }) },
  { words: ['COMMENT'], read: (cursor) => ({ comment: cursor.string('a comment in quotes') }) },
  { words: ['TBLPROPERTIES'], read: (cursor) => ({ tableProperties: parseProperties(cursor) }) },
]

/** `(day)`, or with Hive's types `(day DATE)`, which are columns beside the listed ones. */
function parsePartitions(cursor: Cursor): TableClauses['partitionedBy'] {
  return cursor.parenthesized(() => {
    const name = cursor.name('a column name')
    if (cursor.is('(')) {
      cursor.unsupportedClause(
        `Partitioning by ${name}(...)`,
        'Partition by a column GENERATED ALWAYS AS it.',
      )
    }
    return cursor.isOneOf(',', ')') ? { name } : { name, dataType: cursor.dataType() }
  })
}

const placing = clauses.filter(({ words }) => ['LOCATION', 'TBLPROPERTIES', 'USING'].includes(words[0]!))

function parseLike(
  cursor: Cursor,
  table: TableReference,
  mode: CreateMode,
  position: Position,
): CreateTableLike {
  if (mode === 'createOrReplace' || mode === 'replace') cursor.unsupportedClause('OR REPLACE ... LIKE')
  const source = parseTarget(cursor)
  const { location, tableProperties } = readClauses(cursor, placing, noClauses, undefined)
  expectEnd(cursor, 'LOCATION', 'TBLPROPERTIES')
  const where = location === undefined ? {} : { location }
  const ifNotExists = mode === 'createIfNotExists'
  return { kind: 'CreateTableLike', table, ifNotExists, source, tableProperties, ...where, position }
}

/** `[SHALLOW | DEEP] CLONE source [VERSION | TIMESTAMP AS OF]`; a clone is deep unless it says otherwise. */
function parseClone(cursor: Cursor, table: TableReference, mode: CreateMode, position: Position): CloneTable {
  const isShallow = cursor.take('SHALLOW')
  if (!isShallow) cursor.take('DEEP')
  cursor.expect('CLONE')
  const source = parseTableName(cursor, false)
  const { location, tableProperties } = readClauses(cursor, placing, noClauses, undefined)
  expectEnd(cursor, 'VERSION AS OF', 'TIMESTAMP AS OF', 'LOCATION', 'TBLPROPERTIES')
  const where = location === undefined ? {} : { location }
  return { kind: 'CloneTable', table, mode, isShallow, source, tableProperties, ...where, position }
}
