import { readFileSync } from 'node:fs'
import { displayPath } from '../dataframe/index.ts'
import type { Position } from '../errors/index.ts'
import { isLoaded } from './module-graph.ts'

/** The place that Node writes above the stack of a syntax error: `file:line`, some lines of the file and a caret. */
export function placeInMessage(error: Error): { position: Position; source: string } | undefined {
  const lines = (error.stack ?? '').split('\n')
  const place = /^(.+):(\d+)$/.exec(lines[0] ?? '')
  if (place === null) return undefined
  const caret = lines.findIndex((each) => /^\s*\^/.test(each))
  const source = caret > 0 ? lines[caret - 1]! : ''
  const column = caret > 0 ? lines[caret]!.indexOf('^') + 1 : 1
  return { position: { file: displayPath(place[1]!), line: Number(place[2]), column }, source }
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
