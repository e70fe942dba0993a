import { checkVersions, checkVersionType, compareVersions, versionAsType } from '../../auto-cdc/index.ts'
import type { DataType } from '../../types/data-type.ts'
import { type BatchQueryOptions, withSession } from '../batch/batch-query.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { type StoredVersion, storedLiteral, userLiteral, versionOf } from './snapshot-source.ts'

/**
 * Checks that the version of a batch comes behind the last one and is what versions of `type` can be.
 * Throws AUTOCDC_SNAPSHOT_VERSION_TYPE and AUTOCDC_SNAPSHOT_VERSION_NOT_ASCENDING.
 */
export async function checkVersion(
  { run, flow }: BatchQueryOptions,
  record: BatchRecord,
  type: DataType,
  last: StoredVersion | undefined,
): Promise<void> {
  const version = versionOf(record)
  if (version === undefined) return
  const names = { flowName: flow.name, tableName: flow.target }
  await withSession(run, record, async (session) => {
    if (version.kind !== 'sql') {
      const literal = userLiteral(version)
      const [row] = await session.rows(versionAsType(literal, type))
      checkVersionType(row!, { actual: literal.dataType, expected: type }, names)
    }
    if (last === undefined) return
    const [row] = await session.rows(compareVersions(storedLiteral(last, type), storedLiteral(version, type)))
    checkVersions(row!, names)
  })
}
