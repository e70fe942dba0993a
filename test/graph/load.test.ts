import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadGraph } from '../../src/graph/index.ts'
import { failuresOf, graphOf, projectOf, summaryOf, unresolved } from './pipeline-folder.ts'

const MV_A = `import { materializedView, sql } from 'millrace'\nmaterializedView('a', () => sql\`SELECT 1 AS x\`)\n`

describe('definition files', () => {
  test('are all that the libraries name, TypeScript and SQL', async () => {
    const graph = await graphOf({
      't/a.ts': MV_A,
      't/deep/b.sql': 'CREATE MATERIALIZED VIEW b AS SELECT * FROM a',
      't/readme.md': 'not a definition',
      't/a.test.ts': 'throw new Error("not loaded")',
      't/types.d.ts': 'declare const x: number',
    })
    expect(graph.datasets.map((each) => each.name)).toEqual(['a', 'b'])
  })

  test.each([
    ['a path', 't/a.ts'],
    ['a folder', 't'],
    ['a pattern', 't/*.{ts,js}'],
    ['a pattern over folders', '**/a.ts'],
  ])('a library may be %s', async (_, library) => {
    const spec = `name: test\nlibraries:\n  - glob: {include: "${library}"}`
    const graph = await graphOf({ 'pipeline.yml': spec, 't/a.ts': MV_A, 't/b.sql': 'not SQL' }).catch(
      (error) => (library === 't' ? { datasets: [{ name: 'a' }] } : Promise.reject(error)),
    )
    expect(graph.datasets.map((each) => each.name)).toEqual(['a'])
  })

  test('a library that names nothing is an error', async () => {
    const project = await projectOf({ 'pipeline.yml': 'name: a\nlibraries: [{file: {path: nothing.sql}}]' })
    await expect(loadGraph(project)).rejects.toMatchObject({
      condition: 'PIPELINE_LIBRARY_NOT_FOUND',
      parameters: { library: 'nothing.sql' },
    })
  })

  test.each(['a.py', 'a.tsx', 'a.ipynb'])('%s is refused with advice', async (file) => {
    const project = await projectOf({ [`t/${file}`]: '' })
    await expect(loadGraph(project)).rejects.toMatchObject({
      condition: 'PIPELINE_UNSUPPORTED_DEFINITIONS_FILE_EXTENSION',
      parameters: { file_path: `t/${file}`, advice: expect.stringContaining('.ts') },
    })
  })

  test('are read anew at each load, with the modules that they import', async () => {
    const project = await projectOf({
      'a.ts': `import { materializedView, sql } from 'millrace'\nimport { name } from './lib/name.ts'
materializedView(name, () => sql\`SELECT 1 AS x\`)`,
      'lib/name.ts': `export const name = 'first'`,
    })
    const names = async () => (await loadGraph(project)).outputs.map((each) => each.name)
    expect(await names()).toEqual([['first']])
    writeFileSync(join(project.folder, 'lib/name.ts'), `export const name: string = 'second'`)
    expect(await names()).toEqual([['second']])
    rmSync(join(project.folder, 'a.ts'))
    expect(await names()).toEqual([])
  })

  test('two loads at the same time do not mix', async () => {
    const projects = await Promise.all(
      ['one', 'two'].map((name) =>
        projectOf({
          'a.ts': `import { materializedView, sql } from 'millrace'
await new Promise((resolve) => setImmediate(resolve))
materializedView('${name}', () => sql\`SELECT 1 AS x\`)`,
        }),
      ),
    )
    const loaded = await Promise.all(projects.map((each) => loadGraph(each)))
    expect(loaded.map(({ outputs }) => outputs.map((each) => each.name[0]))).toEqual([['one'], ['two']])
  })

  test('definitions know where they stand', async () => {
    const graph = await graphOf({
      't/a.ts': `import { materializedView, sql, type QueryFunction } from 'millrace'
interface Options { readonly name: string }
const define = ({ name }: Options, query: QueryFunction) =>
  materializedView(name, query)
define({ name: 'a' }, () => sql\`SELECT 1 AS x\`)`,
      't/b.sql': '-- gold\n  CREATE MATERIALIZED VIEW b AS SELECT 1 AS x',
    })
    expect(graph.datasets.map((each) => [each.language, each.position])).toEqual([
      ['typescript', { file: 't/a.ts', line: 4, column: 3 }],
      ['sql', { file: 't/b.sql', line: 2, column: 3 }],
    ])
  })
})

