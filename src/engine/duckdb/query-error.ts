import { type Condition, PipelineError } from '../../errors/index.ts'
import { runtimeError } from '../../sql/duckdb/runtime-error.ts'

/** DuckDB's messages by what they mean, the first match wins. */
const MEANINGS: readonly { readonly pattern: RegExp; readonly condition: Condition }[] = [
  { pattern: /INTERRUPT Error|Interrupted!/, condition: 'OPERATION_CANCELED' },
  {
    pattern: /No space left on device|failed to offload data block|Disk quota|max_temp_directory_size/i,
    condition: 'ENGINE_OUT_OF_DISK',
  },
  { pattern: /Out of Memory Error/, condition: 'ENGINE_OUT_OF_MEMORY' },
]

/**
 * What DuckDB threw, as a catalogued condition. Errors that are catalogued already pass; what nothing matches keeps
 * DuckDB's first line. A query that does not bind is our bug: the analyzer accepted what the printer got wrong.
 */
export function toPipelineError(error: unknown, sql: string): PipelineError {
  if (error instanceof PipelineError) return error
  const text = error instanceof Error ? error.message : String(error)
  const known = runtimeError(text)
  if (known !== undefined) {
    return new PipelineError(known.condition, known.parameters as never, { cause: error })
  }
  const detail = firstLine(text)
  const file = unreadableFile(detail)
  if (file !== undefined) return new PipelineError(file.condition, file.parameters as never, { cause: error })
  const overflow = castOverflow(detail)
  if (overflow !== undefined) return new PipelineError('CAST_OVERFLOW', overflow, { cause: error })
  if (/^(Binder|Parser|Catalog) Error/.test(text)) {
    return new PipelineError('INTERNAL_ERROR', { detail: `${detail}\n${sql}` }, { cause: error })
  }
  const condition = MEANINGS.find((each) => each.pattern.test(text))?.condition ?? 'ENGINE_FAILED'
  return new PipelineError(condition, { detail } as never, { cause: error })
}

/** A Parquet file that is gone, or that is none. */
function unreadableFile(detail: string) {
  const [, filePath] =
    /^No files found that match the pattern "(.+\.parquet)"/.exec(detail) ??
    /^Cannot open file "(.+\.parquet)": No such file/.exec(detail) ??
    []
  if (filePath !== undefined)
    return { condition: 'DELTA_FILE_NOT_FOUND_DETAILED', parameters: { filePath } } as const
  const [, reason, path] =
    /^(No magic bytes found at end of file|.*footer.*file) '(.+\.parquet)'/.exec(detail) ?? []
  if (path === undefined) return undefined
  return {
    condition: 'FAILED_READ_FILE.NO_HINT',
    parameters: { path, reason: `it is no whole Parquet file (${reason})` },
  } as const
}

const SPARK_TYPES: Readonly<Record<string, string>> = {
  INT8: 'TINYINT',
  INT16: 'SMALLINT',
  INT32: 'INT',
  INT64: 'BIGINT',
  INT128: 'DECIMAL(38,0)',
}

/** A number that is too large for the whole-number type that it was cast to. */
function castOverflow(detail: string) {
  const found =
    /^Type (\w+) with value (.*) can't be cast because the value is out of range for the destination type (\w+)/.exec(
      detail,
    )
  if (found === null) return undefined
  const [, from, value, to] = found
  return {
    value: value!,
    sourceType: SPARK_TYPES[from!] ?? from!,
    targetType: SPARK_TYPES[to!] ?? to!,
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.replace(/^[A-Z][A-Za-z ]* Error: /, '')
}
