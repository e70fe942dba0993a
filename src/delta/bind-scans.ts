import { PipelineError } from '../errors/index.ts'
import { analyze } from '../plan/analyzer/analyze.ts'
import { scanConditions } from '../plan/pushdown.ts'
import type { Relation, Scan } from '../plan/relation.ts'
import { transform } from '../plan/rewrite.ts'
import type { Storage } from '../storage/storage.ts'
import { conditionsTest, filesWhere, type MatchOptions } from './files/file-match.ts'
import { deltaScanOf, emptyScanOf, rowMetadata } from './scan.ts'
import type { Snapshot } from './snapshot.ts'

/** The version of a table that a Scan of a query reads. */
export interface ScannedVersion {
  readonly snapshot: Snapshot
  readonly storage: Storage
}

/** A Scan of a version of which no file is chosen yet: `bindScans` does, once the query around it is known. */
export function unboundScan(snapshot: Snapshot): Scan {
  const { metadata } = snapshot
  const hidden = rowMetadata(metadata)
  const input = emptyScanOf(snapshot)
  return { kind: 'Scan', input, schema: metadata.schema, ...(hidden !== undefined && { hidden }) }
}

/**
 * A query with the files in its Scans that can have a part in the result: those that partition values and statistics rule
 * out are neither fetched nor opened, nor their deletion vectors. Throws what `deltaScanOf` throws.
 */
export async function bindScans(
  query: Relation,
  versions: ReadonlyMap<Scan, ScannedVersion>,
  options: Pick<MatchOptions, 'timestampMicros'> & { readonly ansi?: boolean } = {},
): Promise<Relation> {
  const conditions = conditionsIn(query, options.ansi ?? true)
  const bound = new Map<Relation, Relation>()
  for (const [scan, { snapshot, storage }] of versions) {
    const test = conditionsTest(snapshot.metadata, conditions.get(scan) ?? [], options)
    const input = await deltaScanOf(snapshot, storage, filesWhere(snapshot, test))
    bound.set(scan, { ...scan, input })
  }
  return transform(query, (node) => bound.get(node) ?? node)
}

/** A query that the analyzer refuses has no conditions: whoever runs it gets to see the error. */
function conditionsIn(query: Relation, ansi: boolean): ReturnType<typeof scanConditions> {
  try {
    const resolveLeaf = (): never => {
      throw new PipelineError('INTERNAL_ERROR', { detail: 'a leaf is not bound' })
    }
    return scanConditions(analyze(query, { ansi, resolveLeaf }))
  } catch (error) {
    if (error instanceof PipelineError) return new Map()
    throw error
  }
}
