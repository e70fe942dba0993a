import { PipelineError, type Position } from '../errors/index.ts'
import type { ColumnOrLiteral, LastPart } from '../plan/column.ts'
import { Column, columnNamed, columnOf, expressionOf, sortOrderOf } from '../plan/column.ts'
import { parseDuration } from '../plan/duration.ts'
import type { Expression } from '../plan/expression.ts'
import { literalOf } from '../plan/literal.ts'
import type { JoinType, Relation } from '../plan/relation.ts'
import { transformExpression } from '../plan/rewrite.ts'
import { parseExpression, parseSelectItem } from '../sql/index.ts'
import { callSite } from './call-site.ts'
import { GroupedData } from './grouped-data.ts'
import type { Groupable, OutputName, Selectable } from './typed-columns.ts'

/**
 * A query that is not run: each method gives a new DataFrame with one more step. Names are Spark's, in camel case.
 * `Columns` is the union of its column names where they are known, so that a misspelt one does not compile.
 */
export class DataFrame<Columns extends string = string> {
  /** Phantom: carries the column names through the types. */
  declare readonly columnNames?: Columns
  /** The query as a plan. */
  readonly relation: Relation

  constructor(relation: Relation) {
    this.relation = relation
  }

  /** `SELECT columns FROM this` */
  select<const Items extends readonly Selectable<Columns>[]>(
    ...columns: Items
  ): DataFrame<OutputName<Items[number], Columns>> {
    const expressions = columns.map((each) => columnOf(each).expression)
    return this.#step((input, position) => ({ kind: 'Project', input, expressions, position }))
  }

  /** `SELECT expressions FROM this`, each a SQL text such as `amount * 2 AS twice` */
  selectExpr(...expressions: readonly string[]): DataFrame {
    const parsed = expressions.map((each) => expressionIn(each, parseSelectItem))
    return this.#step((input, position) => ({ kind: 'Project', input, expressions: parsed, position }))
  }

  /** `SELECT * FROM this WHERE condition`; a string is SQL */
  where(condition: Column | string): DataFrame<Columns> {
    const parsed = conditionOf(condition)
    return this.#step((input, position) => ({ kind: 'Filter', input, condition: parsed, position }))
  }

  /** `SELECT * FROM this WHERE condition`; a string is SQL */
  filter(condition: Column | string): DataFrame<Columns> {
    return this.where(condition)
  }

  /** `SELECT *, column AS name FROM this`; a column of that name is replaced in its place */
  withColumn<Name extends string>(name: Name, column: ColumnOrLiteral): DataFrame<Columns | Name> {
    return this.withColumns({ [name]: column } as Record<Name, ColumnOrLiteral>)
  }

  /** `SELECT *, column AS name, ... FROM this`; columns of those names are replaced in their places */
  withColumns<const Added extends Readonly<Record<string, ColumnOrLiteral>>>(
    added: Added,
  ): DataFrame<Columns | (keyof Added & string)> {
    const columns = Object.entries(added).map(([name, column]) => ({
      name,
      expression: expressionOf(column),
    }))
    return this.#step((input, position) => ({ kind: 'WithColumns', input, columns, position }))
  }

  /** `SELECT * EXCEPT (from), from AS to FROM this`, the column keeping its place */
  withColumnRenamed<From extends Columns, To extends string>(
    from: From,
    to: To,
  ): DataFrame<Exclude<Columns, From> | To> {
    const renames = [{ from, to }]
    return this.#step((input, position) => ({ kind: 'WithColumnsRenamed', input, renames, position }))
  }

  /** `withColumnRenamed` for several columns at once: `{ old: 'new' }` */
  withColumnsRenamed<const Renames extends { readonly [From in Columns]?: string }>(
    renames: Renames,
  ): DataFrame<Exclude<Columns, keyof Renames> | (Renames[keyof Renames] & string)> {
    const pairs = Object.entries(renames).map(([from, to]) => ({ from, to: to as string }))
    return this.#step((input, position) => ({ kind: 'WithColumnsRenamed', input, renames: pairs, position }))
  }

  /** `SELECT * EXCEPT (columns) FROM this` */
  drop<Dropped extends Columns>(...columns: readonly Dropped[]): DataFrame<Exclude<Columns, Dropped>> {
    return this.#step((input, position) => ({ kind: 'Drop', input, columns, position }))
  }

