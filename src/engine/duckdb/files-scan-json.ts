import { join } from 'node:path'
import { isWhole } from '../../formats/infer-files.ts'
import { JsonRows } from '../../formats/json/json-rows.ts'
import { repairJsonLines } from '../../formats/json/repair-lines.ts'
import { readWholeJson } from '../../formats/json/whole-json.ts'
import { RowWriter } from '../../formats/row-writer.ts'
import { unknownFieldsError } from '../../formats/unknown-fields.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import type { FileRelation } from './file-columns.ts'
import type { ScanContext } from './files-scan.ts'
import { ndjsonRelation, type ReadableFile, readableFiles, rowTarget, writeRows } from './ndjson-relation.ts'

/** Rows of JSON files: files of lines that conform are read as they are, everything else from repaired copies. */
export async function readJsonFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const writer = new RowWriter(rowTarget(scan))
  const copyPath = (index: number) => join(context.copies(), `${index}.json`)
  const readable = await readableFiles(scan, async (file, index): Promise<ReadableFile> => {
    if (isWhole(scan.options)) return writeRows(file, copyPath(index), wholeRows(file, writer))
    return { file, ...(await repairJsonLines(file, writer, () => copyPath(index))) }
  })
  if (scan.onUnknownField === 'fail' && writer.unknown !== undefined) throw unknownFieldsError(writer.unknown)
  return ndjsonRelation(writer.target, readable, context)
}

async function* wholeRows(file: RawFile, writer: RowWriter): AsyncGenerator<string[]> {
  const rows = new JsonRows(writer, file.displayPath)
  for await (const { text, document, bytes } of readWholeJson(file, writer.target.options)) {
    yield document === undefined ? writer.corrupt(text, file.displayPath, bytes) : rows.ofDocument(document)
  }
}
