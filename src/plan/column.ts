import { PipelineError } from '../errors/index.ts'
import type { DataType } from '../types/data-type.ts'
import { parseDataType } from '../types/ddl.ts'
import type { Expression, SortOrder, WindowExpression } from './expression.ts'
import { type LiteralValue, literalOf } from './literal.ts'
import type { WindowSpec } from './window-spec.ts'

/** A column, or the value that stands for a constant one. */
export type ColumnOrLiteral = Column | LiteralValue

/** A column, or the name of one: `'amount'`, `'o.amount'`. */
export type ColumnOrName = Column | string

/**
 * What a column is computed from, as a value of its own: immutable, every method gives a new one. It is resolved
 * only where it is used. `Name` is the output name where the types know it.
 *
 * Methods take constants as they are (`col('amount').gt(0)`); a string is text, never a column's name.
 */
export class Column<Name extends string = string> {
  /** Phantom: carries the output name through the types. */
  declare readonly outputName?: Name
  readonly expression: Expression

  constructor(expression: Expression) {
    this.expression = expression
  }

  /** `expr AS name` */
  as<Alias extends string>(name: Alias): Column<Alias> {
    return new Column({ kind: 'Alias', child: this.expression, name })
  }

  /** `expr AS name` */
  alias<Alias extends string>(name: Alias): Column<Alias> {
    return this.as(name)
  }

  /** `CAST(expr AS type)`: a value that does not fit fails the query. The type is DDL text such as `decimal(10,2)`. */
  cast(type: DataType | string): Column<Name> {
    return new Column(castOf(this.expression, type, 'ansi'))
  }

  /** `TRY_CAST(expr AS type)`: a value that does not fit becomes NULL. */
  tryCast(type: DataType | string): Column<Name> {
    return new Column(castOf(this.expression, type, 'try'))
  }

  /** `expr = other` */
  eq(other: ColumnOrLiteral): Column {
    return operator('=', this, other)
  }

  /** `expr <> other` */
  neq(other: ColumnOrLiteral): Column {
    return operator('<>', this, other)
  }

  /** `expr <=> other`: NULL equals NULL, and the answer is never NULL. */
  eqNullSafe(other: ColumnOrLiteral): Column {
    return operator('<=>', this, other)
  }

  /** `expr > other` */
  gt(other: ColumnOrLiteral): Column {
    return operator('>', this, other)
  }

  /** `expr >= other` */
  geq(other: ColumnOrLiteral): Column {
    return operator('>=', this, other)
  }

  /** `expr < other` */
  lt(other: ColumnOrLiteral): Column {
    return operator('<', this, other)
  }

  /** `expr <= other` */
  leq(other: ColumnOrLiteral): Column {
    return operator('<=', this, other)
  }

  /** `expr AND other` */
  and(other: ColumnOrLiteral): Column {
    return operator('and', this, other)
  }

  /** `expr OR other` */
  or(other: ColumnOrLiteral): Column {
    return operator('or', this, other)
  }

  /** `NOT expr` */
  not(): Column {
    return operator('not', this)
  }

  /** `expr + other` */
  plus(other: ColumnOrLiteral): Column {
    return operator('+', this, other)
  }

  /** `expr - other` */
  minus(other: ColumnOrLiteral): Column {
    return operator('-', this, other)
  }

  /** `expr * other` */
  multiply(other: ColumnOrLiteral): Column {
    return operator('*', this, other)
  }

  /** `expr / other` */
  divide(other: ColumnOrLiteral): Column {
    return operator('/', this, other)
  }

  /** `expr % other` */
  mod(other: ColumnOrLiteral): Column {
    return operator('%', this, other)
  }

  /** `-expr` */
  negate(): Column {
    return operator('negative', this)
  }

  /** `expr IS NULL` */
  isNull(): Column {
    return operator('isnull', this)
  }

  /** `expr IS NOT NULL` */
  isNotNull(): Column {
    return operator('isnotnull', this)
  }

  /** `isnan(expr)` */
  isNaN(): Column {
    return operator('isnan', this)
  }

  /** `expr IN (value, ...)` */
  isIn(...values: readonly ColumnOrLiteral[]): Column {
    return operator('in', this, ...values)
  }

  /** `expr BETWEEN lower AND upper`, both ends included */
  between(lower: ColumnOrLiteral, upper: ColumnOrLiteral): Column {
    return operator('between', this, lower, upper)
  }

  /** `expr LIKE pattern`: `%` is any text, `_` one character, `\` escapes */
  like(pattern: ColumnOrLiteral): Column {
    return operator('like', this, pattern)
  }

  /** `expr ILIKE pattern`: LIKE without regard to case */
  ilike(pattern: ColumnOrLiteral): Column {
    return operator('ilike', this, pattern)
  }

  /** `expr RLIKE regexp`: the regular expression matches anywhere */
  rlike(regexp: ColumnOrLiteral): Column {
    return operator('rlike', this, regexp)
  }

  /** `startswith(expr, prefix)` */
  startsWith(prefix: ColumnOrLiteral): Column {
    return operator('startswith', this, prefix)
  }

  /** `endswith(expr, suffix)` */
  endsWith(suffix: ColumnOrLiteral): Column {
    return operator('endswith', this, suffix)
  }

  /** `contains(expr, part)` */
  contains(part: ColumnOrLiteral): Column {
    return operator('contains', this, part)
  }

  /** `substr(expr, position, length)`: the first character is 1, a negative position counts from the end */
  substr(position: ColumnOrLiteral, length: ColumnOrLiteral): Column {
    return operator('substr', this, position, length)
  }

