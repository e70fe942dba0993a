import { type Condition, PipelineError } from '../../errors/index.ts'
import { raisedCondition } from '../../sql/duckdb/prelude/raise.ts'

/** DuckDB's messages by what they mean, the first match wins. */
const MEANINGS: readonly { readonly pattern: RegExp; readonly condition: Condition }[] = [
  { pattern: /INTERRUPT Error|Interrupted!/, condition: 'OPERATION_CANCELED' },
  {
    pattern: /No space left on device|failed to offload data block|Disk quota|max_temp_directory_size/i,
    condition: 'ENGINE_OUT_OF_DISK',
  },
  { pattern: /Out of Memory Error/, condition: 'ENGINE_OUT_OF_MEMORY' },
  { pattern: /Out of Range Error|Overflow/, condition: 'ARITHMETIC_OVERFLOW' },
  { pattern: /Conversion Error/, condition: 'CAST_INVALID_INPUT' },
]

/**
 * What DuckDB threw, as a catalogued condition. Errors that are catalogued already pass; what nothing matches keeps
 * DuckDB's first line. A query that does not bind is our bug: the analyzer accepted what the printer got wrong.
 */
export function toPipelineError(error: unknown, sql: string): PipelineError {
  if (error instanceof PipelineError) return error
  const text = error instanceof Error ? error.message : String(error)
  const raised = raisedCondition(text)
  if (raised !== undefined) {
    return new PipelineError(raised.condition, raised.parameters as never, { cause: error })
  }
  const detail = firstLine(text)
  if (/^(Binder|Parser|Catalog) Error/.test(text)) {
    return new PipelineError('INTERNAL_ERROR', { detail: `${detail}\n${sql}` }, { cause: error })
  }
  const condition = MEANINGS.find((each) => each.pattern.test(text))?.condition ?? 'ENGINE_FAILED'
  return new PipelineError(condition, { detail } as never, { cause: error })
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.replace(/^[A-Z][A-Za-z ]* Error: /, '')
}
