import type { Expression } from '../../plan/expression.ts'
import type { Deduplicate, Relation, WithColumns, WithColumnsRenamed } from '../../plan/relation.ts'
import { transform } from '../../plan/rewrite.ts'
import { outputNames } from './output-names.ts'

/** The columns of a table, of files or of a table function; undefined where they are not known. */
export type LeafColumns = (leaf: Relation) => readonly string[] | undefined

/**
 * The query with what SQL cannot say written as projections: withColumns and its kin list all columns where the columns
 * of the input are known, dropDuplicates on some columns is the first row of each key.
 */
export function expandColumns(relation: Relation, leafColumns: LeafColumns): Relation {
  return transform(relation, (node) => {
    switch (node.kind) {
      case 'WithColumns':
        return projected(node, leafColumns, (names) => withColumns(node, names))
      case 'WithColumnsRenamed':
        return projected(node, leafColumns, (names) => renamed(node, names))
      case 'Drop':
        return projected(node, leafColumns, (names) => dropped(node.columns, names))
      case 'Deduplicate':
        return node.columns === undefined || node.withinWatermark ? node : firstOfEach(node, node.columns)
      default:
        return node
    }
  })
}

function projected(
  node: Extract<Relation, { input: Relation }>,
  leafColumns: LeafColumns,
  expressionsOf: (names: readonly string[]) => readonly Expression[],
): Relation {
  const names = outputNames(node.input, leafColumns)
  if (names === undefined) return node
  return { kind: 'Project', input: node.input, expressions: expressionsOf(names) }
}

function withColumns({ columns }: WithColumns, names: readonly string[]): Expression[] {
  const changed = new Map(columns.map((each) => [each.name.toLowerCase(), each]))
  const kept = names.map((name): Expression => {
    const found = changed.get(name.toLowerCase())
    changed.delete(name.toLowerCase())
    return found === undefined ? column(name) : alias(found.expression, found.name)
  })
  return [...kept, ...[...changed.values()].map(({ expression, name }) => alias(expression, name))]
}

function renamed({ renames }: WithColumnsRenamed, names: readonly string[]): Expression[] {
  const changed = new Map(renames.map(({ from, to }) => [from.toLowerCase(), to]))
  return names.map((name) => {
    const to = changed.get(name.toLowerCase())
    return to === undefined ? column(name) : alias(column(name), to)
  })
}

function dropped(columns: readonly string[], names: readonly string[]): Expression[] {
  const gone = new Set(columns.map((each) => each.toLowerCase()))
  return names.filter((name) => !gone.has(name.toLowerCase())).map(column)
}

const ROW_NUMBER = '__row_number'

/** Which row of a key is kept is open, in Spark too. */
function firstOfEach({ input }: Deduplicate, columns: readonly string[]): Relation {
  const keys = columns.map(column)
  const rowNumber: Expression = {
    kind: 'WindowExpression',
    function: { kind: 'UnresolvedFunction', name: 'row_number', arguments: [] },
    partitionBy: keys,
    orderBy: keys.map((child) => ({ kind: 'SortOrder', child, direction: 'asc', nulls: 'first' })),
  }
  const numbered: Relation = {
    kind: 'Project',
    input,
    expressions: [{ kind: 'UnresolvedStar' }, alias(rowNumber, ROW_NUMBER)],
  }
  const one: Expression = { kind: 'Literal', value: 1, dataType: { kind: 'integer' } }
  const condition: Expression = {
    kind: 'UnresolvedFunction',
    name: '=',
    arguments: [column(ROW_NUMBER), one],
  }
  return {
    kind: 'Project',
    input: { kind: 'Filter', input: numbered, condition },
    expressions: [{ kind: 'UnresolvedStar', except: [[ROW_NUMBER]] }],
  }
}

function column(name: string): Expression {
  return { kind: 'UnresolvedAttribute', parts: [name] }
}

function alias(child: Expression, name: string): Expression {
  return { kind: 'Alias', child, name }
}