  /**
   * `SELECT * FROM this JOIN other USING (columns)`, or `ON condition` for a Column. With names each of them
   * appears once in the output.
   */
  join<Other extends string, How extends JoinHow = 'inner'>(
    other: DataFrame<Other>,
    on: (Columns & Other) | readonly (Columns & Other)[] | Column,
    how?: How,
  ): DataFrame<Joined<Columns, Other, How>> {
    const joinType = JOIN_TYPES[how ?? 'inner']
    const right = other.relation
    const match =
      on instanceof Column
        ? { condition: on.expression }
        : { usingColumns: typeof on === 'string' ? [on] : on }
    return this.#step((left, position) => ({ kind: 'Join', left, right, joinType, ...match, position }))
  }

  /** `SELECT * FROM this CROSS JOIN other` */
  crossJoin<Other extends string>(other: DataFrame<Other>): DataFrame<Columns | Other> {
    const right = other.relation
    return this.#step((left, position) => ({ kind: 'Join', left, right, joinType: 'cross', position }))
  }

  /** `this UNION ALL other`: columns match by position; add `.distinct()` for UNION */
  union(other: DataFrame): DataFrame<Columns> {
    return this.#combine(other, 'union', { isAll: true, byName: false })
  }

  /** `this UNION ALL BY NAME other`; with `allowMissingColumns` a column that one side lacks is NULL there */
  unionByName<Other extends string>(
    other: DataFrame<Other>,
    options: { readonly allowMissingColumns?: boolean } = {},
  ): DataFrame<Columns | Other> {
    const { allowMissingColumns = false } = options
    return this.#combine(other, 'union', { isAll: true, byName: true, allowMissingColumns })
  }

  /** `this INTERSECT other`: the distinct rows that are in both */
  intersect(other: DataFrame): DataFrame<Columns> {
    return this.#combine(other, 'intersect', { isAll: false, byName: false })
  }

  /** `this EXCEPT other`: the distinct rows of this that are not in the other */
  except(other: DataFrame): DataFrame<Columns> {
    return this.#combine(other, 'except', { isAll: false, byName: false })
  }

  /** `SELECT DISTINCT * FROM this` */
  distinct(): DataFrame<Columns> {
    return this.dropDuplicates()
  }

  /**
   * One row for each value of the columns (default: of all columns): on a stream the first that arrived, in a batch any. An
   * empty list leaves one row of a batch, and is refused on a stream (UNSUPPORTED_STREAMING_OPERATION).
   * A stream without a watermark remembers every value for ever.
   * `SELECT * FROM this QUALIFY row_number() OVER (PARTITION BY columns) = 1`
   */
  dropDuplicates(columns?: readonly Columns[]): DataFrame<Columns> {
    return this.#deduplicate(columns, false)
  }

  /** `dropDuplicates` on a stream that forgets a value once the watermark has passed its first event time. */
  dropDuplicatesWithinWatermark(columns?: readonly Columns[]): DataFrame<Columns> {
    return this.#deduplicate(columns, true)
  }

