import { nearest, PipelineError, type Position } from '../../errors/index.ts'
import type { ReadOptions } from '../../formats/read-options.ts'
import { parseByteSize } from '../../types/byte-size.ts'
import { sameName } from '../../types/same-name.ts'
import { checkValue, durationMs, invalid, momentMs } from '../option-value.ts'
import { FILE_OPTIONS, LOADER_OPTIONS, type OptionEntry, STREAM_OPTIONS } from './option-table.ts'

export type FileFormat = 'json' | 'csv' | 'parquet' | 'text'

const EVOLUTION_MODES = [
  'addNewColumns',
  'addNewColumnsWithTypeWidening',
  'rescue',
  'failOnNewColumns',
  'none',
] as const
export type EvolutionMode = (typeof EVOLUTION_MODES)[number]

/** Options of a files source, checked and with their defaults. */
export interface FilesOptions {
  /** Undefined where `read_files` is to find out from the files. */
  readonly format?: FileFormat
  /** Reader options by their documented names. */
  readonly read: ReadOptions
  readonly inferColumnTypes: boolean
  readonly schemaHints?: string
  readonly schemaEvolutionMode: EvolutionMode
  readonly rescuedDataColumn?: string
  readonly schemaLocation?: string
  readonly includeExistingFiles: boolean
  readonly maxFilesPerTrigger: number
  readonly maxBytesPerTrigger?: number
  /** Milliseconds. */
  readonly maxFileAge?: number
  readonly allowOverwrites: boolean
  readonly cleanSource?: CleanSource
  /** Undefined: every `k=v` folder is a column. */
  readonly partitionColumns?: readonly string[]
  readonly useStrictGlobber: boolean
  readonly fileNamePattern?: string
  /** `recursiveFileLookup`: folders are not partitions. */
  readonly ignoresPartitions: boolean
  /** Milliseconds since the epoch, exclusive. */
  readonly modifiedAfter?: number
  readonly modifiedBefore?: number
  /** Names that were accepted and mean nothing here, for a warning. */
  readonly ignored: readonly string[]
}

export interface CleanSource {
  readonly action: 'DELETE' | 'MOVE'
  readonly moveDestination?: string
  /** Milliseconds. */
  readonly retentionMs: number
}

/** What the options are given to: `spark` is `spark.read.format('json')` and its kin. */
export type Dialect = 'cloudFiles' | 'read_files' | 'spark'

/** What the options belong to. */
export interface OptionContext {
  /** As in a DataSource: `cloudFiles`, `read_files`, `json` ... */
  readonly format: string
  readonly hasSchema: boolean
  readonly position?: Position
}

const FORMATS: readonly string[] = ['json', 'csv', 'parquet', 'text']
const PREFIX = 'cloudFiles.'

export function dialectOf(format: string): Dialect {
  if (/^cloudfiles$/i.test(format)) return 'cloudFiles'
  return /^(read_files|cloud_files)$/i.test(format) ? 'read_files' : 'spark'
}

/**
 * Checks options as they were written and gives them their defaults. Names ignore case.
 * Throws CF_UNKNOWN_OPTION_KEYS_ERROR, CF_FILE_FORMAT_REQUIRED, CF_UNSUPPORTED_FORMAT, CF_ADD_NEW_NOT_SUPPORTED,
 * CF_INVALID_SCHEMA_EVOLUTION_MODE, INVALID_OPTION_VALUE.
 */
export function parseOptions(
  written: Readonly<Record<string, string>>,
  context: OptionContext,
): FilesOptions {
  try {
    return new OptionReader(written, context).parse()
  } catch (error) {
    if (error instanceof PipelineError) throw error.at({ position: context.position })
    throw error
  }
}

interface Known {
  readonly name: string
  readonly entry: OptionEntry
  readonly isLoaderOption: boolean
}

class OptionReader {
  readonly #context: OptionContext
  readonly #dialect: Dialect
  readonly #known: ReadonlyMap<string, Known>
  readonly #loader = new Map<string, string>()
  readonly #read: Record<string, string> = {}
  readonly #ignored: string[] = []

