import { commitStamp, DeltaTable } from '../../delta/index.ts'
import type { Storage } from '../../storage/index.ts'

/** What a batch record keeps of a table that is read as it stands. */
export interface TablePin {
  readonly version: number
  /** Of the version's commit: a table that was made anew in the same place has another. Absent where the log has no such file. */
  readonly commit?: string
}

/** A table's newest version, or the one that is given; undefined where there is no table. */
export async function pinTable(storage: Storage, wanted?: number): Promise<TablePin | undefined> {
  const version = wanted ?? (await DeltaTable.latestVersion(storage))
  if (version === undefined) return undefined
  const commit = await commitStamp(storage, version)
  return { version, ...(commit !== undefined && { commit }) }
}

/** The version that a pin names; undefined where it is none of a table. Records of before have the number alone. */
export function pinnedVersion(pin: unknown): number | undefined {
  if (typeof pin === 'number') return pin
  const version = (pin as Partial<TablePin> | null | undefined)?.version
  return typeof version === 'number' ? version : undefined
}

/** Whether the table that was pinned is the one that is there now. */
export async function isPinnedTable(storage: Storage, pin: unknown): Promise<boolean> {
  const { version, commit } = pin as Partial<TablePin>
  return version === undefined || commit === undefined || (await commitStamp(storage, version)) === commit
}
