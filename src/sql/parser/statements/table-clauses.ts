import { PipelineError } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { CreateDataset } from '../../statement.ts'
import { optionValue } from '../option-value.ts'

type Clauses = Pick<
  CreateDataset,
  'comment' | 'tableProperties' | 'partitionedBy' | 'clusterBy' | 'refreshPolicy'
>

/** A clause of CREATE, and what reading it adds to `Found`. */
export interface Clause<Found, Context> {
  readonly words: readonly string[]
  /** Reads what follows the words. */
  readonly read: (cursor: Cursor, context: Context) => Partial<Found>
}

const clauses: readonly Clause<Clauses, CreateDataset['type']>[] = [
  { words: ['COMMENT'], read: (cursor) => ({ comment: cursor.string('a comment in quotes') }) },
  { words: ['TBLPROPERTIES'], read: (cursor) => ({ tableProperties: parseProperties(cursor) }) },
  { words: ['PARTITIONED', 'BY'], read: (cursor) => ({ partitionedBy: parsePartitions(cursor) }) },
  { words: ['CLUSTER', 'BY'], read: (cursor) => ({ clusterBy: parseClustering(cursor) }) },
  { words: ['USING'], read: parseFormat },
  { words: ['REFRESH', 'POLICY'], read: (cursor, type) => ({ refreshPolicy: parsePolicy(cursor, type) }) },
]

/** Clauses that are known and refused, with the reason. */
const refused: readonly (readonly [words: readonly string[], alternative: string])[] = [
  [['LOCATION'], 'Tables live in the warehouse folder of the pipeline; set `warehouse:` in its spec.'],
  [['SCHEDULE'], 'Start updates with a scheduler of your system, or run the pipeline continuously.'],
  [['TRIGGER', 'ON'], 'Start updates with a scheduler of your system, or run the pipeline continuously.'],
  [['WITH', 'ROW', 'FILTER'], 'Filter the rows in the query, or in a view over the table.'],
  [['OPTIONS'], 'Write TBLPROPERTIES.'],
  [['DEFAULT', 'COLLATION'], ''],
  [['WITH', 'TAGS'], 'Write TBLPROPERTIES.'],
]

/** The clauses behind the column list of a dataset. Throws DUPLICATE_CLAUSES. */
export function parseTableClauses(cursor: Cursor, type: CreateDataset['type']): Clauses {
  const found = readClauses(cursor, clauses, { tableProperties: {}, partitionedBy: [] }, type)
  for (const [words, alternative] of refused) {
    if (cursor.isSequence(words)) cursor.unsupportedClause(words.join(' '), alternative)
  }
  return found
}

/** Clauses in any order and each at most once. Throws DUPLICATE_CLAUSES. */
export function readClauses<Found, Context>(
  cursor: Cursor,
  known: readonly Clause<Found, Context>[],
  initial: Found,
  context: Context,
): Found {
  let found = initial
  const seen = new Set<Clause<Found, Context>>()
  for (;;) {
    const clause = known.find(({ words }) => cursor.isSequence(words))
    if (clause === undefined) return found
    if (seen.has(clause)) {
      const parameters = { clauseName: clause.words.join(' ') }
      throw new PipelineError('DUPLICATE_CLAUSES', parameters, { position: cursor.position() })
    }
    seen.add(clause)
    cursor.takeSequence(clause.words)
    found = { ...found, ...clause.read(cursor, context) }
  }
}

/** `(key = 'value', 'other.key' = 1)`: keys are dotted names or strings, `=` may be left out. */
export function parseProperties(cursor: Cursor): Readonly<Record<string, string>> {
  const seen = new Set<string>()
  const pairs = cursor.parenthesized((): [string, string] => {
    const start = cursor.token
    const key = propertyKey(cursor)
    if (seen.has(key)) {
      throw new PipelineError('DUPLICATE_KEY', { keyColumn: key }, { position: cursor.position(start) })
    }
    seen.add(key)
    cursor.take('=')
    return [key, optionValue(cursor)]
  })
  return Object.fromEntries(pairs)
}

/** A property's name: dotted names or a string. */
export function propertyKey(cursor: Cursor): string {
  if (cursor.token.kind === 'string') return cursor.advance().text
  const parts = [cursor.name('the name of a property')]
  while (cursor.take('.')) parts.push(cursor.name('a name'))
  return parts.join('.')
}

function parsePartitions(cursor: Cursor): string[] {
  return cursor.parenthesized(() => {
    const name = cursor.name('a column name')
    if (cursor.is('(')) {
      const alternative = 'Compute the value in a column and partition by that.'
      cursor.unsupportedClause(`Partitioning by ${name}(...)`, alternative)
    }
    return name
  })
}

/** `(column, ...)`, AUTO or NONE. */
export function parseClustering(cursor: Cursor): readonly string[] | 'auto' {
  if (cursor.take('AUTO')) return 'auto'
  if (cursor.take('NONE')) return []
  if (!cursor.is('(')) cursor.fail("'(' and columns, AUTO or NONE", ['AUTO', 'NONE'])
  return cursor.parenthesized(() => columnPath(cursor))
}

/** A field inside of a struct is named by its path. */
function columnPath(cursor: Cursor): string {
  const parts = [cursor.name('a column name')]
  while (cursor.take('.')) parts.push(cursor.name('a field name'))
  return parts.join('.')
}

/** `USING DELTA`: there is no other format. */
export function parseFormat(cursor: Cursor): Record<string, never> {
  if (cursor.take('DELTA')) return {}
  return cursor.unsupportedClause(
    `USING ${cursor.token.text}`,
    'Tables are Delta tables: write USING DELTA or nothing.',
  )
}

function parsePolicy(cursor: Cursor, type: CreateDataset['type']): string {
  if (type !== 'materialized_view') {
    cursor.unsupportedClause(
      'REFRESH POLICY',
      'Only a materialized view has a refresh policy.',
      cursor.previous,
    )
  }
  const policies = ['AUTO', 'FULL', 'INCREMENTAL']
  if (!cursor.isOneOf(...policies)) cursor.fail('AUTO, FULL, INCREMENTAL or INCREMENTAL STRICT', policies)
  const policy = cursor.advance().keyword.toLowerCase()
  return policy === 'incremental' && cursor.take('STRICT') ? 'incremental_strict' : policy
}
