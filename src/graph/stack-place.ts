import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { displayPath } from '../dataframe/index.ts'
import type { Position } from '../errors/index.ts'
import { isLoaded } from './module-graph.ts'

/** A place in a file, with the line that stands there. */
export interface SourcePlace {
  readonly position: Position
  readonly source: string
}

/** The place that Node writes above the stack of a syntax error: `file:line`, some lines of the file and a caret. */
export function placeInMessage(text: string): SourcePlace | undefined {
  const lines = text.split('\n')
  const header = lines.findIndex((each) => /^(file:|\/|[A-Za-z]:\\).*:\d+$/.test(each))
  if (header < 0) return undefined
  const [, file, line] = /^(.+):(\d+)$/.exec(lines[header]!)!
  const caret = lines.findIndex((each, index) => index > header && /^\s*\^/.test(each))
  const source = caret < 0 ? '' : lines[caret - 1]!
  const column = caret < 0 ? 1 : lines[caret]!.indexOf('^') + 1
  return { position: { file: displayPath(file!), line: Number(line), column }, source }
}

/**
 * The place of a syntax error that V8 finds. Node tells it only of errors that nobody catches, so another process loads the
 * module: the error keeps it from running any of its code.
 */
export function placeOfUncaught(modulePath: string): SourcePlace | undefined {
  const loader = new URL(`./module-graph${extname(import.meta.url)}`, import.meta.url)
  const program = `import { ModuleGraph } from ${JSON.stringify(loader.href)}
await new ModuleGraph().import(${JSON.stringify(modulePath)})`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  return placeInMessage(stderr)
}

/** The innermost frame of an error's stack that is in a file of the pipeline. */
export function frameIn(error: Error): Position | undefined {
  for (const frame of (error.stack ?? '').matchAll(/(file:\S+?):(\d+):(\d+)\)?$/gm)) {
    const [, url, line, column] = frame
    if (isLoaded(url!)) return { file: displayPath(url!), line: Number(line), column: Number(column) }
  }
  return undefined
}

/** The first line of a file that has the text in quotes, as an import of it does. */
export function lineWith(path: string, specifierEnd: string): Position | undefined {
  const lines = textOf(path).split('\n')
  const line = lines.findIndex(
    (each) => each.includes(`${specifierEnd}'`) || each.includes(`${specifierEnd}"`),
  )
  if (line < 0) return undefined
  const column = Math.max(lines[line]!.search(/['"]/), 0) + 1
  return { file: displayPath(path), line: line + 1, column }
}

function textOf(path: string): string {
  try {
    return readFileSync(path.replace(/\?.*$/, ''), 'utf8')
  } catch {
    return ''
  }
}
