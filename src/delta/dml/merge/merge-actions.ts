import { PipelineError, type Position } from '../../../errors/index.ts'
import {
  alias,
  attribute,
  call,
  caseWhen,
  cast,
  fieldOf,
  intLiteral,
  nullLiteral,
  project,
  stringLiteral,
  TRUE,
} from '../../../plan/build.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { Relation } from '../../../plan/relation.ts'
import { transformExpression } from '../../../plan/rewrite.ts'
import {
  type DataType,
  fieldNamed,
  INTEGER,
  type StructField,
  type StructType,
  VOID,
} from '../../../types/data-type.ts'
import { sameName } from '../../../types/same-name.ts'
import type { RowEngine } from '../../row-engine.ts'
import { generationExpressionOf, identityOf } from '../../schema/column-rules.ts'
import { fitColumn } from '../../write/fit-column.ts'
import { defaultValue } from '../../write/prepare-rows.ts'
import type { MergeAssignment, MergeClause } from './merge-clause.ts'
import { type MergeScope, oldColumn } from './merge-scope.ts'

/** A clause whose action is a value for every column that the target will have; none for a delete. */
export interface ResolvedClause {
  readonly when: MergeClause['when']
  readonly condition: Expression | undefined
  readonly kind: 'update' | 'delete' | 'insert'
  readonly values: readonly Expression[]
}

/** What resolving a clause needs beside the names in scope. */
interface Resolving {
  readonly scope: MergeScope
  readonly engine: RowEngine
  /** The relation over which the clause's expressions are. */
  readonly rows: Relation
}

/**
 * A clause's values by column, each of the column's type. Throws the analyzer's conditions for names, types and conditions,
 * DELTA_CONFLICT_SET_COLUMN for a column that is set twice, and DELTA_IDENTITY_COLUMNS_* for values of identity columns.
 */
export function resolveClause(clause: MergeClause, resolving: Resolving): ResolvedClause {
  const { scope, engine, rows } = resolving
  const { when, condition, action } = clause
  if (condition !== undefined) engine.schemaOf({ kind: 'Filter', input: rows, condition })
  if (action.kind === 'delete') return { when, condition, kind: 'delete', values: [] }
  const kind = when === 'notMatched' ? 'insert' : 'update'
  const assignments = 'assignments' in action ? action.assignments : starAssignments(scope)
  const paths = assignments.map((each) => ({ ...each, path: pathOf(each, scope) }))
  checkConflicts(paths)
  const typed = typesOf(paths, resolving)
  const values = scope.newSchema.fields.map((field, index) => {
    const own = typed.filter((each) => each.path[0] === field.name)
    if (own.length > 0) checkIdentity(field, kind)
    const old = kind === 'update' ? oldColumn(index) : undefined
    return own.length > 0 ? assigned(old, field.dataType, own, 1) : (old ?? unassigned(field, engine))
  })
  const isAssigned = (name: string) => typed.some((each) => each.path[0] === name)
  return { when, condition, kind, values: withGenerated(values, scope.newSchema, engine, isAssigned) }
}

/** `*`: each column of the table from the source's of its name; evolution leaves alone what only the table has. */
function starAssignments({ newSchema, sourceSchema, evolves, sourceAlias }: MergeScope): MergeAssignment[] {
  const isOptional = (each: StructField) => evolves || generationExpressionOf(each) !== undefined
  return newSchema.fields
    .filter((each) => !isOptional(each) || fieldNamed(sourceSchema, each.name) !== undefined)
    .map(({ name }) => ({
      column: [name],
      value: attribute(sourceAlias, name),
    }))
}

interface PathAssignment extends MergeAssignment {
  /** Names of the table's own spelling, the column first. */
  readonly path: readonly string[]
}

function pathOf(
  { column, value, position = value.position }: MergeAssignment,
  { targetAlias, newSchema }: MergeScope,
): readonly string[] {
  const isQualified = column.length > 1 && column[0]!.toLowerCase() === targetAlias?.toLowerCase()
  const names = isQualified ? column.slice(1) : column
  let type: DataType = newSchema
  return names.map((name) => {
    const found: StructField | undefined = type.kind === 'struct' ? fieldNamed(type, name) : undefined
    if (found === undefined) throw unresolved(column, newSchema, position)
    type = found.dataType
    return found.name
  })
}