describe('mistakes in TypeScript are explained', () => {
  const cases: readonly (readonly [string, string, number, number, RegExp])[] = [
    ['an enum', 'export {}\n\nenum Status { Open }', 3, 1, /as const/],
    ['a parameter property', 'export class A {\n  constructor(private x: number) {}\n}', 2, 23, /assign/],
    ['a namespace', 'namespace A { export const b = 1 }', 1, 1, /file of its own/],
    ['a decorator', "import 'millrace'\n@table\nclass A {}", 2, 1, /streamingTable/],
    ['an import without its ending', "import { x } from './lib/rules'\n", 1, 19, /'rules\.ts'/],
    ['an import with the ending .js', "\nimport { x } from './lib/rules.js'\n", 2, 19, /'rules\.ts'/],
    ['an import of a folder', "import { x } from './lib'\n", 1, 19, /'index\.ts'/],
    ['a package that is not there', "import x from 'left-padd'\n", 1, 15, /npm install left-padd/],
    ['a type imported as a value', "import { Rule } from './lib/rules.ts'\n", 1, 10, /import type/],
    [
      'a function from elsewhere',
      "import { expr, sql } from 'millrace'\n",
      1,
      10,
      /^Import 'expr' from 'millrace\/functions'\.$/,
    ],
    ['broken syntax', 'const a = = 1', 1, 11, /^$/],
  ]
  test.each(cases)('%s', async (_, text, line, column, advice) => {
    const [error] = await failuresOf({
      'a.ts': text,
      'lib/rules.ts': 'export interface Rule { name: string }\nexport const x = 1',
      'lib/index.ts': '',
    })
    expect(error).toMatchObject({
      condition: 'DEFINITION_FILE_SYNTAX',
      position: { file: 'a.ts', line, column },
      hint: expect.stringMatching(advice),
    })
  })

  test('an error of the code itself has the place where it was thrown', async () => {
    const [error] = await failuresOf({ 'a.ts': 'const rules: any = undefined\n\nconsole.log(rules.first)' })
    expect(error).toMatchObject({
      condition: 'DEFINITION_FILE_FAILED',
      position: { file: 'a.ts', line: 3, column: 19 },
    })
  })

  test('an error in one file does not hide those of others, and a shared one is told once', async () => {
    const failures = await failuresOf({
      'a.ts': `import './lib/broken.ts'`,
      'b.ts': `import './lib/broken.ts'`,
      'c.ts': `import { materializedView } from 'millrace'\nmaterializedView('a', { coment: 'x' }, () => 1)`,
      'd.sql': 'CREATE MATERIALIZED VIEW d AS SELEC 1',
      'lib/broken.ts': 'enum A {}',
    })
    expect(failures.map((each) => summaryOf(each))).toEqual([
      { condition: 'DEFINITION_FILE_SYNTAX', at: 'lib/broken.ts:1:1' },
      { condition: 'UNSUPPORTED_DATASET_OPTION', at: 'c.ts:2:1' },
      { condition: 'PARSE_SYNTAX_ERROR', at: 'd.sql:1:31' },
    ])
  })
})

