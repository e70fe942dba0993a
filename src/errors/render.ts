import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PipelineError } from './pipeline-error.ts'
import { formatPosition, type Position } from './position.ts'
import { UnresolvedPipelineError } from './unresolved-pipeline-error.ts'

/**
 * An error as the terminal shows it:
 *
 *     error[TABLE_OR_VIEW_NOT_FOUND] The table or view 'silver_ordrs' cannot be found.
 *       at transformations/gold.sql:4:6
 *       4 | FROM silver_ordrs
 *                ^
 *     hint: Did you mean 'silver_orders'?
 *
 * An unresolved pipeline shows each cause so, then one line that names what failed because of them. `folder` is
 * where the files of positions are found; a line that cannot be read is left out. Errors that are not ours are bugs and
 * show their stack.
 */
export function renderError(error: unknown, folder = '.'): string {
  if (error instanceof UnresolvedPipelineError) return renderUnresolved(error, folder)
  if (error instanceof PipelineError) return renderOne(error, folder)
  return error instanceof Error ? (error.stack ?? String(error)) : String(error)
}

function renderUnresolved(error: UnresolvedPipelineError, folder: string): string {
  const causes = error.failures.map((each) => renderError(each, folder))
  if (error.downstream.length > 0) {
    causes.push(`Not resolved because of this: ${error.downstream.join(', ')}`)
  }
  return causes.join('\n\n')
}

function renderOne(error: PipelineError, folder: string): string {
  const lines = [`error[${error.condition}] ${error.message}`]
  if (error.position !== undefined) {
    lines.push(`  at ${formatPosition(error.position)}`, ...excerpt(error.position, folder))
  }
  if (error.hint) lines.push(`hint: ${error.hint}`)
  return lines.join('\n')
}

function excerpt({ file, line, column, text: given }: Position, folder: string): string[] {
  const text = given ?? (file === undefined ? undefined : lineOf(resolve(folder, file), line))
  if (text === undefined) return []
  const prefix = `  ${line} | `
  // Tabs stay tabs in front of the caret, so that it stands under its character however wide they are shown.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return [prefix + text, `${' '.repeat(prefix.length)}${indent}^`]
}

function lineOf(path: string, line: number): string | undefined {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/)[line - 1]
  } catch {
    return undefined
  }
}
