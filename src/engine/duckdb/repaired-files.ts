import { join } from 'node:path'
import { isCondition } from '../../errors/index.ts'
import { mergeStructs } from '../../formats/merge-types.ts'
import { flag } from '../../formats/read-options.ts'
import type { RepairedFile } from '../../formats/repair-file.ts'
import { repairFiles } from '../../formats/repair-files.ts'
import type { RowTarget } from '../../formats/row-writer.ts'
import { unknownFieldsError } from '../../formats/unknown-fields.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { type StructType, struct } from '../../types/data-type.ts'
import type { ScanContext } from './files-scan.ts'

/** A raw file, and what is read in its place. */
export interface Repaired extends RepairedFile {
  readonly file: RawFile
}

/** What the rows of a scan's files are to become. */
export function rowTarget(scan: FilesScan): RowTarget {
  const corruptColumn = scan.options.columnNameOfCorruptRecord ?? '_corrupt_record'
  const hasCorruptColumn = scan.dataSchema.fields.some((each) => each.name === corruptColumn)
  const reserved = [corruptColumn, '_rescued_data', '_metadata', scan.rescuedDataColumn ?? '']
  return {
    schema: struct(scan.dataSchema.fields.filter((each) => each.name !== corruptColumn)),
    onUnknownField: scan.onUnknownField,
    reservedNames: [...reserved, ...scan.partitionSchema.fields.map((each) => each.name)],
    options: scan.options,
    ...(scan.rescuedDataColumn === undefined ? {} : { rescuedColumn: scan.rescuedDataColumn }),
    ...(hasCorruptColumn ? { corruptColumn } : {}),
  }
}

/** The scan's files made readable; empty ones have no rows. Throws the scan's new fields, all of them at once. */
export async function repairedFiles(
  scan: FilesScan,
  format: 'json' | 'csv',
  context: ScanContext,
): Promise<Repaired[]> {
  const files = scan.files.filter((each) => each.sizeBytes > 0)
  const target = rowTarget(scan)
  const jobs = files.map(({ path, displayPath }, i) => ({
    format,
    file: { path, displayPath },
    target,
    copyBase: join(context.copies, String(i)),
  }))
  const totalBytes = files.reduce((sum, each) => sum + each.sizeBytes, 0)
  const repaired = await repairFiles(jobs, totalBytes, unreadable(scan))
  const unknown = repaired.flatMap((each) => each?.unknown ?? [])
  if (scan.onUnknownField === 'fail' && unknown.length > 0) {
    throw unknownFieldsError(unknown.reduce<StructType>(mergeStructs, struct([])))
  }
  return repaired.flatMap((each, i) => (each === undefined ? [] : [{ ...each, file: files[i]! }]))
}

/** Decides about a file that cannot be read: missing and damaged ones may be ignored, everything else is thrown. */
export function unreadable(scan: FilesScan): (error: unknown) => void {
  const ignoresMissing = flag(scan.options, 'ignoreMissingFiles', false)
  const ignoresCorrupt = flag(scan.options, 'ignoreCorruptFiles', false)
  return (error) => {
    const isMissing = ignoresMissing && isCondition(error, 'FAILED_READ_FILE.FILE_NOT_EXIST')
    if (!isMissing && !(ignoresCorrupt && isCondition(error, 'FAILED_READ_FILE.NO_HINT'))) throw error
  }
}