function unresolved(
  column: readonly string[],
  schema: StructType,
  position: Position | undefined,
): PipelineError {
  return new PipelineError(
    'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    { objectName: column.join('.'), proposal: schema.fields.map((each) => each.name).join(', ') },
    { position },
  )
}

function checkConflicts(assignments: readonly PathAssignment[]): void {
  const startsWith = (path: readonly string[], prefix: readonly string[]) =>
    prefix.every((name, index) => name === path[index])
  for (const [index, { path, value }] of assignments.entries()) {
    const other = assignments
      .slice(0, index)
      .find((each) => startsWith(path, each.path) || startsWith(each.path, path))
    if (other === undefined) continue
    throw new PipelineError(
      'DELTA_CONFLICT_SET_COLUMN',
      { columnList: [other.path, path].map((each) => each.join('.')).join(', ') },
      { position: value.position },
    )
  }
}

/** Values of identity columns are the table's own. */
function checkIdentity(field: StructField, kind: 'update' | 'insert'): void {
  const identity = identityOf(field)
  if (identity === undefined) return
  if (kind === 'update') {
    throw new PipelineError('DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED', { colName: field.name })
  }
  if (!identity.allowExplicitInsert) {
    throw new PipelineError('DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED', { colName: field.name })
  }
}

interface TypedAssignment extends PathAssignment {
  readonly type: DataType
}

function typesOf(
  assignments: readonly PathAssignment[],
  { scope, engine, rows }: Resolving,
): TypedAssignment[] {
  const values = assignments.map((each) => {
    if (!isDefault(each.value)) return each.value
    const field = fieldNamed(scope.newSchema, each.path[0]!)!
    return each.path.length === 1 ? defaultValue(field, engine) : nullLiteral(VOID)
  })
  if (values.length === 0) return []
  const { fields } = engine.schemaOf(
    project(
      rows,
      values.map((value, index) => alias(value, `v${index}`)),
    ),
  )
  return assignments.map((each, index) => ({ ...each, value: values[index]!, type: fields[index]!.dataType }))
}

function isDefault(value: Expression): boolean {
  return (
    value.kind === 'UnresolvedAttribute' && value.parts.length === 1 && /^default$/i.test(value.parts[0]!)
  )
}

/** The value with its assignments in it: replaced whole, or as a struct of which some fields are. */
function assigned(
  old: Expression | undefined,
  type: DataType,
  assignments: readonly TypedAssignment[],
  depth: number,
): Expression {
  const whole = assignments.find((each) => each.path.length === depth)
  if (whole !== undefined) return fitColumn(whole.value, whole.type, type)
  if (type.kind !== 'struct') return old ?? nullLiteral(type)
  const fields = type.fields.flatMap((each) => {
    const own = assignments.filter(({ path }) => path[depth] === each.name)
    const value = old === undefined ? undefined : fieldOf(old, each.name)
    const next =
      own.length === 0
        ? (value ?? nullLiteral(each.dataType))
        : assigned(value, each.dataType, own, depth + 1)
    return [stringLiteral(each.name), next]
  })
  return call('named_struct', ...fields)
}

function unassigned(field: StructField, engine: RowEngine): Expression {
  return identityOf(field) === undefined ? defaultValue(field, engine) : nullLiteral(field.dataType)
}

/** Generated columns that no assignment names follow the new values of the columns that they are computed from. */
function withGenerated(
  values: readonly Expression[],
  { fields }: StructType,
  engine: RowEngine,
  isAssigned: (name: string) => boolean,
): readonly Expression[] {
  return fields.map((field, index) => {
    const text = generationExpressionOf(field)
    if (text === undefined || isAssigned(field.name)) return values[index]!
    const computed = transformExpression(engine.parseExpression(text), (node) => {
      if (node.kind !== 'UnresolvedAttribute') return node
      const place = fields.findIndex((each) => sameName(each.name, node.parts[0]!))
      return place < 0
        ? node
        : node.parts.slice(1).reduce<Expression>((value, name) => fieldOf(value, name), values[place]!)
    })
    return cast(computed, field.dataType)
  })
}

/** The number of the first of the clauses whose condition is true, counted through all clauses; NULL for none. */
export function decidingClause(clauses: readonly ResolvedClause[], when: MergeClause['when']): Expression {
  const branches = clauses.flatMap((clause, index) =>
    clause.when === when ? [[clause.condition ?? TRUE, intLiteral(index)] as const] : [],
  )
  return branches.length === 0 ? nullLiteral(INTEGER) : caseWhen(branches, nullLiteral(INTEGER))
}