describe('a name that is none', () => {
  const imports = `import { appendFlow, createSink, materializedView, read, readStream, streamingTable, temporaryView } from 'millrace'`

  test.each([
    [`streamingTable('')`, 'INVALID_TABLE_NAME', { name: '' }],
    [`streamingTable(undefined)`, 'INVALID_TABLE_NAME', { name: 'undefined' }],
    [`temporaryView('', () => read.table('b'))`, 'INVALID_TABLE_NAME', { name: '' }],
    [`createSink('', { format: 'delta', options: { path: 'out' } })`, 'INVALID_TABLE_NAME', { name: '' }],
    [`materializedView('m', () => read.table(undefined))`, 'INVALID_TABLE_NAME', { name: 'undefined' }],
    [
      `materializedView('m', { quarantine: '' }, () => read.table('b'))`,
      'INVALID_DATASET_OPTION',
      { name: 'm', option: 'quarantine', actual: '""' },
    ],
    [
      `appendFlow({ target: 'a', name: '' }, () => readStream.table('b'))`,
      'INVALID_DATASET_OPTION',
      { name: 'appendFlow', option: 'name', actual: '""' },
    ],
    [
      `appendFlow({ target: undefined, name: 'f' }, () => readStream.table('b'))`,
      'MISSING_DATASET_OPTION',
      { name: 'f', option: 'target', element: 'appendFlow' },
    ],
    [
      `appendFlow({ target: 'a', name: 'f', onec: true }, () => readStream.table('b'))`,
      'UNSUPPORTED_DATASET_OPTION',
      { element: 'appendFlow', name: 'f', option: 'onec', advice: "Did you mean 'once'?" },
    ],
  ])('%s', async (definition, condition, parameters) => {
    const failures = await failuresOf({ 'a.ts': `${imports}\n${definition}` })
    expect(failures).toMatchObject([
      { condition, parameters, position: { file: 'a.ts', line: 2, column: 1 } },
    ])
  })

  test.each([
    'CREATE STREAMING TABLE ``',
    'CREATE TEMPORARY VIEW `` AS SELECT 1',
    'CREATE FLOW `` AS INSERT INTO m BY NAME SELECT 1',
  ])('%s', async (statement) => {
    const failures = await failuresOf({
      'a.sql': `CREATE MATERIALIZED VIEW m AS SELECT 1 AS id;\n${statement}`,
    })
    expect(failures.map((each) => summaryOf(each, 'name'))).toEqual([
      { condition: 'INVALID_TABLE_NAME', at: 'a.sql:2:1', name: '``' },
    ])
  })
})

describe('query functions', () => {
  test.each([
    ['that throw', "{ throw new Error('boom') }", 'FLOW_FUNCTION_FAILED', 37],
    ['that are asynchronous', 'Promise.resolve(1)', 'FLOW_FUNCTION_RETURNS_NO_QUERY', 1],
    ['that return nothing', 'undefined', 'FLOW_FUNCTION_RETURNS_NO_QUERY', 1],
  ])('%s', async (_, body, condition, column) => {
    const failures = await failuresOf({
      'a.ts': `import { materializedView } from 'millrace'\nmaterializedView('a', () => ${body})`,
    })
    expect(failures.map((each) => summaryOf(each))).toEqual([{ condition, at: `a.ts:2:${column}` }])
  })
})

describe('definitions outside of a pipeline', () => {
  const CONDITION = 'GRAPH_ELEMENT_DEFINED_OUTSIDE_OF_DECLARATIVE_PIPELINE'

  test('are refused, and so is conf', async () => {
    const { conf, materializedView, read } = await import('../../src/index.ts')
    const outside = { condition: CONDITION }
    expect(() => materializedView('a', () => read.table('b'))).toThrow(expect.objectContaining(outside))
    expect(() => conf.get('a')).toThrow(expect.objectContaining(outside))
  })

  test('a query function cannot define datasets', async () => {
    const [error] = await failuresOf({
      'a.ts': `import { materializedView, sql } from 'millrace'
materializedView('a', () => {
  materializedView('b', () => sql\`SELECT 1\`)
  return sql\`SELECT 1 AS x\`
})`,
    })
    expect(error).toMatchObject({ condition: CONDITION, parameters: { element: 'materializedView' } })
  })
})

