import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** What a program prints that uses the library, and the folders that it leaves in its folder for temporary files. */
function run(program: string): { printed: string; left: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-lifetime-'))
  try {
    const library = resolve('src/delta-table/index.ts')
    const text = `import { DeltaTable } from ${JSON.stringify(library)}\n${program}`
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', text], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...process.env, NODE_OPTIONS: '', TMPDIR: folder },
    })
    return { printed, left: readdirSync(folder).filter((name) => name.startsWith('millrace-spill')) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const WRITE =
  "const table = await DeltaTable.create('t').addColumns('id INT').execute(); await table.append([{ id: 1 }])"

test('a program that never closes its table ends all the same', () => {
  expect(run(`${WRITE}; console.log(await table.count())`).printed).toBe('1\n')
})

test('the engine closes with the last table', () => {
  const both = `${WRITE}; const other = await DeltaTable.forPath('t'); await table.close(); await table.close()`
  expect(run(`${both}; console.log(await other.count()); await other.close()`)).toEqual({
    printed: '1\n',
    left: [],
  })
})
