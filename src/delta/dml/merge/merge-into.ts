import type { Expression } from '../../../plan/expression.ts'
import type { Relation } from '../../../plan/relation.ts'
import type { Storage } from '../../../storage/storage.ts'
import { fileMayMatch, matchingFiles } from '../../files/file-match.ts'
import type { AddFile } from '../../log/actions.ts'
import type { RowEngine, RowSession } from '../../row-engine.ts'
import { rowIdentityOf } from '../../row-tracking/row-identity.ts'
import { deltaScanOf } from '../../scan.ts'
import { checkNotAppendOnly } from '../../schema/append-only.ts'
import type { Metadata } from '../../schema/metadata.ts'
import type { Snapshot } from '../../snapshot.ts'
import type { TableContext } from '../../table-context.ts'
import type { Transaction } from '../../transaction.ts'
import { withSession } from '../../with-session.ts'
import { checkDeterministic } from '../check-condition.ts'
import { type ResolvedClause, resolveClause } from './merge-actions.ts'
import { checkClauses, type MergeClause } from './merge-clause.ts'
import { commitMerge } from './merge-commit.ts'
import { targetConditions } from './merge-files.ts'
import { findMatches, type MergeMatches } from './merge-matches.ts'
import { evolvedFor } from './merge-schema.ts'
import { type MergeNames, type MergeScope, namedSource, stageSource, targetRows } from './merge-scope.ts'
import { writeMerge } from './merge-write.ts'

export interface MergeOptions {
  /** A bound query; the alias of its columns where it is a SubqueryAlias. */
  readonly source: Relation
  readonly targetAlias?: string
  readonly condition: Expression
  readonly clauses: readonly MergeClause[]
  /** Columns that `*` or an assignment names and only the source has become columns of the table. */
  readonly schemaEvolution?: boolean
  /** A note of the user's for the history. */
  readonly userMetadata?: string
}

export interface MergeResult {
  /** The table's version after the MERGE, which is the one before where nothing was to do. */
  readonly version: number
  readonly snapshot: Snapshot
  readonly numAffectedRows: bigint
  readonly numUpdatedRows: bigint
  readonly numDeletedRows: bigint
  readonly numInsertedRows: bigint
}

/** What every step of a MERGE works with. */
export interface Merge {
  readonly context: TableContext
  readonly session: RowSession
  readonly transaction: Transaction
  readonly options: MergeOptions
  readonly scope: MergeScope
  readonly clauses: readonly ResolvedClause[]
  readonly sourceRows: bigint
  /** Files that may hold matches. */
  readonly candidates: readonly AddFile[]
  /** Files that may hold rows to change: those, or all where rows without a match are changed. */
  readonly files: readonly AddFile[]
  /** The rows of some of `files`. */
  targetOf(wanted: readonly AddFile[]): Promise<Relation>
}

/**
 * MERGE INTO: updates, deletes and inserts rows of a table by those of a source (Spark SQL's and Delta Lake's semantics).
 * The source is read once. Files are rewritten, or their rows marked deleted where the table has deletion vectors; a MERGE
 * that only inserts rewrites nothing. Throws what `checkClauses`, `resolveClause` and `findMatches` throw, what `prepareRows`
 * says of rows that break the table's rules, and the conflicts of a commit.
 */
export async function mergeInto(context: TableContext, options: MergeOptions): Promise<MergeResult> {
  checkClauses(options.clauses)
  const { metadata } = await context.table.refresh()
  const changesRows = options.clauses.some((each) => each.when !== 'notMatched')
  if (changesRows) checkNotAppendOnly(metadata, context.storage.name)
  for (const { condition } of [options, ...options.clauses]) {
    checkDeterministic(context.engine, condition, 'MERGE')
  }
  return withSession(context.engine, async (session) => {
    const startedMs = performance.now()
    const merge = await prepareMerge(context, session, options)
    const scanStartedMs = performance.now()
    const matches = await matchesOf(merge)
    const writeStartedMs = performance.now()
    const written = await writeMerge(merge, matches)
    const endedMs = performance.now()
    return commitMerge(merge, matches, written, {
      executionTimeMs: endedMs - startedMs,
      materializeSourceTimeMs: scanStartedMs - startedMs,
      scanTimeMs: writeStartedMs - scanStartedMs,
      rewriteTimeMs: endedMs - writeStartedMs,
    })
  })
}