  /** `expr.name`: a field of a struct */
  getField<Field extends string>(name: Field): Column<Field> {
    return new Column({
      kind: 'UnresolvedExtractValue',
      child: this.expression,
      extraction: literalOf(name),
      isField: true,
    })
  }

  /** `expr[key]`: an element of an array (from 0), or the value of a map's key */
  getItem(key: ColumnOrLiteral): Column {
    return new Column({
      kind: 'UnresolvedExtractValue',
      child: this.expression,
      extraction: expressionOf(key),
      isField: false,
    })
  }

  /** `expr ASC`, nulls first */
  asc(): Column<Name> {
    return new Column(sortOrder(this.expression, 'asc', 'first'))
  }

  /** `expr ASC NULLS FIRST` */
  ascNullsFirst(): Column<Name> {
    return this.asc()
  }

  /** `expr ASC NULLS LAST` */
  ascNullsLast(): Column<Name> {
    return new Column(sortOrder(this.expression, 'asc', 'last'))
  }

  /** `expr DESC`, nulls last */
  desc(): Column<Name> {
    return new Column(sortOrder(this.expression, 'desc', 'last'))
  }

  /** `expr DESC NULLS FIRST` */
  descNullsFirst(): Column<Name> {
    return new Column(sortOrder(this.expression, 'desc', 'first'))
  }

  /** `expr DESC NULLS LAST` */
  descNullsLast(): Column<Name> {
    return this.desc()
  }

  /** `function OVER (PARTITION BY ... ORDER BY ... ROWS BETWEEN ...)` */
  over(window: WindowSpec): Column {
    const expression: WindowExpression = {
      kind: 'WindowExpression',
      function: this.expression,
      partitionBy: window.partitions.map(expressionOf),
      orderBy: window.orders,
      ...(window.frame === undefined ? {} : { frame: window.frame }),
    }
    return new Column(expression)
  }
}

/** The column that calls a function of Spark SQL; optional arguments that were not given are left out. */
export function call(name: string, ...operands: readonly (ColumnOrLiteral | undefined)[]): Column {
  return operator(name, ...operands.filter((each) => each !== undefined))
}

/** `CASE WHEN ... THEN ... END`, to which more branches can be added. */
export class CaseColumn extends Column {
  declare readonly expression: Extract<Expression, { kind: 'CaseWhen' }>

  /** Another `WHEN condition THEN value`; the first condition that is true decides. */
  when(condition: Column, value: ColumnOrLiteral): CaseColumn {
    const branch = { condition: condition.expression, value: expressionOf(value) }
    return new CaseColumn({ ...this.expression, branches: [...this.expression.branches, branch] })
  }

  /** `ELSE value`; without it the rest is NULL. */
  otherwise(value: ColumnOrLiteral): Column {
    return new Column({ ...this.expression, otherwise: expressionOf(value) })
  }
}

/** The expression of a column, or the literal that a constant stands for. */
export function expressionOf(value: ColumnOrLiteral): Expression {
  return value instanceof Column ? value.expression : literalOf(value)
}

/**
 * The column of that name: `amount`, `o.amount`, `hour_window.start`, `*`, `o.*`.
 * A part with a dot in it stands in backticks: `` `a.b`.c ``.
 */
export function columnNamed<Name extends string>(name: Name): Column<LastPart<Name>> {
  const parts = nameParts(name)
  if (parts.at(-1) !== '*') return new Column({ kind: 'UnresolvedAttribute', parts })
  const target = parts.slice(0, -1)
  return new Column(target.length === 0 ? { kind: 'UnresolvedStar' } : { kind: 'UnresolvedStar', target })
}

/** The output name of a column reference: the part behind the last dot. */
export type LastPart<Name extends string> = Name extends `${string}.${infer Rest}` ? LastPart<Rest> : Name

/** The column itself, or the one of that name. */
export function columnOf(column: ColumnOrName): Column {
  return column instanceof Column ? column : columnNamed(column)
}

/** How rows are ordered by a column: as it says, else ascending with nulls first. */
export function sortOrderOf(column: ColumnOrName): SortOrder {
  const { expression } = columnOf(column)
  return expression.kind === 'SortOrder' ? expression : sortOrder(expression, 'asc', 'first')
}

function sortOrder(
  child: Expression,
  direction: SortOrder['direction'],
  nulls: SortOrder['nulls'],
): SortOrder {
  return { kind: 'SortOrder', child, direction, nulls }
}

function operator(name: string, ...operands: readonly ColumnOrLiteral[]): Column {
  return new Column({ kind: 'UnresolvedFunction', name, arguments: operands.map(expressionOf) })
}

function castOf(child: Expression, type: DataType | string, mode: 'ansi' | 'try'): Expression {
  return { kind: 'Cast', child, dataType: typeof type === 'string' ? parseDataType(type) : type, mode }
}

/** Splits at dots outside backticks; a doubled backtick inside them is one. */
function nameParts(name: string): string[] {
  const parts = [...name.matchAll(/(?:^|\.)(?:`((?:[^`]|``)+)`|([^.`]+))(?=\.|$)/g)]
  if (parts.reduce((length, [text]) => length + text.length, 0) !== name.length || name === '') {
    throw new PipelineError('INVALID_ATTRIBUTE_NAME_SYNTAX', { name })
  }
  return parts.map(([, quoted, plain]) => quoted?.replaceAll('``', '`') ?? plain!)
}