  /**
   * How late rows may be: `FROM STREAM this WATERMARK eventTime DELAY OF INTERVAL ...`. The delay is a text such as
   * `10 minutes`; windows and deduplications forget what is older than the newest event time less the delay.
   */
  withWatermark(eventTime: Columns, delay: string): DataFrame<Columns> {
    const delayMicros = parseDuration(delay)
    const expression = columnNamed(eventTime).expression
    return this.#step((input, position) => ({
      kind: 'WithWatermark',
      input,
      eventTime: expression,
      delayMicros,
      position,
    }))
  }

  /** `GROUP BY columns`, to be followed by `.agg(...)` or `.count()` */
  groupBy<const Keys extends readonly Groupable<Columns>[]>(
    ...columns: Keys
  ): GroupedData<OutputName<Keys[number], Columns>> {
    return new GroupedData(this.relation, 'groupby', columns)
  }

  /** `GROUP BY ROLLUP (columns)` */
  rollup<const Keys extends readonly Groupable<Columns>[]>(
    ...columns: Keys
  ): GroupedData<OutputName<Keys[number], Columns>> {
    return new GroupedData(this.relation, 'rollup', columns)
  }

  /** `GROUP BY CUBE (columns)` */
  cube<const Keys extends readonly Groupable<Columns>[]>(
    ...columns: Keys
  ): GroupedData<OutputName<Keys[number], Columns>> {
    return new GroupedData(this.relation, 'cube', columns)
  }

  /** `SELECT aggregates FROM this`: one row over all rows */
  agg<const Items extends readonly Column[]>(
    ...aggregates: Items
  ): DataFrame<OutputName<Items[number], never>> {
    return new GroupedData<never>(this.relation, 'groupby', []).agg(...aggregates)
  }

  /** `SELECT * FROM this ORDER BY columns`: ascending with nulls first unless the column says otherwise */
  orderBy(...columns: readonly Groupable<Columns>[]): DataFrame<Columns> {
    const order = columns.map((each) => sortOrderOf(each))
    return this.#step((input, position) => ({ kind: 'Sort', input, order, position }))
  }

  /** `SELECT * FROM this LIMIT count` */
  limit(count: number): DataFrame<Columns> {
    return this.#step((input, position) => ({ kind: 'Limit', input, limit: literalOf(count), position }))
  }

  /** `FROM this AS name`, so that columns can be called `name.column` */
  alias(name: string): DataFrame<Columns> {
    return this.#step((input, position) => ({ kind: 'SubqueryAlias', input, alias: name, position }))
  }

  /** `FROM this AS name`, so that columns can be called `name.column` */
  as(name: string): DataFrame<Columns> {
    return this.alias(name)
  }

  /**
   * The column of that name, qualified by this DataFrame's alias or table name where it has one, so that it can be told
   * from the column of another: `orders.join(customers, orders.col('id').eq(customers.col('id')))`. `'*'` is all columns.
   */
  col<Name extends Columns | '*'>(name: Name): Column<LastPart<Name>> {
    const qualifier = qualifierOf(this.relation)
    const { expression } = columnNamed(name)
    return new Column(qualifier === undefined ? expression : qualified(expression, qualifier))
  }

  #deduplicate(columns: readonly string[] | undefined, withinWatermark: boolean): DataFrame<Columns> {
    return this.#step((input, position) => ({
      kind: 'Deduplicate',
      input,
      columns,
      withinWatermark,
      position,
    }))
  }

  #combine<Output extends string>(
    other: DataFrame,
    operation: 'union' | 'intersect' | 'except',
    how: { isAll: boolean; byName: boolean; allowMissingColumns?: boolean },
  ): DataFrame<Output> {
    const right = other.relation
    return this.#step((left, position) => ({
      kind: 'SetOperation',
      left,
      right,
      operation,
      ...how,
      position,
    }))
  }

  #step<Output extends string>(make: (input: Relation, position?: Position) => Relation): DataFrame<Output> {
    return new DataFrame(make(this.relation, callSite()))
  }
}

/** Spark's names of the join types. */
export type JoinHow = keyof typeof JOIN_TYPES

const JOIN_TYPES = {
  inner: 'inner',
  cross: 'cross',
  left: 'left',
  leftouter: 'left',
  left_outer: 'left',
  right: 'right',
  rightouter: 'right',
  right_outer: 'right',
  full: 'full',
  outer: 'full',
  fullouter: 'full',
  full_outer: 'full',
  semi: 'left semi',
  leftsemi: 'left semi',
  left_semi: 'left semi',
  anti: 'left anti',
  leftanti: 'left anti',
  left_anti: 'left anti',
} as const satisfies Readonly<Record<string, JoinType>>

/** Columns of a join: those of both sides, of the left one only for semi and anti joins. */
export type Joined<
  Left extends string,
  Right extends string,
  How extends JoinHow,
> = (typeof JOIN_TYPES)[How] extends 'left semi' | 'left anti' ? Left : Left | Right

function conditionOf(condition: Column | string): Expression {
  if (condition instanceof Column) return condition.expression
  return expressionIn(condition, parseExpression)
}

/** SQL text in a call has no lines of its own in the file: its place is that of the call. */
function expressionIn(text: string, parse: (text: string) => Expression): Expression {
  const position = callSite()
  try {
    return transformExpression(parse(text), (node) => ({ ...node, position }))
  } catch (error) {
    if (error instanceof PipelineError) error.position = position
    throw error
  }
}

/** The name by which the columns of a relation can be qualified, looking through steps that keep it. */
function qualifierOf(relation: Relation): readonly string[] | undefined {
  switch (relation.kind) {
    case 'SubqueryAlias':
      return [relation.alias]
    case 'Read':
      return relation.name.slice(-1)
    case 'Filter':
    case 'Sort':
    case 'Limit':
    case 'Deduplicate':
    case 'WithWatermark':
      return qualifierOf(relation.input)
    default:
      return undefined
  }
}

function qualified(expression: Expression, qualifier: readonly string[]): Expression {
  switch (expression.kind) {
    case 'UnresolvedAttribute':
      return { ...expression, parts: [...qualifier, ...expression.parts] }
    case 'UnresolvedStar':
      return { ...expression, target: qualifier }
    default:
      return expression
  }
}
