import { alias, attribute, project } from '../../plan/build.ts'
import type { Expression, UnresolvedFunction } from '../../plan/expression.ts'
import type { Aggregate, Relation } from '../../plan/relation.ts'
import { walkExpression } from '../../plan/rewrite.ts'
import type { StructType } from '../../types/data-type.ts'
import { type Batch, stageStreaming } from './batch.ts'
import { closeGroups } from './close-groups.ts'
import { allRows, outputOver, withoutLateRows } from './group-state.ts'
import { endOfGroups, type GroupKey, meaningOf } from './grouping.ts'
import type { InputWatermark } from './input-watermark.ts'
import { inSessions, withSpans } from './session-groups.ts'

/** Aggregates that have no mergeable parts: state is the rows themselves, all of them or those of groups that are not over. */
export async function overRows(
  node: Aggregate,
  keys: readonly GroupKey[],
  watermark: InputWatermark,
  batch: Batch,
): Promise<Relation> {
  const aggregates = new KeptArguments(batch.schemaOf(node.input))
  const output = outputOver(node, keys, (each) => aggregates.keep(each as UnresolvedFunction), batch)
  const spans = withSpans(node.input, keys)
  const keyColumns = spans.keys.map((each) => alias(each.expression, each.column))
  const staged = await stageStreaming(batch, project(spans.input, [...keyColumns, ...aggregates.columns]))
  const end = endOfGroups(keys)
  const fresh = await withoutLateRows(staged, end && attribute(...end), watermark, batch)
  const { schema } = staged.scan
  const state = batch.state.operator({ kind: 'rows', schema, meaning: meaningOf(keys, aggregates.kept) })
  const input =
    end === undefined
      ? inSessions(await allRows(state, fresh.scan), keys, schema)
      : await closeGroups({ state, keys, schema, fresh, watermark }, batch)
  const grouping = keys.map((each) => attribute(each.column))
  const result = await stageStreaming(batch, { ...node, ...output, input, grouping })
  if (end === undefined) await state.append(batch.session, fresh.scan)
  return result.scan
}

/** The arguments of aggregates as columns that are kept with each row. */
class KeptArguments {
  readonly columns: Expression[] = []
  /** What each column is kept for, or a part of it. */
  readonly kept: Expression[] = []
  readonly #input: StructType

  constructor(input: StructType) {
    this.#input = input
  }

  /** The aggregate over the columns kept for it. Constants stay in their places. */
  keep(aggregate: UnresolvedFunction): Expression {
    const { filter: condition, withinGroup } = aggregate
    return {
      ...aggregate,
      arguments: this.#arguments(aggregate).map((each) => this.#column(each)),
      ...(condition !== undefined && { filter: this.#column(condition) }),
      ...(withinGroup !== undefined && {
        withinGroup: withinGroup.map((each) => ({ ...each, child: this.#column(each.child) })),
      }),
    }
  }

  /** `count(*)` counts rows and needs none of their columns; `count(DISTINCT *)` looks at all of them. */
  #arguments({ arguments: given, distinct }: UnresolvedFunction): readonly Expression[] {
    if (distinct !== true || given[0]?.kind !== 'UnresolvedStar') return given
    return this.#input.fields.map((each) => attribute(each.name))
  }

  #column(expression: Expression): Expression {
    const readsColumn = [...walkExpression(expression)].some((each) => each.kind === 'UnresolvedAttribute')
    if (!readsColumn) return expression
    const name = `__arg_${this.columns.length}`
    this.columns.push(alias(expression, name))
    this.kept.push(expression)
    return attribute(name)
  }
}
