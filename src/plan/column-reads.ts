import { expressionsOf, inputsOf, visitExpression } from './analyzer/walk.ts'
import type { ResolvedExpression, ResolvedRelation } from './resolved.ts'

/**
 * Which columns of a query are of use to its result. Relations and columns are met on the way down from it: a column is read above
 * what is met after it.
 */
export class ColumnReads {
  readonly #relations = new Map<ResolvedRelation, number>()
  readonly #columns = new Map<number, number>()
  #moment = 0

  constructor(result: ResolvedRelation) {
    this.#readOutput(result)
    this.#visit(result)
  }

  /** True when something above the relation, which is a part of the query, reads the column. */
  isRead(id: number, below: ResolvedRelation): boolean {
    const moment = this.#columns.get(id)
    return moment !== undefined && moment < this.#relations.get(below)!
  }

  #read(id: number): void {
    if (!this.#columns.has(id)) this.#columns.set(id, this.#moment)
  }

  #readOutput(relation: ResolvedRelation): void {
    for (const { id } of relation.output) this.#read(id)
  }

  #visit(relation: ResolvedRelation): void {
    this.#relations.set(relation, ++this.#moment)
    for (const expression of this.#expressions(relation)) this.#visitExpression(expression)
    if (relation.kind === 'Deduplicate') {
      for (const id of relation.keys ?? relation.output.map((each) => each.id)) this.#read(id)
    }
    if (relation.kind === 'WithWatermark') this.#read(relation.eventTime)
    const inputs = inputsOf(relation)
    const readsAll = relation.kind === 'SetOperation' || relation.kind === 'With'
    if (readsAll) for (const input of inputs) this.#readOutput(input)
    // A right side may read columns of the left one, a query its definitions: the later one first.
    for (const input of inputs.toReversed()) this.#visit(input)
  }

  /** What only an unread column reads is not read either. */
  #expressions(relation: ResolvedRelation): readonly ResolvedExpression[] {
    if (relation.kind !== 'Project' && relation.kind !== 'Aggregate') return expressionsOf(relation)
    const read = relation.expressions.filter((each) => this.isRead(each.column.id, relation))
    const keys = relation.kind === 'Aggregate' ? relation.grouping : []
    return [...keys, ...read.map((each) => each.expression)]
  }

  #visitExpression(expression: ResolvedExpression): void {
    visitExpression(expression, (node) => {
      if (node.kind === 'Column') this.#read(node.id)
      if (node.kind === 'Subquery') {
        this.#readOutput(node.plan)
        this.#visit(node.plan)
      }
      return undefined
    })
  }
}
