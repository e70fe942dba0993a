import { Buffer } from 'node:buffer'
import { PipelineError } from '../errors/index.ts'
import type { DataType, StructType } from '../types/data-type.ts'
import { mergeTypes } from './merge-types.ts'
import { type ReadMode, type ReadOptions, readMode } from './read-options.ts'

/** What the rows of a scan's files are to become. */
export interface RowTarget {
  /** Columns to fill; partition columns, rescued-data and corrupt-record column left out. */
  readonly schema: StructType
  readonly rescuedColumn?: string
  /** Where mode PERMISSIVE puts the text of a malformed record. */
  readonly corruptColumn?: string
  readonly onUnknownField: 'fail' | 'rescue' | 'ignore'
  /** Names that a field may have without being a new column: partition columns and the like. */
  readonly reservedNames: readonly string[]
  readonly options: ReadOptions
}

/** What became of one value or record: what its column holds, and what it does not. */
export interface Fitted {
  /** JSON text that DuckDB reads into the column's type exactly; undefined is NULL. */
  readonly column?: string
  /**
   * JSON text of what did not fit, in the value's own shape: an object with the fields concerned, an array with null
   * where an element fitted, else the value.
   */
  readonly rescued?: string
  /** Fields that the schema lacks, with their inferred types, in the value's own shape. */
  readonly unknown?: DataType
  /** True when something other than an unknown field did not fit. */
  readonly isMismatch?: boolean
}

/** Turns fitted records into lines of JSON that DuckDB's typed reader puts into the target's columns exactly. */
export class RowWriter {
  readonly target: RowTarget
  readonly #mode: ReadMode
  readonly #reserved: ReadonlySet<string>
  #unknown: StructType | undefined

  constructor(target: RowTarget) {
    this.target = target
    this.#mode = readMode(target.options)
    this.#reserved = new Set(target.reservedNames.map((each) => each.toLowerCase()))
  }

  /** Fields met so far that the schema lacks; undefined where there are none. */
  get unknown(): StructType | undefined {
    return this.#unknown
  }

  /** Takes note of fields that the schema lacks. */
  noteUnknown(type: DataType): void {
    if (type.kind !== 'struct') return
    const fields = type.fields.filter((each) => !this.#reserved.has(each.name.toLowerCase()))
    if (fields.length === 0) return
    const found: StructType = { kind: 'struct', fields }
    this.#unknown = this.#unknown === undefined ? found : (mergeTypes(this.#unknown, found) as StructType)
  }

  /** The line of one record; `text` is the record's own. Without a rescued-data column a misfit makes it malformed. */
  row(fitted: Fitted, text: string, filePath: string): string[] {
    if (fitted.unknown !== undefined) this.noteUnknown(fitted.unknown)
    const columns = fitted.column ?? '{}'
    if (this.target.rescuedColumn !== undefined) return [this.#line(columns, fitted.rescued, filePath)]
    if (fitted.isMismatch !== true) return [columns]
    if (this.#mode !== 'PERMISSIVE') return this.corrupt(text, filePath)
    const { corruptColumn } = this.target
    return [corruptColumn === undefined ? columns : withMember(columns, corruptColumn, text)]
  }

  /**
   * The line of a record that cannot be parsed. PERMISSIVE keeps its text in the corrupt-record column, else in the rescued
   * data; bytes that are no UTF-8 are kept in base64 beside their readable form. DROPMALFORMED drops it, FAILFAST throws
   * MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION.
   */
  corrupt(text: string, filePath: string, bytes?: Uint8Array): string[] {
    const { rescuedColumn, corruptColumn } = this.target
    if (this.#mode === 'DROPMALFORMED') return []
    if (this.#mode === 'FAILFAST') {
      throw new PipelineError('MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION', {
        badRecord: text.slice(0, 200),
        path: filePath,
      })
    }
    const record = JSON.stringify(text.toWellFormed())
    const base64 =
      bytes === undefined ? '' : `,"_corrupt_record_base64":"${Buffer.from(bytes).toString('base64')}"`
    if (corruptColumn !== undefined && (base64 === '' || rescuedColumn === undefined)) {
      return [`{${JSON.stringify(corruptColumn)}:${record}}`]
    }
    if (rescuedColumn === undefined) return ['{}']
    return [this.#line('{}', `{"_corrupt_record":${record}${base64}}`, filePath)]
  }

  #line(columns: string, rescued: string | undefined, filePath: string): string {
    if (rescued === undefined) return columns
    const path = JSON.stringify(filePath)
    return withMember(columns, this.target.rescuedColumn!, `${rescued.slice(0, -1)},"_file_path":${path}}`)
  }
}

function withMember(object: string, name: string, text: string): string {
  const separator = object === '{}' ? '' : ','
  return `${object.slice(0, -1)}${separator}${JSON.stringify(name)}:${JSON.stringify(text)}}`
}

/** `"name":text`, a member of a JSON object. */
export function member(name: string, text: string): string {
  return `${JSON.stringify(name)}:${text}`
}
