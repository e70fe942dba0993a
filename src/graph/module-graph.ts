import { registerHooks } from 'node:module'
import { extname, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The running copy of the package: user code that imports `millrace` gets this one, wherever it is installed. */
const extension = extname(import.meta.url)
const PINNED: ReadonlyMap<string, string> = new Map([
  ['millrace', new URL(`../index${extension}`, import.meta.url).href],
  ['millrace/delta', new URL(`../delta-table/index${extension}`, import.meta.url).href],
  ['millrace/functions', new URL(`../functions${extension}`, import.meta.url).href],
])

/** Marks the URLs of one load; a module imported under another mark is another module. */
const MARK = 'millrace-load'

let loads = 0
let isHooked = false

/**
 * A fresh set of modules: what `import` evaluates is not shared with an earlier set, so that changed files are read anew.
 * Only files below `folder` are fresh; packages are loaded once a process.
 */
export class ModuleGraph {
  readonly #id = String(++loads)

  constructor() {
    if (!isHooked) registerHooks({ resolve: resolveModule })
    isHooked = true
  }

  /** Evaluates a module and all it imports, in the asynchronous context of the caller. */
  async import(path: string): Promise<void> {
    const url = pathToFileURL(path)
    url.searchParams.set(MARK, this.#id)
    await import(url.href)
  }
}

type ResolveHook = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>

const resolveModule: ResolveHook = (specifier, context, nextResolve) => {
  const mark = context.parentURL === undefined ? null : markOf(context.parentURL)
  const own = mark ?? markOf(specifier)
  if (own === null) return nextResolve(specifier, context)
  const pinned = PINNED.get(specifier)
  if (pinned !== undefined) return nextResolve(pinned, context)
  const resolved = nextResolve(specifier, context)
  if (!isProjectFile(resolved.url)) return resolved
  const url = new URL(resolved.url)
  url.searchParams.set(MARK, own)
  // Named here, because Node would otherwise guess it file by file and warn that package.json does not say it.
  const format = /\.m?ts$/.test(url.pathname) ? 'module-typescript' : resolved.format
  return { ...resolved, url: url.href, format }
}

/** True for the URL of a module that was loaded as part of a pipeline. */
export function isLoaded(url: string): boolean {
  return markOf(url) !== null
}

function markOf(url: string): string | null {
  return url.startsWith('file:') && url.includes(MARK) ? new URL(url).searchParams.get(MARK) : null
}

function isProjectFile(url: string): boolean {
  return url.startsWith('file:') && !url.includes(`${sep}node_modules${sep}`)
}
