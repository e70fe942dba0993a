import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { currentQueryContext, displayPath } from '../dataframe/index.ts'
import { PipelineError, type Position } from '../errors/index.ts'
import * as functions from '../functions.ts'
import { frameIn, lineWith, placeInMessage, placeOfUncaught } from './stack-place.ts'

/** An error of Node's loader, or one that the user's code threw while it was loaded. */
interface LoadError extends Error {
  readonly code?: string
}

/**
 * What stopped a definition file from loading, in the terms of its author: constructs that type stripping cannot
 * remove, imports that do not resolve, or an error of the code itself. `file` is its path as the user would type it.
 */
export function typescriptMistake(error: unknown, file: string): PipelineError {
  if (error instanceof PipelineError) return error.at({ position: startOf(file) })
  if (!(error instanceof Error)) return failed(String(error), file, error)
  const { code } = error as LoadError
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT') return badImport(error, file)
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return badExtension(error, file)
  if (error instanceof SyntaxError) return badSyntax(error, file)
  return failed(error.message, file, error)
}

/** Texts of Node's parser, and what to write instead. */
const SYNTAX_ADVICE: readonly (readonly [RegExp, string])[] = [
  [/enum/, "Write `const Status = { Open: 'open' } as const` in place of the enum."],
  [/parameter propert/, 'Declare the field in the class and assign it in the constructor.'],
  [/namespace|module` keyword/, 'Put its content into a file of its own and import it.'],
  [/import =|export =|import equals|export assignment/i, "Write `import x from 'x'` and `export default x`."],
  [/angle-bracket/, 'Write `value as Type`.'],
  [/decorator/, "A definition is a function call: streamingTable('name', options, () => query)."],
]

function badSyntax(error: SyntaxError, file: string): PipelineError {
  const at = placeInMessage(error.stack ?? '') ?? placeOfUncaught(resolve(pipelineFolder(), file))
  const position = at?.position ?? startOf(file)
  const [, target, missing] =
    /module '([^']+)' does not provide an export named '([^']+)'/.exec(error.message) ?? []
  if (missing !== undefined) return syntaxError(error, error.message, exportAdvice(missing, target), position)
  const isDecorator = at?.source.trimStart().startsWith('@') ?? false
  const reason = isDecorator ? 'decorators are not supported.' : error.message
  const advice = SYNTAX_ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ?? ''
  return syntaxError(error, reason, advice, position)
}

function exportAdvice(name: string, target: string | undefined): string {
  if (target === 'millrace' && name in functions) return `Import '${name}' from 'millrace/functions'.`
  return `If '${name}' is a type, import it with \`import type\`: types do not exist when the file runs.`
}

function badImport(error: Error, file: string): PipelineError {
  const [, target = '', importer = ''] = /'([^']+)'.* imported from (.+)$/s.exec(error.message) ?? []
  const advice = importAdvice(target)
  const position = lineWith(importer, basename(target)) ?? startOf(file)
  return syntaxError(error, error.message.split(' imported from ')[0]!, advice, position)
}

function importAdvice(target: string): string {
  const swapped = target.replace(/\.(m?)js$/, '.$1ts')
  const candidates = [`${target}.ts`, `${target}.mts`, `${target}.js`, `${target}/index.ts`, swapped]
  const found = candidates.find((each) => each !== target && existsSync(each))
  if (found !== undefined) return `Write the ending of the file: '${basename(found)}'.`
  if (!target.startsWith('/')) return `Install the package: npm install ${target}`
  return existsSync(dirname(target)) ? '' : `The folder '${displayPath(dirname(target))}' does not exist.`
}

function badExtension(error: Error, file: string): PipelineError {
  const path = /for (.+)$/.exec(error.message)?.[1] ?? file
  const advice = 'Definitions hold no JSX: give the file the ending .ts.'
  return syntaxError(error, error.message.replace(/ for .*$/, ''), advice, startOf(displayPath(path)))
}

function failed(reason: string, file: string, cause: unknown): PipelineError {
  const position = (cause instanceof Error && frameIn(cause)) || startOf(file)
  return new PipelineError('DEFINITION_FILE_FAILED', { file_path: file, reason }, { position, cause })
}

function syntaxError(cause: Error, reason: string, advice: string, position: Position): PipelineError {
  const parameters = { file_path: position.file ?? '', reason, advice }
  return new PipelineError('DEFINITION_FILE_SYNTAX', parameters, { position, cause })
}

function startOf(file: string): Position {
  return { file, line: 1, column: 1 }
}

function pipelineFolder(): string {
  return currentQueryContext()?.folder ?? '.'
}
