import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../../shared/golden')

/**
 * Whether the golden tables, which no clone carries, lie beside it. In CI their absence is a failure, unless whoever started
 * it says with `MILLRACE_GOLDEN=absent` that it is known.
 */
export const hasGolden = existsSync(root)
const isExpected = process.env.CI === 'true' && process.env.MILLRACE_GOLDEN !== 'absent'
if (!hasGolden && isExpected) throw new Error(`golden tables are missing: ${root}`)

/** What another reader found in a table made by another system. */
export interface GoldenTable {
  readonly name: string
  readonly folder: string
  readonly outcome: 'read' | 'log-only' | 'refuse'
  readonly description: string
  readonly latestVersion: number
  readonly rows: number
  readonly sha256: string
  readonly numFiles: number
  readonly sizeInBytes: number
  readonly addPaths: readonly string[]
  readonly filesWithDV: number
  readonly tombstones: number
  readonly protocol: {
    readonly minReaderVersion: number
    readonly minWriterVersion: number
    readonly readerFeatures: readonly string[] | null
    readonly writerFeatures: readonly string[] | null
  }
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] }
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  readonly txn: Readonly<Record<string, number>>
  readonly domainMetadata: Readonly<Record<string, string>>
  readonly tableId: string
  /** Versions that have a checkpoint, and of which kinds: classic, multi-part, UUID-named. */
  readonly checkpoints: readonly number[]
  readonly checkpointKinds: readonly ('c' | 'm' | 'u')[]
  /** Version, operation, milliseconds since the epoch. */
  readonly history: readonly (readonly [number, string | null, number | null])[]
  readonly versions: readonly {
    readonly version: number
    readonly numFiles?: number
    readonly rows?: number
    readonly sha256?: string
    readonly error?: string
  }[]
  /** The change feed of each version, for tables that have one. */
  readonly cdf?: readonly {
    readonly version: number
    readonly cdfEnabled?: boolean
    readonly counts?: Readonly<Record<string, number>>
    readonly sha256?: string
    readonly error?: string
  }[]
}

export function goldenTables(): GoldenTable[] {
  if (!hasGolden) return []
  return readdirSync(`${root}/expected`)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const expected = JSON.parse(readFileSync(`${root}/expected/${name}`, 'utf8')) as GoldenTable
      return { ...expected, folder: `${root}/tables/${expected.name}` }
    })
}

export function goldenTable(name: string): GoldenTable {
  const found = goldenTables().find((each) => each.name === name)
  if (found === undefined) throw new Error(`no golden table ${name}`)
  return found
}