async function prepareMerge(
  context: TableContext,
  session: RowSession,
  options: MergeOptions,
): Promise<Merge> {
  const { table, engine, storage } = context
  const transaction = table.startTransaction()
  const snapshot = transaction.readSnapshot!
  const { metadata } = snapshot
  const named = namedSource(options.source)
  const sourceSchema = engine.schemaOf(named)
  const newSchema = options.schemaEvolution ? evolvedFor(metadata, sourceSchema, options) : metadata.schema
  if (newSchema !== metadata.schema) transaction.updateMetadata({ schema: newSchema })
  const names = {
    targetAlias: options.targetAlias,
    sourceAlias: named.alias,
    evolves: options.schemaEvolution ?? false,
    targetSchema: metadata.schema,
    newSchema: transaction.metadata.schema,
    sourceSchema,
    rowIdentity: rowIdentityOf(transaction.metadata),
  }
  const clauses = resolveClauses(engine, options, names, await targetOf(transaction, storage, names, []))
  const { source, rowCount } = await stageSource(session, named)
  const scope = { ...names, source }
  const conditions = await targetConditions(session, engine, scope, options.condition)
  const candidates = matchingFiles(snapshot, conditions)
  const readsAll = options.clauses.some((each) => each.when === 'notMatchedBySource')
  if (readsAll) transaction.readsWholeTable()
  else transaction.readFiles(candidates, mayMatchAll(metadata, conditions))
  const files = readsAll ? [...snapshot.files()] : candidates
  return {
    context,
    session,
    transaction,
    options,
    scope,
    clauses,
    sourceRows: rowCount,
    candidates,
    files,
    targetOf: (wanted) => targetOf(transaction, storage, names, files, wanted),
  }
}

/** The rows of some of the files (by default all), each file known by its place among `files`. */
async function targetOf(
  { readSnapshot, metadata }: Transaction,
  storage: Storage,
  names: MergeNames,
  files: readonly AddFile[],
  wanted: readonly AddFile[] = files,
): Promise<Relation> {
  const places = new Map(files.map((file, place) => [file, place]))
  const scan = await deltaScanOf(readSnapshot!, storage, wanted)
  const indexed = scan.files.map((each, i) => ({ ...each, index: places.get(wanted[i]!)! }))
  return targetRows({ ...scan, files: indexed }, files, metadata, names)
}

function mayMatchAll(metadata: Metadata, conditions: readonly Expression[]): (file: AddFile) => boolean {
  const tests = conditions.map((each) => fileMayMatch(metadata, each))
  return (file) => tests.every((test) => test(file))
}

/** Each clause over the rows that it sees: both sides of a match, the source's alone, the target's alone. */
function resolveClauses(
  engine: RowEngine,
  options: MergeOptions,
  names: MergeNames,
  target: Relation,
): ResolvedClause[] {
  const source = namedSource(options.source)
  const matched: Relation = {
    kind: 'Join',
    left: target,
    right: source,
    joinType: 'inner',
    condition: options.condition,
  }
  engine.schemaOf(matched)
  const rows = { matched, notMatched: source, notMatchedBySource: target }
  const scope: MergeScope = { ...names, source }
  return options.clauses.map((each) => resolveClause(each, { scope, engine, rows: rows[each.when] }))
}

async function matchesOf(merge: Merge): Promise<MergeMatches> {
  const { session, candidates, files, targetOf, scope, clauses, options, context } = merge
  return findMatches(session, {
    target: await targetOf(candidates),
    wholeTarget: files === candidates ? undefined : await targetOf(files),
    source: scope.source,
    condition: options.condition,
    clauses,
    tableName: context.storage.name,
  })
}
