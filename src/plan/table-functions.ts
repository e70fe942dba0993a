import { nearest, PipelineError } from '../errors/index.ts'
import { functionNamed, functionNames } from './functions/index.ts'
import type { TableValuedFunction } from './relation.ts'

/** Functions in FROM that are sources. */
const SOURCES = ['read_files', 'cloud_files', 'table_changes', 'table_changes_by_path']

/** True for the functions in FROM that the analyzer knows itself: `range` and generators such as `explode`. */
export function isBuiltInTableFunction(name: string): boolean {
  return name.toLowerCase() === 'range' || functionNamed(name)?.kind === 'generator'
}

/** UNRESOLVABLE_TABLE_VALUED_FUNCTION with the nearest function that can stand in FROM. */
export function unknownTableFunction({ name, position }: TableValuedFunction): PipelineError {
  const near = nearest(name, [...SOURCES, 'range', ...functionNames().filter(isBuiltInTableFunction)])
  const suggestion =
    near === undefined
      ? 'In FROM there may be read_files, range, explode and the like; in `millrace query` also event_log().'
      : `Did you mean ${near}()?`
  return new PipelineError(
    'UNRESOLVABLE_TABLE_VALUED_FUNCTION',
    { name, suggestion },
    position === undefined ? {} : { position },
  )
}
