import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** What users get from the registry: the packed tarball, installed into an empty folder. */
let folder: string

function execute(command: string, args: readonly string[], cwd = folder): string {
  const path = [join(folder, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(
    delimiter,
  )
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path, NODE_OPTIONS: '' },
  })
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-package-'))
  execute('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], process.cwd())
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  execute('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--silent', `./${tarball}`])
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(['typescript', 'sql'])('a new pipeline in %s runs', (language) => {
  const shop = join(folder, `shop-${language}`)
  execute('millrace', ['init', shop, '--language', language])
  const summary = JSON.parse(execute('millrace', ['run', '--output', 'json'], shop))
  expect(summary.state).toBe('COMPLETED')
  const rows = JSON.parse(
    execute('millrace', ['query', 'SELECT count(*) AS n FROM bronze_orders', '--output', 'json'], shop),
  )
  expect(rows).toEqual([{ n: 5000 }])
})

test('only what users need is in the package', () => {
  const installed = join(folder, 'node_modules/millrace')
  expect(readdirSync(installed).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist',
    'package.json',
    'templates',
  ])
})

test('millrace/delta works alone in a program, with its types', () => {
  const program = `
    import { DeltaTable } from 'millrace/delta'
    await using table = await DeltaTable.create('stock').addColumns('id BIGINT, name STRING').execute()
    await table.append([{ id: 1n, name: 'apple' }, { id: 2n, name: 'pear' }])
    await table.merge([{ id: 2n, name: 'plum' }], 'target.id = source.id').whenMatchedUpdateAll().execute()
    const names: unknown[] = (await table.toArray({ orderBy: 'id' })).map((row) => row.name)
    console.log(JSON.stringify(names))`
  writeFileSync(join(folder, 'stock.mts'), program)
  expect(execute(process.execPath, ['--disable-warning=ExperimentalWarning', 'stock.mts'])).toBe(
    '["apple","plum"]\n',
  )
  const tsc = join(process.cwd(), 'node_modules/.bin/tsc')
  const types = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext']
  expect(() =>
    execute(tsc, [
      ...types,
      '--types',
      'node',
      '--typeRoots',
      join(process.cwd(), 'node_modules/@types'),
      'stock.mts',
    ]),
  ).not.toThrow()
})

test('the types of the package are found by TypeScript', () => {
  const shop = join(folder, 'shop-typescript')
  const tsc = join(process.cwd(), 'node_modules/.bin/tsc')
  expect(() => execute(tsc, ['-p', shop])).not.toThrow()
})
