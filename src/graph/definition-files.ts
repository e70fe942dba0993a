import { readdirSync, statSync } from 'node:fs'
import { extname, join, posix, relative, sep } from 'node:path'
import { PipelineError } from '../errors/index.ts'
import type { PipelineProject } from './project.ts'

/** A definition file, relative to the pipeline's folder, `/`-separated. */
export interface DefinitionFile {
  readonly path: string
  readonly language: 'typescript' | 'sql'
}

const LANGUAGES: Readonly<Record<string, DefinitionFile['language']>> = {
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.js': 'typescript',
  '.mjs': 'typescript',
  '.sql': 'sql',
}

/** What to do about files that look like definitions and cannot be loaded. */
const ADVICE: Readonly<Record<string, string>> = {
  '.py':
    'Write it in TypeScript (.ts: the decorators of dlt and pyspark.pipelines are functions of the same names) or in SQL (.sql).',
  '.ipynb': 'Write its cells as a TypeScript (.ts) or SQL (.sql) file.',
  '.tsx': 'Definitions hold no JSX: give the file the ending .ts.',
  '.jsx': 'Definitions hold no JSX: give the file the ending .ts.',
  '.cts': 'Definitions are ES modules: give the file the ending .ts.',
  '.cjs': 'Definitions are ES modules: give the file the ending .ts.',
  '.scala': 'Write it in TypeScript (.ts) or SQL (.sql).',
}

/** Declarations and tests stand beside definitions but define nothing. */
const SKIPPED = /\.(d|test|spec)\.[mc]?[tj]s$/

/**
 * The definition files that the libraries of a spec name, each once, in the order of the libraries and then by path.
 * A pattern is a path, or has `*` (within a folder), `**` (over folders), `?` or `{a,b}` in it; a folder is all that lies
 * below it. Throws PIPELINE_LIBRARY_NOT_FOUND and PIPELINE_UNSUPPORTED_DEFINITIONS_FILE_EXTENSION.
 */
export function definitionFiles(project: PipelineProject): DefinitionFile[] {
  const { folder, spec } = project
  const excluded = [spec.storage, spec.warehouse]
  const found = new Map<string, DefinitionFile>()
  for (const library of spec.libraries) {
    for (const path of filesOf(library, folder, excluded)) {
      const file = definitionFile(path, !isPattern(library))
      if (file !== undefined) found.set(path, file)
    }
  }
  return [...found.values()]
}

function filesOf(library: string, folder: string, excluded: readonly string[]): string[] {
  const pattern = posix.normalize(library.replaceAll('\\', '/')).replace(/\/$/, '')
  const path = join(folder, pattern)
  const info = statSync(path, { throwIfNoEntry: false })
  if (info?.isFile()) return [pattern]
  if (info?.isDirectory()) return filesBelow(pattern, folder, excluded)
  const start = posix.dirname(pattern.slice(0, pattern.search(/[*?{]/) + 1))
  if (!isPattern(pattern) || !isFolder(join(folder, start))) {
    throw new PipelineError('PIPELINE_LIBRARY_NOT_FOUND', { library, folder })
  }
  const isMatch = patternRegExp(pattern)
  return filesBelow(start, folder, excluded).filter((each) => isMatch.test(each))
}

/** Files below a folder, sorted by path; hidden folders, `node_modules` and the excluded ones are not entered. */
function filesBelow(start: string, folder: string, excluded: readonly string[]): string[] {
  const files: string[] = []
  const visit = (directory: string) => {
    const entries = readdirSync(directory, { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(directory, entry.name)
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || excluded.includes(path)) continue
      if (entry.isDirectory()) visit(path)
      else files.push(relative(folder, path).replaceAll(sep, '/'))
    }
  }
  visit(join(folder, start))
  return files
}

function definitionFile(path: string, isNamed: boolean): DefinitionFile | undefined {
  if (SKIPPED.test(path)) return undefined
  const extension = extname(path)
  const language = LANGUAGES[extension]
  if (language !== undefined) return { path, language }
  const advice = ADVICE[extension] ?? (isNamed ? 'It must be a .ts or a .sql file.' : undefined)
  if (advice === undefined) return undefined
  const position = { file: path, line: 1, column: 1 }
  throw new PipelineError(
    'PIPELINE_UNSUPPORTED_DEFINITIONS_FILE_EXTENSION',
    { file_path: path, advice },
    { position },
  )
}

function isPattern(library: string): boolean {
  return /[*?{]/.test(library)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function patternRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\{[^}]*\}|[.+^$()|[\]\\{}]/g, (token) => {
    if (token === '**/') return '(?:.*/)?'
    if (token === '**') return '.*'
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (token.length > 1) return `(?:${token.slice(1, -1).split(',').map(escaped).join('|')})`
    return escaped(token)
  })
  return new RegExp(`^${source}$`)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