  constructor(written: Readonly<Record<string, string>>, context: OptionContext) {
    this.#context = context
    this.#dialect = dialectOf(context.format)
    this.#known = knownOptions(this.#dialect)
    // Of an unknown format no option is known.
    if (this.#dialect === 'spark') this.#format()
    const unknown: string[] = []
    for (const [name, value] of Object.entries(written)) {
      const known = this.#known.get(name.toLowerCase())
      if (known === undefined) unknown.push(name)
      else this.#take(known, value)
    }
    if (unknown.length > 0 && this.#loader.get('validateOptions')?.toLowerCase() !== 'false') {
      throw this.#unknown(unknown)
    }
    this.#ignored.push(...unknown)
  }

  parse(): FilesOptions {
    const format = this.#format()
    for (const name of Object.keys(this.#read)) this.#checkFormat(name, format)
    if (this.#dialect !== 'spark' && this.#read.header === undefined) this.#read.header = 'true'
    const schemaEvolutionMode = this.#evolutionMode()
    return {
      ...(format === undefined ? {} : { format }),
      read: this.#read,
      ...this.#schemaOptions(format),
      schemaEvolutionMode,
      ...this.#rescuedColumn(schemaEvolutionMode),
      ...this.#discoveryOptions(),
      ignored: this.#ignored,
    }
  }

  #take({ name, entry, isLoaderOption }: Known, value: string): void {
    if (entry.isRefused === true) throw new PipelineError('CF_OPTION_NOT_SUPPORTED', { option: name })
    checkValue(name, entry.kind, value)
    if (entry.isIgnored === true) this.#ignored.push(name)
    else if (isLoaderOption) this.#loader.set(name, value)
    else this.#read[name] = value
  }

  #format(): FileFormat | undefined {
    const written = this.#dialect === 'spark' ? this.#context.format : this.#loader.get('format')
    const text = written?.toLowerCase()
    if (written === undefined || text === undefined) {
      if (this.#dialect === 'read_files') return undefined
      throw new PipelineError('CF_FILE_FORMAT_REQUIRED', {})
    }
    if (FORMATS.includes(text)) return text as FileFormat
    if (text === 'delta') throw new PipelineError('CF_USE_DELTA_FORMAT', {})
    throw new PipelineError('CF_UNSUPPORTED_FORMAT', {
      format: written,
      suggestion: this.#otherFormat(written),
    })
  }

  /** A reader's own format may be `cloudFiles` or `delta` as well; the files below it may not. */
  #otherFormat(written: string): string {
    const formats = this.#dialect === 'spark' ? ['cloudFiles', 'delta', ...FORMATS] : FORMATS
    const near = nearest(written, formats)
    return near === undefined ? `Supported formats: ${formats.join(', ')}.` : `Did you mean '${near}'?`
  }

  #checkFormat(name: string, format: FileFormat | undefined): void {
    const entry: OptionEntry | undefined = (FILE_OPTIONS as Readonly<Record<string, OptionEntry>>)[name]
    if (format === undefined || entry?.formats?.includes(format) !== false) return
    delete this.#read[name]
    this.#ignored.push(name)
  }

  #schemaOptions(format: FileFormat | undefined) {
    const inferColumnTypes = this.#loaderFlag('inferColumnTypes', this.#dialect === 'read_files')
    const schemaHints = this.#loader.get('schemaHints')
    const schemaLocation = this.#loader.get('schemaLocation')
    return {
      inferColumnTypes:
        format === 'csv'
          ? this.#flag('inferSchema', inferColumnTypes)
          : this.#dialect === 'spark' || inferColumnTypes,
      ...(schemaHints === undefined ? {} : { schemaHints }),
      ...(schemaLocation === undefined ? {} : { schemaLocation }),
    }
  }

