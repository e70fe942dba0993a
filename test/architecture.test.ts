import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/**
 * The house: what each part of `src` is, from the ground up. A part imports only what stands on lower floors, and itself.
 * The longest path that fits decides to which part a file belongs.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['errors'],
  ['types', 'storage'],
  ['plan'],
  ['delta', 'formats', 'settings'],
  ['sql', 'auto-cdc', 'catalog', 'engine/engine.ts'],
  ['dataframe', 'engine/encode-row.ts', 'engine/row-engine.ts', 'engine/lazy-engine.ts', 'functions.ts'],
  ['graph', 'sources', 'event-log', 'engine/duckdb'],
  ['update', 'delta-table', 'index.ts'],
  ['cli'],
]

const root = resolve(import.meta.dirname, '../src')

interface Import {
  readonly from: string
  readonly to: string
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const specifiers = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)
  return Array.from(specifiers, ([, specifier]) => ({
    from: relative(root, file),
    to: relative(root, resolve(dirname(file), specifier!)),
  }))
}

function partOf(path: string): string | undefined {
  const parts = FLOORS.flat().filter((part) => path === part || path.startsWith(`${part}/`))
  return parts.toSorted((a, b) => b.length - a.length)[0]
}

function floorOf(part: string): number {
  return FLOORS.findIndex((floor) => floor.includes(part))
}

const files = sourceFiles(root)
const imports = files.flatMap(importsOf)

test('every file of src has its place in the house', () => {
  const homeless = files.map((file) => relative(root, file)).filter((path) => partOf(path) === undefined)
  expect(homeless).toEqual([])
})

test('imports go down only', () => {
  const wrong = imports.filter(({ from, to }) => {
    const [source, target] = [partOf(from), partOf(to)]
    if (source === undefined || target === undefined || source === target) return false
    return floorOf(target) >= floorOf(source)
  })
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})

test('only the engine knows DuckDB, and only the command line knows how arguments are read', () => {
  const owners: Readonly<Record<string, string>> = { '@duckdb/node-api': 'engine/duckdb', commander: 'cli' }
  const strangers = files.flatMap((file) => {
    const path = relative(root, file)
    const text = readFileSync(file, 'utf8')
    return Object.entries(owners).flatMap(([dependency, owner]) =>
      text.includes(`'${dependency}'`) && partOf(path) !== owner ? [`${path} imports ${dependency}`] : [],
    )
  })
  expect(strangers).toEqual([])
})
