import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What a program of an example prints that runs against the sources, as it would run against the package. */
export function runProgram(program: string): string {
  const { stdout } = spawnSync(process.execPath, programArguments(program), {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' },
  })
  return stdout
}

/** The arguments with which Node runs a program against the sources. */
export function programArguments(program: string, args: readonly string[] = []): string[] {
  return ['--import', loader(), resolve(program), ...args]
}

/** A module that gives the package's names to the entries of the sources. */
function loader(): string {
  const entries = { 'millrace/delta': 'src/delta-table/index.ts', 'millrace/functions': 'src/functions.ts' }
  const urls = Object.entries(entries).map(([name, file]) => [name, pathToFileURL(resolve(file)).href])
  const hook = `import { registerHooks } from 'node:module'
    const urls = ${JSON.stringify(Object.fromEntries(urls))}
    registerHooks({ resolve: (name, context, next) => next(urls[name] ?? name, context) })`
  return `data:text/javascript,${encodeURIComponent(hook)}`
}
