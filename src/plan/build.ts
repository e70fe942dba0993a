import { BOOLEAN, type DataType, INTEGER, LONG, STRING, VOID } from '../types/data-type.ts'
import type {
  Alias,
  CaseWhen,
  Cast,
  Expression,
  Literal,
  UnresolvedAttribute,
  UnresolvedExtractValue,
  UnresolvedFunction,
} from './expression.ts'
import type { Aggregate, Filter, Join, Project, Relation } from './relation.ts'

/** Short forms for code that builds plans. */

export function attribute(...parts: readonly string[]): UnresolvedAttribute {
  return { kind: 'UnresolvedAttribute', parts }
}

export function call(name: string, ...args: readonly Expression[]): UnresolvedFunction {
  return { kind: 'UnresolvedFunction', name, arguments: args }
}

export function alias(child: Expression, name: string): Alias {
  return { kind: 'Alias', child, name }
}

export function longLiteral(value: bigint): Literal {
  return { kind: 'Literal', value, dataType: LONG }
}

export function intLiteral(value: number): Literal {
  return { kind: 'Literal', value, dataType: INTEGER }
}

export function stringLiteral(value: string): Literal {
  return { kind: 'Literal', value, dataType: STRING }
}

export function nullLiteral(dataType: DataType): Expression {
  return { kind: 'Cast', child: { kind: 'Literal', value: null, dataType: VOID }, dataType, mode: 'ansi' }
}

/** A field of a struct. */
export function fieldOf(struct: Expression, name: string): UnresolvedExtractValue {
  return { kind: 'UnresolvedExtractValue', child: struct, extraction: stringLiteral(name), isField: true }
}

export function cast(child: Expression, dataType: DataType): Cast {
  return { kind: 'Cast', child, dataType, mode: 'ansi' }
}

/** The value of the first condition that is true, else `otherwise`. */
export function caseWhen(
  branches: readonly (readonly [condition: Expression, value: Expression])[],
  otherwise: Expression,
): CaseWhen {
  return {
    kind: 'CaseWhen',
    branches: branches.map(([condition, value]) => ({ condition, value })),
    otherwise,
  }
}

export const TRUE: Literal = { kind: 'Literal', value: true, dataType: BOOLEAN }
export const FALSE: Literal = { kind: 'Literal', value: false, dataType: BOOLEAN }

/** All conditions hold; TRUE when there are none. */
export function conjunction(conditions: readonly Expression[]): Expression {
  return conditions.length === 0 ? TRUE : conditions.reduce((left, right) => call('and', left, right))
}

export function filter(input: Relation, condition: Expression): Filter {
  return { kind: 'Filter', input, condition }
}

export function project(input: Relation, expressions: readonly Expression[]): Project {
  return { kind: 'Project', input, expressions }
}

/** `SELECT expressions FROM input GROUP BY grouping`; without a grouping one row. */
export function aggregate(
  input: Relation,
  grouping: readonly Expression[],
  expressions: readonly Expression[],
): Aggregate {
  return { kind: 'Aggregate', input, groupType: 'groupby', grouping, expressions }
}

/** Only these columns, in this order. */
export function selectColumns(input: Relation, names: readonly string[]): Project {
  return project(
    input,
    names.map((name) => attribute(name)),
  )
}

/** A join of two inputs whose columns stay apart under the names `l` and `r`. */
export function joinOn(
  left: Relation,
  right: Relation,
  joinType: Join['joinType'],
  condition: Expression,
): Join {
  return {
    kind: 'Join',
    left: { kind: 'SubqueryAlias', input: left, alias: 'l' },
    right: { kind: 'SubqueryAlias', input: right, alias: 'r' },
    joinType,
    condition,
  }
}

/** `UNION ALL`: the rows of all, columns matched by place. */
export function unionAll(relations: readonly Relation[]): Relation {
  return relations.reduce((left, right) => unionOf(left, right, false))
}

/** The rows of all, columns matched by name. */
export function unionByName(relations: readonly Relation[]): Relation {
  return relations.reduce((left, right) => unionOf(left, right, true))
}

function unionOf(left: Relation, right: Relation, byName: boolean): Relation {
  return { kind: 'SetOperation', left, right, operation: 'union', isAll: true, byName }
}
