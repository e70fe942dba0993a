import type { FilesScan } from '../../plan/scan.ts'
import type { FileRelation } from './file-columns.ts'
import type { ScanContext } from './files-scan.ts'
import { ndjsonRelation } from './ndjson-relation.ts'
import { repairedFiles, rowTarget } from './repaired-files.ts'

/** Rows of JSON files: files of lines that conform are read as they are, everything else from repaired copies. */
export async function readJsonFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const files = await repairedFiles(scan, 'json', context)
  return ndjsonRelation(rowTarget(scan), files, context)
}
