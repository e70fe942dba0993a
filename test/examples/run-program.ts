import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface ProgramOutcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of an example against the sources, as it would run against the package. */
export function runProgram(program: string, args: readonly string[] = [], cwd = '.'): ProgramOutcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', loader(), resolve(program), ...args],
    { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' } },
  )
  return { exitCode: status, stdout, stderr }
}

/** What `--import` loads: the package's entries are those of the sources. */
function loader(): string {
  const entries = { 'millrace/delta': 'src/delta-table/index.ts', 'millrace/functions': 'src/functions.ts' }
  const urls = Object.entries(entries).map(([name, file]) => [name, pathToFileURL(resolve(file)).href])
  const hook = `import { registerHooks } from 'node:module'
    const urls = ${JSON.stringify(Object.fromEntries(urls))}
    registerHooks({ resolve: (name, context, next) => next(urls[name] ?? name, context) })`
  return `data:text/javascript,${encodeURIComponent(hook)}`
}
