import { join } from 'node:path'
import { csvRows } from '../../formats/csv/csv-rows.ts'
import { RowWriter } from '../../formats/row-writer.ts'
import { unknownFieldsError } from '../../formats/unknown-fields.ts'
import type { FilesScan } from '../../plan/scan.ts'
import type { FileRelation } from './file-columns.ts'
import type { ScanContext } from './files-scan.ts'
import { ndjsonRelation, readableFiles, rowTarget, writeRows } from './ndjson-relation.ts'

/** Rows of CSV files, parsed by Spark's rules and handed to DuckDB as typed JSON lines. */
export async function readCsvFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const writer = new RowWriter(rowTarget(scan))
  const readable = await readableFiles(scan, (file, index) =>
    writeRows(file, join(context.copies(), `${index}.json`), csvRows(file, writer)),
  )
  if (scan.onUnknownField === 'fail' && writer.unknown !== undefined) throw unknownFieldsError(writer.unknown)
  return ndjsonRelation(writer.target, readable, context)
}
