import { Column, type ColumnOrName, columnOf } from '../plan/column.ts'
import type { Expression } from '../plan/expression.ts'
import { literalOf } from '../plan/literal.ts'
import type { Aggregate, Relation } from '../plan/relation.ts'
import { callSite } from './call-site.ts'
import { DataFrame } from './dataframe.ts'
import type { OutputName } from './typed-columns.ts'

/** Rows of a DataFrame in groups, waiting for what is computed of each. `Keys` are the names of the grouping columns. */
export class GroupedData<Keys extends string = string> {
  readonly #input: Relation
  readonly #groupType: Aggregate['groupType']
  readonly #keys: readonly Expression[]

  constructor(input: Relation, groupType: 'groupby' | 'rollup' | 'cube', keys: readonly ColumnOrName[]) {
    this.#input = input
    this.#groupType = groupType
    this.#keys = keys.map((each) => columnOf(each).expression)
  }

  /** `SELECT keys, aggregates FROM input GROUP BY keys` */
  agg<const Items extends readonly Column[]>(
    ...aggregates: Items
  ): DataFrame<Keys | OutputName<Items[number], never>> {
    return new DataFrame({
      kind: 'Aggregate',
      input: this.#input,
      groupType: this.#groupType,
      grouping: this.#keys.map((each) => (each.kind === 'Alias' ? each.child : each)),
      expressions: [...this.#keys, ...aggregates.map((each) => each.expression)],
      position: callSite(),
    })
  }

  /** `SELECT keys, count(*) AS count FROM input GROUP BY keys` */
  count(): DataFrame<Keys | 'count'> {
    const count: Expression = { kind: 'UnresolvedFunction', name: 'count', arguments: [literalOf(1)] }
    return this.agg(new Column<'count'>({ kind: 'Alias', child: count, name: 'count' }))
  }
}
