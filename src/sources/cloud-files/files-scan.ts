import { PipelineError } from '../../errors/index.ts'
import { csvDialect } from '../../formats/csv/csv-dialect.ts'
import { fitCsv } from '../../formats/csv/fit-csv.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import type { StructType } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { type FilesLeaf, formatOf } from './files-leaf.ts'
import { type FilesSchema, rootOf } from './files-schema.ts'
import type { FoundFile } from './list-files.ts'
import { partitionValuesOf } from './partition-values.ts'
import { displayPath } from './source-path.ts'

/** Files as a scan that an engine reads exactly. Throws CF_PARTITION_VALUE_MISMATCH. */
export function filesScan(
  leaf: FilesLeaf,
  { dataSchema, partitionSchema }: FilesSchema,
  files: readonly FoundFile[],
  onUnknownField: FilesScan['onUnknownField'],
): FilesScan {
  const { options } = leaf
  return {
    kind: 'files',
    format: formatOf(options, files),
    files: files.map((each) => rawFile(leaf, each, partitionSchema)),
    options: { ...options.read, schemaEvolutionMode: options.schemaEvolutionMode },
    dataSchema,
    partitionSchema,
    ...(options.rescuedDataColumn === undefined ? {} : { rescuedDataColumn: options.rescuedDataColumn }),
    onUnknownField,
  }
}

function rawFile(leaf: FilesLeaf, file: FoundFile, partitions: StructType): RawFile {
  const values = partitionValuesOf(rootOf(leaf.paths, file.path), file.path)
  const partitionValues: Record<string, string | null> = {}
  for (const { name, dataType } of partitions.fields) {
    const value = values.get(name) ?? null
    const fitted = value === null ? 'null' : fitCsv(value, dataType, csvDialect({}), { zone: 'UTC' })
    if (fitted === undefined) {
      throw new PipelineError('CF_PARTITION_VALUE_MISMATCH', {
        column: name,
        value: value ?? '',
        path: file.path,
        dataType: printDataType(dataType),
      })
    }
    partitionValues[name] = plainText(fitted)
  }
  return { ...file, displayPath: displayPath(file.path), partitionValues }
}

/** The text within JSON text: `"a"` and `12` as they are cast. */
function plainText(json: string): string | null {
  if (json === 'null') return null
  return json.startsWith('"') ? (JSON.parse(json) as string) : json
}
