import { describe, expect, test } from 'vitest'
import { PipelineError } from '../../../src/errors/index.ts'
import { parseStatements } from '../../../src/sql/index.ts'
import { command } from './plain-command.ts'

const names = (...columns: readonly string[]) => columns.map((name) => ({ name }))

test('all clauses of a flow of changes', () => {
  const text = `
    CREATE FLOW latest_items COMMENT 'newest rows' AS AUTO CDC INTO shop.items
    FROM STREAM(LIVE.events)
    KEYS (sku, \`the shop\`)
    IGNORE NULL UPDATES ON (title, price)
    COLUMNS TO UPDATE changed
    APPLY AS DELETE WHEN op = "DELETE"
    APPLY AS TRUNCATE WHEN op = 'TRUNCATE'
    SEQUENCE BY struct(changed_at, id)
    COLUMNS * EXCEPT (op, changed_at)
    STORED AS SCD TYPE 2
    TRACK HISTORY ON * EXCEPT (price)`
  expect(command(text)).toEqual({
    kind: 'CreateAutoCdcFlow',
    name: ['latest_items'],
    comment: 'newest rows',
    target: ['shop', 'items'],
    once: false,
    changes: {
      source: 'Read[stream events]',
      keys: names('sku', 'the shop'),
      ignoreNull: { kind: 'only', columns: names('title', 'price') },
      columnsToUpdate: { name: 'changed' },
      deleteWhen: "(= op 'DELETE')",
      truncateWhen: "(= op 'TRUNCATE')",
      sequenceBy: '(struct changed_at id)',
      columns: { kind: 'except', columns: names('op', 'changed_at') },
      storedAs: 2,
      trackHistory: { kind: 'except', columns: names('price') },
    },
  })
})

const CLAUSES = [
  'KEYS (id)',
  'IGNORE NULL UPDATES',
  'APPLY AS DELETE WHEN op = 1 AND x IS NULL',
  'SEQUENCE BY a.b + 1',
  'COLUMNS (id, name)',
  'STORED AS SCD TYPE 1',
  'COLUMNS TO UPDATE list',
]

test.each([CLAUSES, CLAUSES.toReversed(), [...CLAUSES.slice(3), ...CLAUSES.slice(0, 3)]])(
  'clauses in any order: %s',
  (...clauses) => {
    expect(command(`AUTO CDC INTO t FROM STREAM s ${clauses.join(' ')}`)).toEqual({
      kind: 'CreateAutoCdcFlow',
      target: ['t'],
      once: false,
      changes: {
        source: 'Read[stream s]',
        keys: names('id'),
        ignoreNull: { kind: 'all' },
        deleteWhen: '(and (= op 1:int) (isnull x))',
        sequenceBy: '(+ a.b 1:int)',
        columns: { kind: 'only', columns: names('id', 'name') },
        storedAs: 1,
        columnsToUpdate: { name: 'list' },
      },
    })
  },
)

describe('where a flow of changes can stand', () => {
  const changes = { source: 'Read[stream s]', keys: names('id'), sequenceBy: 'n' }
  const clauses = 'FROM STREAM s KEYS (id) SEQUENCE BY n'

  test.each([
    [`CREATE FLOW f AS AUTO CDC INTO t ${clauses}`, { name: ['f'], once: false }],
    [`CREATE FLOW f AS AUTO CDC ONCE INTO t ${clauses}`, { name: ['f'], once: true }],
    [`CREATE FLOW f AS AUTO CDC INTO ONCE t ${clauses}`, { name: ['f'], once: true }],
    [`CREATE FLOW f ONCE AS AUTO CDC INTO t ${clauses}`, { name: ['f'], once: true }],
    [`CREATE FLOW f AS APPLY CHANGES INTO LIVE.t ${clauses}`, { name: ['f'], once: false }],
    [`AUTO CDC INTO t ${clauses}`, { once: false }],
    ['APPLY CHANGES INTO LIVE.t FROM STREAM(LIVE.s) KEYS (id) SEQUENCE BY n', { once: false }],
    ['apply changes into t from stream(s) keys (id) sequence by n', { once: false }],
  ])('%s', (text, expected) => {
    expect(command(text)).toEqual({ kind: 'CreateAutoCdcFlow', target: ['t'], changes, ...expected })
  })

  test('in the definition of its table', () => {
    const text = `CREATE OR REFRESH STREAMING TABLE t COMMENT 'c' FLOW AUTO CDC ${clauses}`
    expect(command(text)).toMatchObject({
      kind: 'CreateDataset',
      name: ['t'],
      comment: 'c',
      once: false,
      changes,
    })
    expect(command(text.replace('CDC', 'CDC ONCE'))).toMatchObject({ once: true, changes })
  })
})