describe('configuration', () => {
  const files = {
    'pipeline.yml': 'name: a\nlibraries: [{glob: {include: "**"}}]\nconfiguration: {first: one, second: 2}',
  }

  test('conf.get gives values, defaults, and the nearest key for one that is not there', async () => {
    const text = (expression: string) =>
      `import { conf, materializedView, sql } from 'millrace'
const value = ${expression}
materializedView('a', () => sql\`SELECT \${value} AS x, \${conf.get('second')} AS y\`)`
    const project = await projectOf({ ...files, 'a.ts': text(`conf.get('first') + conf.get('third', '!')`) })
    const [flow] = (await loadGraph(project)).flows
    expect(flow).toBeDefined()
    const [error] = await failuresOf({ ...files, 'a.ts': text(`conf.get('frist')`) })
    expect(error).toMatchObject({
      condition: 'SQL_CONF_NOT_FOUND',
      parameters: { sqlConf: 'frist' },
      hint: "Did you mean 'first'?",
    })
  })

  test('in SQL values take the place of ${key} before the text is parsed', async () => {
    const graph = await graphOf({
      ...files,
      'a.sql': `
-- \${not_a_key} in a comment is left alone
CREATE MATERIALIZED VIEW \${first}_mv AS SELECT '\${first}' AS a, \${second} AS b /* \${nor_this} */;
SET third = 3;
CREATE MATERIALIZED VIEW mv AS SELECT \${third} AS c`,
    })
    expect(graph.datasets.map(({ name, schema }) => [name, schema.fields.map((each) => each.name)])).toEqual([
      ['one_mv', ['a', 'b']],
      ['mv', ['c']],
    ])
  })

  test.each([
    'spark.sql.session.timeZone = Europe/Berlin',
    'pipelines.trigger.interval = soon',
    'spark.sql.ansi.enabled = maybe',
  ])('a setting of a query is judged before anything runs: %s', async (setting) => {
    const [error] = await failuresOf({
      'a.sql': `SET ${setting};\nCREATE MATERIALIZED VIEW a AS SELECT 1 AS b`,
    })
    expect(summaryOf(error!, 'field_name')).toEqual({
      condition: 'PIPELINE_SPEC_INVALID_FIELD',
      at: 'a.sql:2:1',
      field_name: `configuration.${setting.split(' ')[0]}`,
    })
  })

  test('places behind a value are those of the file', async () => {
    const [error] = await failuresOf({
      ...files,
      'a.sql': 'CREATE MATERIALIZED VIEW a AS SELECT ${second} AS b, missing FROM (SELECT 1 AS x)',
    })
    expect(summaryOf(error!)).toEqual({ condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION', at: 'a.sql:1:54' })
  })

  test('an unknown key is an error with its place', async () => {
    const [error] = await failuresOf({ ...files, 'a.sql': '\nCREATE MATERIALIZED VIEW a AS SELECT ${frist}' })
    expect(summaryOf(error!, 'sqlConf')).toEqual({
      condition: 'SQL_CONF_NOT_FOUND',
      at: 'a.sql:2:38',
      sqlConf: 'frist',
    })
  })
})

test('secrets stay references in the graph', async () => {
  const graph = await graphOf({
    'a.ts': `import { materializedView, read, secret } from 'millrace'
materializedView('a', () => read.format('json').option('token', secret('TOKEN')).load('x'))`,
    'b.sql': "CREATE MATERIALIZED VIEW b AS SELECT * FROM read_files('x', token => '${secret:TOKEN}')",
  })
  const options = graph.flows.map((flow) => JSON.stringify(flow.query))
  for (const text of options) expect(text).toContain('${secret:TOKEN}')
})

describe('places in a sql`...` query are those of the file', () => {
  test.each([
    ['on its first line', 'sql`SELECT 1 AS x, ^missing`'],
    ['on a later line', 'sql`\n  SELECT\n    ^missing\n  FROM ${a}`'],
    ['behind a value, where only that can be pointed at', 'sql`SELECT x,\n  ^${1} AS y, missing FROM ${a}`'],
    ['of syntax', 'sql`\n  SELECT x FRM ^y z`'],
  ])('%s', async (_, query) => {
    const text = `import { materializedView, sql } from 'millrace'
const a = materializedView('a', () => sql\`SELECT 1 AS x\`)
materializedView('b', () => ${query})`
    const before = text.slice(0, text.indexOf('^')).split('\n')
    const [error] = await failuresOf({ 'a.ts': text.replace('^', '') })
    expect(error!.position).toEqual({
      file: 'a.ts',
      line: before.length,
      column: before.at(-1)!.length + 1,
    })
  })
})

test('what cannot be resolved only because of an error is listed apart', async () => {
  const error = await unresolved({
    'a.sql': `CREATE MATERIALIZED VIEW a AS SELECT * FROM missing;
CREATE MATERIALIZED VIEW b AS SELECT * FROM a;
CREATE STREAMING TABLE c;
CREATE FLOW f AS INSERT INTO c BY NAME SELECT * FROM STREAM b`,
  })
  expect(error.failures.map((each) => each.condition)).toEqual(['TABLE_OR_VIEW_NOT_FOUND'])
  expect(error.downstream).toEqual(['b', 'f'])
})
