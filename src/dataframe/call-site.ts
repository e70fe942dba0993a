import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Position } from '../errors/index.ts'
import { currentQueryContext } from './query-context.ts'

/**
 * Where the user's code called into Millrace: the innermost frame that is not Millrace's own.
 * The file is relative to the pipeline's folder. Undefined when no such frame is near.
 */
export function callSite(): Position | undefined {
  for (const site of innermostFrames()) {
    const file = site.getFileName()
    const line = site.getLineNumber()
    const column = site.getColumnNumber()
    if (file && line && column && isUserCode(file)) return { file: displayPath(file), line, column }
  }
  return undefined
}

/** Structured frames, without the cost of formatting a stack as text. */
function innermostFrames(): readonly NodeJS.CallSite[] {
  const { stackTraceLimit, prepareStackTrace } = Error
  const holder: { stack?: readonly NodeJS.CallSite[] } = {}
  Error.stackTraceLimit = 10
  Error.prepareStackTrace = (_error, sites) => sites
  try {
    Error.captureStackTrace(holder, callSite)
    return holder.stack ?? []
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    Error.prepareStackTrace = prepareStackTrace
  }
}

const ownFolder = new URL('..', import.meta.url).href

function isUserCode(file: string): boolean {
  return !file.startsWith('node:') && !file.startsWith(ownFolder)
}

/** A module's path as the user would type it: relative to the pipeline's folder where it lies below it. */
export function displayPath(fileOrUrl: string): string {
  const path = fileOrUrl.startsWith('file:') ? fileURLToPath(fileOrUrl.replace(/\?.*$/, '')) : fileOrUrl
  const folder = currentQueryContext()?.folder
  if (folder === undefined || !path.startsWith(folder + sep)) return path
  return relative(folder, path).replaceAll(sep, '/')
}
