import { isCondition, PipelineError } from '../../errors/index.ts'
import { analyze } from '../../plan/analyzer/analyze.ts'
import { filter } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import type { ResolvedExpression } from '../../plan/resolved.ts'
import type { AddFile } from '../log/actions.ts'
import type { Snapshot } from '../snapshot.ts'
import { compileCondition } from './skipping/compile-condition.ts'
import { type FileColumns, type FileFacts, type FileView, fileColumns } from './skipping/file-columns.ts'
import { type Outcomes, TRUE } from './skipping/range.ts'

export type { FileFacts }

/** What is asked of a file of the log, by its partition values and statistics alone. */
export type FileTest = (file: AddFile) => boolean

export interface MatchOptions {
  /** A name by which conditions may qualify the table's columns. */
  readonly alias?: string
  /** `current_timestamp()` will be this, microseconds since the epoch, or up to an hour later; unknown when left out. */
  readonly timestampMicros?: bigint
}

/**
 * Whether a file may hold a row for which a condition over the table's columns is true. False is certain, true is not:
 * what the log does not tell, or what cannot be decided from bounds, may match. Parts of the condition that name anything
 * else than the table's columns count as true.
 */
export function fileMayMatch(facts: FileFacts, condition: Expression, options: MatchOptions = {}): FileTest {
  return conditionsTest(facts, resolvedParts(facts, condition, options), options)
}

/** Whether a condition is true for every row of a file by its partition values alone. True is certain, false is not. */
export function partitionFilter(
  facts: FileFacts,
  condition: Expression,
  options: MatchOptions = {},
): FileTest {
  const parts = conjunctsOf(condition).map((each) => resolved(facts, each, options))
  const compiled = parts.flatMap((each) => (each === undefined ? [] : [compiledPart(facts, each, options)]))
  if (compiled.length < parts.length || compiled.some((each) => each.columns.usesStatistics())) {
    return () => false
  }
  return (file) => compiled.every(({ outcomes }) => outcomes({ file }) === TRUE)
}

/** The files of a version that may hold a row for which all conditions are true. */
export function matchingFiles(
  snapshot: Snapshot,
  conditions: readonly Expression[],
  options: MatchOptions = {},
): readonly AddFile[] {
  const parts = conditions.flatMap((each) => resolvedParts(snapshot.metadata, each, options))
  return filesWhere(snapshot, conditionsTest(snapshot.metadata, parts, options))
}

/** The files of a version that pass a test, in the log's order. */
export function filesWhere(snapshot: Snapshot, test: FileTest): readonly AddFile[] {
  const files: AddFile[] = []
  for (const file of snapshot.files()) if (test(file)) files.push(file)
  return files
}

/** Whether a file may hold a row for which all resolved conditions are true; their columns are the table's, by name. */
export function conditionsTest(
  facts: FileFacts,
  conditions: readonly ResolvedExpression[],
  options: Pick<MatchOptions, 'timestampMicros'> = {},
): FileTest {
  const parts = conditions.map((each) => compiledPart(facts, each, options))
  const byValues = parts.filter((each) => !each.columns.usesStatistics())
  const byStatistics = parts.filter((each) => each.columns.usesStatistics())
  const cases = nanCases(new Set(byStatistics.flatMap((each) => [...each.columns.floatPaths])))
  return (file) => {
    const view: FileView = { file }
    for (const { outcomes } of byValues) if ((outcomes(view) & TRUE) === 0) return false
    if (byStatistics.length === 0) return true
    return cases.some((nanPaths) => {
      view.nanPaths = nanPaths
      return byStatistics.every(({ outcomes }) => (outcomes(view) & TRUE) !== 0)
    })
  }
}

interface CompiledPart {
  readonly columns: FileColumns
  readonly outcomes: (view: FileView) => Outcomes
}

function compiledPart(
  facts: FileFacts,
  condition: ResolvedExpression,
  { timestampMicros }: Pick<MatchOptions, 'timestampMicros'>,
): CompiledPart {
  const columns = fileColumns(facts)
  return { columns, outcomes: compileCondition(condition, { column: columns.column, timestampMicros }) }
}

/** Beyond so many floating-point columns the cases grow too many. */
const MAX_SPLIT = 4

/**
 * Statistics do not cover NaN, which sorts above all: a row has it in some of the floating-point columns or in none, and
 * each case is looked at by itself. Undefined stands for all cases at once, which tells less.
 */
function nanCases(paths: ReadonlySet<string>): readonly (ReadonlySet<string> | undefined)[] {
  const list = [...paths]
  if (list.length > MAX_SPLIT) return [undefined]
  return Array.from(
    { length: 2 ** list.length },
    (_, bits) => new Set(list.filter((_path, index) => (bits >> index) & 1)),
  )
}

function resolvedParts(facts: FileFacts, condition: Expression, options: MatchOptions): ResolvedExpression[] {
  return conjunctsOf(condition).flatMap((each) => resolved(facts, each, options) ?? [])
}

function conjunctsOf(condition: Expression): readonly Expression[] {
  if (condition.kind !== 'UnresolvedFunction' || condition.name !== 'and') return [condition]
  return condition.arguments.flatMap(conjunctsOf)
}

/** Undefined for a condition that does not stand over the table alone; its own statement reports what is wrong in it. */
function resolved(
  { schema }: FileFacts,
  condition: Expression,
  { alias }: MatchOptions,
): ResolvedExpression | undefined {
  const scan: Relation = { kind: 'Scan', input: { kind: 'parquet', paths: [] }, schema }
  const input: Relation = alias === undefined ? scan : { kind: 'SubqueryAlias', input: scan, alias }
  try {
    const relation = analyze(filter(input, condition), { ansi: true, resolveLeaf: () => ({ schema }) })
    return relation.kind === 'Filter' ? relation.condition : undefined
  } catch (error) {
    if (error instanceof PipelineError && !isCondition(error, 'INTERNAL_ERROR')) return undefined
    throw error
  }
}
