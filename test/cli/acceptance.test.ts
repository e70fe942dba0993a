import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * What users type and what they see. A case is a folder `test/acceptance/<command>/<case>/`: its files are copied to an
 * empty folder, `script` runs there in bash, and what it prints on stdout and stderr must be `output.txt`.
 * `UPDATE=1 vitest run test/cli/acceptance.test.ts` writes the outputs anew: review their diff.
 */
const cases = resolve('test/acceptance')

/** Parts of an output that differ from run to run, and what stands for them. */
const replacements: readonly [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '[UUID]'],
  [/\bUpdate [0-9a-f]{6}\b/g, 'Update [ID]'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, '[TIMESTAMP]'],
  [/^\d\d:\d\d:\d\d\.\d{3}\b/gm, '[TIME]'],
  [/"duration_ms": [\d.]+/g, '"duration_ms": [DURATION]'],
  [/"seq_no":\d+/g, '"seq_no":[NUMBER]'],
  [/"(sizeInBytes|numOutputBytes)":("?)\d+/g, '"$1":$2[BYTES]'],
  [
    /"(min|max|avg|totalSize|table_size_after_restore|source_table_size|\w+_files_size)":\d+/g,
    '"$1":[BYTES]',
  ],
  [/"(startTimeMs|endTimeMs)":\d+/g, '"$1":[TIME]'],
  [/ +\d+(\.\d)? (ms|s)$/gm, ' [DURATION]'],
  [/ +time$/gm, ' time'],
  [/(quarantined[^\n]*time\n[^\n]*) {2}─+$/gm, '$1  ────'],
  [/\bNode \d+\.\d+\.\d+/g, 'Node [VERSION]'],
  [/\bduckdb v?\d+\.\d+\.\d+/g, 'duckdb [VERSION]'],
]

for (const command of readdirSync(cases).sort()) {
  describe(command, () => {
    for (const name of readdirSync(join(cases, command)).sort()) {
      test.concurrent(name.replaceAll('-', ' '), () => runCase(join(cases, command, name)), 180_000)
    }
  })
}

async function runCase(source: string): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'acceptance-')))
  try {
    cpSync(source, folder, { recursive: true })
    rmSync(join(folder, 'output.txt'), { force: true })
    const actual = normalise(await outputOf(folder), folder)
    const expected = join(source, 'output.txt')
    if (process.env.UPDATE !== undefined) writeFileSync(expected, actual)
    expect(actual).toBe(existsSync(expected) ? readFileSync(expected, 'utf8') : '')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** `trace` prints a command before it runs it, and its exit code after it where that is not 0. */
const prelude = `
trace() { echo ">>> $*"; "$@" || echo "exit code $?"; echo; }
`

async function outputOf(folder: string): Promise<string> {
  const script = readFileSync(join(folder, 'script'), 'utf8')
  rmSync(join(folder, 'script'))
  const environment = {
    ...process.env,
    PATH: `${resolve('test/cli/shim')}${delimiter}${process.env.PATH}`,
    MILLRACE_NODE: process.execPath,
    EXAMPLES: resolve('examples'),
    NODE_OPTIONS: '',
    TZ: 'America/New_York',
    LC_ALL: 'C.UTF-8',
  }
  return new Promise((done, fail) => {
    const command = `exec 2>&1\n${prelude}\n${script}`
    execFile('bash', ['-c', command], { cwd: folder, env: environment }, (error, stdout) => {
      if (error === null) done(stdout)
      else if (typeof error.code === 'number') done(`${stdout}script ended with ${error.code}\n`)
      else fail(error)
    })
  })
}

function normalise(output: string, folder: string): string {
  const text = output.replaceAll(folder, '[FOLDER]')
  return replacements.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
}
