import { Buffer } from 'node:buffer'
import { type DataType, STRING, type StructType, struct, VOID } from '../types/data-type.ts'
import { inferCsvFile } from './csv/infer-csv.ts'
import { fileChunks, lineEnd } from './file-chunks.ts'
import { lineJudge } from './json/conforming-lines.ts'
import { inferJson, type JsonInference, jsonInference } from './json/infer-json.ts'
import { type JsonDocument, parseJson } from './json/parse-json.ts'
import { readWholeJson } from './json/whole-json.ts'
import { mergeStructs, mergeTypes, settleStruct } from './merge-types.ts'
import { decoderOf, flag, jsonSyntax, type ReadOptions } from './read-options.ts'

/** A file to learn from. */
export interface SampleFile {
  readonly path: string
  readonly displayPath: string
  readonly sizeBytes: number
}

export interface InferenceRequest {
  readonly format: 'json' | 'csv' | 'parquet' | 'text'
  /** In the order in which they are asked; enough of them are read to fill the sample. */
  readonly files: readonly SampleFile[]
  readonly options: ReadOptions
  /** False: every column is STRING. */
  readonly inferColumnTypes: boolean
  /** Every file is read whole: nothing rescues what a sample would miss. */
  readonly isComplete: boolean
}

/** What inference needs of an engine. */
export interface FileSchemaReader {
  /** The columns of a Parquet file. Throws FAILED_READ_FILE.*. */
  parquetSchema(localPath: string): Promise<StructType>
}

/** How much is read to infer a schema, in files and in bytes of all of them. */
const SAMPLE_FILES = 1000
const SAMPLE_BYTES = 64 << 20
const SMALLEST_SHARE = 256 << 10

/**
 * The columns of raw files, from a sample: of at most 1,000 files together some 64 MB, a share of each (all of them with `isComplete`). JSON fields are
 * sorted by name as Spark's inference does, CSV columns keep the header's order. Undefined when the sample has no rows.
 */
export async function inferFiles(
  request: InferenceRequest,
  reader: FileSchemaReader,
): Promise<StructType | undefined> {
  const files = request.files
    .filter((each) => each.sizeBytes > 0)
    .slice(0, request.isComplete ? undefined : SAMPLE_FILES)
  if (request.format === 'text')
    return struct([{ name: 'value', dataType: STRING, nullable: true, metadata: {} }])
  if (files.length === 0) return undefined
  const budget = request.isComplete ? Infinity : SAMPLE_BYTES
  const share = Math.max(SMALLEST_SHARE, Math.floor(budget / files.length))
  let type: DataType = VOID
  let read = 0
  for (const file of files) {
    if (read > budget) break
    read += Math.min(share, file.sizeBytes)
    type = await withFile(type, file, share, request, reader)
  }
  return type.kind === 'struct' && type.fields.length > 0 ? finished(type, request) : undefined
}

async function withFile(
  type: DataType,
  file: SampleFile,
  share: number,
  request: InferenceRequest,
  reader: FileSchemaReader,
): Promise<DataType> {
  switch (request.format) {
    case 'json':
      return isWhole(request.options)
        ? wholeJsonType(type, file, request)
        : new LinesInference(request, type).read(file, share)
    case 'csv':
      return mergeTypes(type, await inferCsvFile(file, share, request))
    case 'parquet': {
      const found = await reader.parquetSchema(file.path)
      return type.kind === 'struct' ? mergeStructs(type, found) : found
    }
    default:
      return type
  }
}

function finished(type: StructType, { format, options, inferColumnTypes }: InferenceRequest): StructType {
  if (format === 'parquet') return type
  const settled = settleStruct(
    format === 'json' ? sorted(type) : type,
    flag(options, 'dropFieldIfAllNull', false),
  )
  return inferColumnTypes ? settled : struct(settled.fields.map((each) => ({ ...each, dataType: STRING })))
}

/** Fields by name at every level, as Spark's JsonInferSchema leaves them. */
function sorted<T extends DataType>(type: T): T {
  if (type.kind === 'array') return { ...type, elementType: sorted(type.elementType) }
  if (type.kind !== 'struct') return type
  const fields = type.fields.map((each) => ({ ...each, dataType: sorted(each.dataType) }))
  return { ...type, fields: fields.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) }
}

/** True where a file is no sequence of lines in UTF-8. */
export function isWhole(options: ReadOptions): boolean {
  return (
    flag(options, 'multiLine', false) || options.lineSep !== undefined || decoderOf(options) !== undefined
  )
}

async function wholeJsonType(type: DataType, file: SampleFile, request: InferenceRequest): Promise<DataType> {
  const inference = jsonInference(request.options)
  let result = type
  for await (const record of readWholeJson(file, request.options)) {
    if (record.document !== undefined) result = mergeTypes(result, rowsType(record.document, inference))
  }
  return result
}

const LF = 10

/**
 * JSON lines: those that the type so far already holds are passed over at the judge's speed, the others are parsed and
 * widen it.
 */
class LinesInference {
  readonly #inference: JsonInference
  readonly #options: ReadOptions
  #type: DataType

  constructor(request: InferenceRequest, type: DataType) {
    this.#inference = jsonInference(request.options)
    this.#options = request.options
    this.#type = type
  }

  async read(file: SampleFile, limit: number): Promise<DataType> {
    const syntax = jsonSyntax(this.#options)
    let judge = this.#judge()
    for await (const { bytes, end, isCut } of fileChunks(file.path, file.displayPath, limit)) {
      // A sample may end within a line.
      const stop = isCut ? Math.max(bytes.lastIndexOf(LF, end - 1) + 1, 0) : end
      let at = 0
      while (at < stop) {
        at = judge?.scan(bytes, at, stop) ?? at
        if (at >= stop) break
        const next = Math.min(lineEnd(bytes, at), stop)
        const before = this.#type
        this.#take(
          parseJson(
            Buffer.from(bytes.subarray(at, next))
              .toString()
              .replace(/^\uFEFF/, ''),
            syntax,
          ),
        )
        if (this.#type !== before) judge = this.#judge()
        at = next + 1
      }
    }
    return this.#type
  }

  #judge() {
    const options = this.#inference
    // A text could be more than the type says only where texts are looked into.
    const canPass = options.timestamp === undefined && !options.prefersDecimal && !options.primitivesAsString
    return canPass && this.#type.kind === 'struct' ? lineJudge(this.#type, false) : undefined
  }

  #take(document: JsonDocument | { error: string }): void {
    if ('error' in document) return
    const merged = mergeTypes(this.#type, rowsType(document, this.#inference))
    if (!sameShape(merged, this.#type)) this.#type = merged
  }
}

function sameShape(a: DataType, b: DataType): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The type of a document's rows; an array at the top is a row for each of its objects. */
function rowsType(document: JsonDocument, inference: JsonInference): DataType {
  let type: DataType = VOID
  for (const root of document.roots) {
    for (const row of root.kind === 'array' ? root.items : [root]) {
      if (row.kind === 'object') type = mergeTypes(type, inferJson(document, row, inference))
    }
  }
  return type
}
