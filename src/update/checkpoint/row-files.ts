import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { EngineSession, WriteResult } from '../../engine/engine.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'
import { storedSchema } from './stored-schema.ts'

/** Rows in files of a checkpoint. */
export interface RowFiles extends WriteResult {
  /** Where the files are, in their order; no file where there are no rows. */
  readonly paths: readonly string[]
}

/** Writes a query's rows as Parquet files, durable and under names that no others have, `<prefix>-<uuid>.parquet`. */
export async function writeRowFiles(
  {
    storage,
    folder,
    prefix,
  }: { readonly storage: Storage; readonly folder: string; readonly prefix: string },
  session: EngineSession,
  query: Relation,
  schema: StructType,
): Promise<RowFiles> {
  const staging = await storage.stagingPath(folder)
  try {
    const written = await session.write({
      query,
      schema: storedSchema(schema),
      partitionColumns: [],
      folder: staging,
    })
    const files = written.files.map(({ localPath }) => ({
      local: localPath,
      path: `${folder}/${prefix}-${randomUUID()}.parquet`,
    }))
    await storage.publish(files)
    return { ...written, paths: files.map((each) => each.path) }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** The rows of files that `writeRowFiles` wrote with this schema. */
export async function scanRowFiles(
  storage: Storage,
  files: readonly string[],
  schema: StructType,
): Promise<Scan> {
  const paths = await Promise.all(files.map((each) => storage.localize(each)))
  return { kind: 'Scan', input: { kind: 'parquet', paths }, schema }
}
