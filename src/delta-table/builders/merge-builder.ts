import {
  type MergeResult as CoreResult,
  type MergeClause,
  mergeInto,
  type TableContext,
} from '../../delta/index.ts'
import { field, type StructType, struct } from '../../types/data-type.ts'
import { checkOptions } from '../check-options.ts'
import { type Assignments, assignmentsOf, type Condition, conditionOf } from '../condition.ts'
import { type RowSource, withSource } from '../rows/row-source.ts'
import type { Workspace } from '../workspace.ts'

/** What conditions and values of a MERGE call the table and the rows: `target` and `source` by default. */
export interface MergeNames {
  readonly target?: string
  readonly source?: string
}

/** What a MERGE did; the counts are Spark's. */
export type MergeResult = Omit<CoreResult, 'snapshot'>

interface Target {
  readonly workspace: Workspace
  readonly context: () => Promise<TableContext>
  readonly schema: StructType
}

interface Head {
  readonly source: RowSource
  readonly condition: Condition
  readonly names: MergeNames
}

interface Update {
  /** Which of the rows; by default all. */
  readonly condition?: Condition
  /** Columns of the table and their new values; texts are SQL. */
  readonly set: Assignments
}

interface Insert {
  readonly condition?: Condition
  readonly values: Assignments
}

/**
 * A MERGE that is being put together, with the method names of Spark's DeltaMergeBuilder. Of the clauses of a kind, the first whose
 * condition holds decides over a row. Immutable: each method gives a new one.
 *
 * ```ts
 * const { numUpdatedRows } = await customers
 *   .merge(changes, 'target.id = source.id')
 *   .whenMatchedUpdate({ condition: 'source.ts > target.ts', set: { city: 'source.city', ts: 'source.ts' } })
 *   .whenNotMatchedInsertAll()
 *   .execute()
 * ```
 */
export class MergeBuilder {
  readonly #target: Target
  readonly #head: Head
  readonly #clauses: readonly MergeClause[]
  readonly #schemaEvolution: boolean

  constructor(target: Target, head: Head, clauses: readonly MergeClause[] = [], schemaEvolution = false) {
    this.#target = target
    this.#head = head
    this.#clauses = clauses
    this.#schemaEvolution = schemaEvolution
  }

  /** Changes columns of rows of the table that match. */
  whenMatchedUpdate(update: Update): MergeBuilder {
    return this.#withUpdate('matched', 'whenMatchedUpdate', update)
  }

  /** Takes all columns from the source's of the same names. */
  whenMatchedUpdateAll(condition?: Condition): MergeBuilder {
    return this.#with('matched', { kind: 'updateAll' }, condition)
  }

  /** Removes rows of the table that match. */
  whenMatchedDelete(condition?: Condition): MergeBuilder {
    return this.#with('matched', { kind: 'delete' }, condition)
  }

  /** Inserts rows of the source that match none of the table. */
  whenNotMatchedInsert(insert: Insert): MergeBuilder {
    checkOptions('whenNotMatchedInsert', insert, { condition: true, values: true })
    const { condition, values } = insert
    return this.#with('notMatched', { kind: 'insert', assignments: assignmentsOf(values) }, condition)
  }

  /** Inserts them with all columns. */
  whenNotMatchedInsertAll(condition?: Condition): MergeBuilder {
    return this.#with('notMatched', { kind: 'insertAll' }, condition)
  }

  /** Changes rows of the table that no row of the source matches. */
  whenNotMatchedBySourceUpdate(update: Update): MergeBuilder {
    return this.#withUpdate('notMatchedBySource', 'whenNotMatchedBySourceUpdate', update)
  }

  /** Removes them. */
  whenNotMatchedBySourceDelete(condition?: Condition): MergeBuilder {
    return this.#with('notMatchedBySource', { kind: 'delete' }, condition)
  }

  /** Columns that only the source has become columns of the table. */
  withSchemaEvolution(): MergeBuilder {
    return new MergeBuilder(this.#target, this.#head, this.#clauses, true)
  }

  /** Runs it, in one version. Throws DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE, and what inserts throw. */
  async execute(): Promise<MergeResult> {
    const { workspace, schema } = this.#target
    const { source, condition, names } = this.#head
    const context = await this.#target.context()
    // Without the defaults: what a source row leaves out is NULL, as an update must not write a default.
    const types = struct(schema.fields.map(({ name, dataType }) => field(name, dataType)))
    return withSource(source, types, workspace, async (rows) => {
      const { snapshot: _, ...result } = await mergeInto(context, {
        source: { kind: 'SubqueryAlias', input: rows, alias: names.source ?? 'source' },
        targetAlias: names.target ?? 'target',
        condition: await workspace.bindExpression(conditionOf(condition)),
        clauses: this.#clauses,
        schemaEvolution: this.#schemaEvolution || workspace.settings.mergesSchema,
      })
      return result
    })
  }

  #withUpdate(when: MergeClause['when'], method: string, update: Update): MergeBuilder {
    checkOptions(method, update, { condition: true, set: true })
    return this.#with(when, { kind: 'update', assignments: assignmentsOf(update.set) }, update.condition)
  }

  #with(
    when: MergeClause['when'],
    action: MergeClause['action'],
    condition: Condition | undefined,
  ): MergeBuilder {
    const clause = { when, action, ...(condition !== undefined && { condition: conditionOf(condition) }) }
    return new MergeBuilder(this.#target, this.#head, [...this.#clauses, clause], this.#schemaEvolution)
  }
}