  #evolutionMode(): EvolutionMode {
    const text = this.#loader.get('schemaEvolutionMode')
    const { hasSchema } = this.#context
    if (text === undefined) {
      return this.#dialect === 'spark' || hasSchema ? 'none' : 'addNewColumns'
    }
    const mode = EVOLUTION_MODES.find((each) => sameName(each, text))
    if (mode === undefined) {
      throw new PipelineError('CF_INVALID_SCHEMA_EVOLUTION_MODE', {
        mode: text,
        modes: EVOLUTION_MODES.join(', '),
      })
    }
    if (hasSchema && (mode === 'addNewColumns' || mode === 'addNewColumnsWithTypeWidening')) {
      throw new PipelineError('CF_ADD_NEW_NOT_SUPPORTED', { mode })
    }
    return mode
  }

  #rescuedColumn(mode: EvolutionMode): { rescuedDataColumn?: string } {
    const named = this.#read.rescuedDataColumn
    delete this.#read.rescuedDataColumn
    if (named !== undefined) return named === '' ? {} : { rescuedDataColumn: named }
    return this.#dialect === 'spark' || (mode === 'none' && this.#context.hasSchema)
      ? {}
      : { rescuedDataColumn: '_rescued_data' }
  }

  #discoveryOptions() {
    const bytes = this.#loader.get('maxBytesPerTrigger')
    const age = this.#loader.get('maxFileAge')
    const columns = this.#loader.get('partitionColumns')
    const pattern = this.#read.pathGlobFilter ?? this.#read.fileNamePattern
    const { modifiedAfter, modifiedBefore } = this.#read
    const cleanSource = this.#cleanSource()
    return {
      includeExistingFiles: this.#loaderFlag('includeExistingFiles', true),
      maxFilesPerTrigger: Number(this.#loader.get('maxFilesPerTrigger') ?? 1000),
      ...(bytes === undefined ? {} : { maxBytesPerTrigger: parseByteSize(bytes)! }),
      ...(age === undefined ? {} : { maxFileAge: durationMs(age)! }),
      allowOverwrites: this.#loaderFlag('allowOverwrites', false),
      ...(cleanSource === undefined ? {} : { cleanSource }),
      ...(columns === undefined ? {} : { partitionColumns: listOf(columns) }),
      useStrictGlobber: this.#loaderFlag('useStrictGlobber', this.#dialect === 'read_files'),
      ...(pattern === undefined ? {} : { fileNamePattern: pattern }),
      ignoresPartitions: this.#dialect === 'spark' && this.#flag('recursiveFileLookup', false),
      ...(modifiedAfter === undefined ? {} : { modifiedAfter: momentMs(modifiedAfter)! }),
      ...(modifiedBefore === undefined ? {} : { modifiedBefore: momentMs(modifiedBefore)! }),
    }
  }

  #cleanSource(): CleanSource | undefined {
    const action = (this.#loader.get('cleanSource') ?? 'OFF').toUpperCase()
    if (action === 'OFF') return undefined
    if (action !== 'DELETE' && action !== 'MOVE') {
      throw invalid('cleanSource', action, 'OFF, DELETE or MOVE')
    }
    const moveDestination = this.#loader.get('cleanSource.moveDestination')
    if (action === 'MOVE' && moveDestination === undefined) {
      throw invalid('cleanSource.moveDestination', '', 'the folder to move files to')
    }
    const retention = this.#loader.get('cleanSource.retentionDuration') ?? '30 days'
    return {
      action,
      retentionMs: durationMs(retention)!,
      ...(moveDestination === undefined ? {} : { moveDestination }),
    }
  }

  #flag(name: string, otherwise: boolean): boolean {
    return (this.#read[name] ?? String(otherwise)).toLowerCase() === 'true'
  }

  #loaderFlag(name: string, otherwise: boolean): boolean {
    return (this.#loader.get(name) ?? String(otherwise)).toLowerCase() === 'true'
  }

  #unknown(names: readonly string[]): PipelineError {
    const candidates = [...this.#known.values()].map(({ name, isLoaderOption }) =>
      this.#spelled(name, isLoaderOption),
    )
    const near = names.flatMap((name) => nearest(name, candidates) ?? [])
    const suggestion =
      near.length > 0
        ? `Did you mean ${near.join(', ')}?`
        : 'docs/auto-loader.md lists the options that there are.'
    return new PipelineError('CF_UNKNOWN_OPTION_KEYS_ERROR', { optionList: names.join(', '), suggestion })
  }

  #spelled(name: string, isLoaderOption: boolean): string {
    return isLoaderOption && this.#dialect === 'cloudFiles' ? `${PREFIX}${name}` : name
  }
}

/** Options of a dialect by lower-case name as written. */
function knownOptions(dialect: Dialect): Map<string, Known> {
  const known = new Map<string, Known>()
  const add = (table: Readonly<Record<string, OptionEntry>>, isLoaderOption: boolean, prefix = '') => {
    for (const [name, entry] of Object.entries(table)) {
      known.set(`${prefix}${name}`.toLowerCase(), { name, entry, isLoaderOption })
    }
  }
  add(FILE_OPTIONS, false)
  if (dialect === 'cloudFiles') add(LOADER_OPTIONS, true, PREFIX)
  else add(dialect === 'read_files' ? LOADER_OPTIONS : STREAM_OPTIONS, true)
  return known
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}