describe('the source', () => {
  test.each([
    ['s', 'Read[s]'],
    ['STREAM s', 'Read[stream s]'],
    ['STREAM(cat.sch.s)', 'Read[stream cat.sch.s]'],
    ['STREAM(s WITH (readChangeFeed))', 'Read[stream s, readChangeFeed=true]'],
  ])('%s', (source, expected) => {
    const text = `AUTO CDC INTO t FROM ${source} KEYS (id) SEQUENCE BY n`
    expect(command(text)).toMatchObject({ changes: { source: expected } })
  })

  test('a snapshot with and without versions', () => {
    expect(command('AUTO CDC INTO t FROM SNAPSHOT (SELECT * FROM s) KEYS (id)')).toMatchObject({
      changes: { source: 'Project[*](Read[s])', keys: names('id') },
    })
    const text = `CREATE FLOW f AS AUTO CDC INTO t
      FROM SNAPSHOT (SELECT * FROM s WHERE v = current_snapshot_version())
      WITH VERSION (SELECT min(v) FROM s WHERE v > last_snapshot_version())
      STORED AS SCD TYPE 2 TRACK HISTORY ON name, city KEYS (id)`
    expect(command(text)).toMatchObject({
      name: ['f'],
      changes: {
        snapshot: { version: expect.stringContaining('last_snapshot_version') },
        storedAs: 2,
        trackHistory: { kind: 'only', columns: names('name', 'city') },
      },
    })
  })

  test('bitemporal storage', () => {
    const text =
      'AUTO CDC INTO t FROM STREAM s KEYS (id) SEQUENCE BY n SYSTEM SEQUENCE BY m STORED AS BITEMPORAL'
    expect(command(text)).toMatchObject({
      changes: { sequenceBy: 'n', systemSequenceBy: 'm', storedAs: 'bitemporal' },
    })
  })
})

/** The error of a text in which ^ marks the place. */
function errorAt(marked: string): PipelineError {
  try {
    parseStatements(marked.replace('^', ''))
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    expect(error.position).toMatchObject({ line: 1, column: marked.indexOf('^') + 1 })
    return error
  }
  throw new Error(`no error for ${marked}`)
}

const clauseOrEnd = 'another clause of AUTO CDC or the end of the statement'

test.each([
  ['AUTO ^CDX INTO t', "'CDX'", 'CDC', 'Did you mean CDC?'],
  ['AUTO CDC ^t FROM s', "'t'", 'INTO', ''],
  ['AUTO CDC INTO t ^STREAM s', "'STREAM'", 'FROM', ''],
  [
    'AUTO CDC INTO t FROM SNAPSHOT ^export KEYS (id)',
    "'export'",
    'a query in parentheses: FROM SNAPSHOT (SELECT * FROM t)',
    '',
  ],
  ['AUTO CDC INTO t FROM STREAM s SEQUENCE BY n^', 'end of input', 'KEYS (columns)', ''],
  ['AUTO CDC INTO t FROM STREAM s KEYS (id)^', 'end of input', 'SEQUENCE BY expression', ''],
  [
    'AUTO CDC INTO t FROM SNAPSHOT (SELECT 1) ^STORE AS SCD TYPE 1',
    "'STORE'",
    'KEYS (columns)',
    'Did you mean STORED?',
  ],
  [
    'AUTO CDC INTO t FROM STREAM s KEYS (id) ^SEQUENC BY n',
    "'SEQUENC'",
    'SEQUENCE BY expression',
    'Did you mean SEQUENCE?',
  ],
  [
    'AUTO CDC INTO t FROM STREAM s KEYS (id) SEQUENCE BY n ^STORE AS SCD TYPE 1',
    "'STORE'",
    clauseOrEnd,
    'Did you mean STORED?',
  ],
  ['AUTO CDC INTO t FROM STREAM s KEYS (id) SEQUENCE BY n STORED AS SCD TYPE ^3', "'3'", '1 or 2', ''],
  ['AUTO CDC INTO t FROM STREAM s KEYS ^id SEQUENCE BY n', "'id'", "'('", ''],
  ['AUTO CDC INTO t FROM STREAM s KEYS (^1) SEQUENCE BY n', "'1'", 'a column name', ''],
  ['CREATE FLOW f AS ^AUTOCDC INTO t', "'AUTOCDC'", 'INSERT INTO or AUTO CDC INTO', ''],
])('%s', (text, error, expected, suggestion) => {
  expect(errorAt(text)).toMatchObject({
    condition: 'PARSE_SYNTAX_ERROR',
    parameters: { error, expected, suggestion },
  })
})

test.each([
  [
    'AUTO CDC INTO t FROM ^(SELECT * FROM STREAM s) KEYS (id) SEQUENCE BY n',
    'A query as the source of AUTO CDC',
  ],
  ['AUTO CDC INTO t FROM SNAPSHOT (SELECT 1) KEYS (id) ^SEQUENCE BY n', 'SEQUENCE BY of FROM SNAPSHOT'],
  [
    'AUTO CDC INTO t FROM SNAPSHOT (SELECT 1) KEYS (id) ^APPLY AS DELETE WHEN a',
    'APPLY AS DELETE WHEN of FROM SNAPSHOT',
  ],
])('is refused by name: %s', (text, clause) => {
  expect(errorAt(text)).toMatchObject({ condition: 'UNSUPPORTED_FEATURE.CLAUSE', parameters: { clause } })
})

test('columns are plain names', () => {
  expect(errorAt('AUTO CDC INTO t FROM STREAM s KEYS (a, ^s.`the id`) SEQUENCE BY n')).toMatchObject({
    condition: 'AUTOCDC_MULTIPART_COLUMN_IDENTIFIER',
    parameters: { columnName: 's.`the id`', nameParts: 's, the id' },
  })
})

test('a clause stands once', () => {
  expect(errorAt('AUTO CDC INTO t FROM STREAM s KEYS (a) SEQUENCE BY n ^KEYS (b)')).toMatchObject({
    condition: 'DUPLICATE_CLAUSES',
    parameters: { clauseName: 'KEYS' },
  })
})
