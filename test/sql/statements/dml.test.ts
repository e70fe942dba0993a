import { describe, expect, test } from 'vitest'
import { command } from './plain-command.ts'

describe('INSERT', () => {
  const base = {
    kind: 'InsertInto',
    table: 'Read[t]',
    overwrite: false,
    byName: false,
    schemaEvolution: false,
  }
  const one = 'LocalRelation[col1: 1:int]'

  test.each([
    ['INSERT INTO t VALUES (1)', { query: one }],
    ['INSERT INTO TABLE t VALUES (1)', { query: one }],
    ['INSERT OVERWRITE t VALUES (1)', { query: one, overwrite: true }],
    ['INSERT OVERWRITE TABLE t VALUES (1)', { query: one, overwrite: true }],
    [
      'INSERT INTO t (a, `b c`) VALUES (1, 2)',
      { query: 'LocalRelation[col1,col2: 1:int, 2:int]', columns: ['a', 'b c'] },
    ],
    ['INSERT INTO t BY NAME SELECT 1 AS a', { query: 'Project[(as 1:int a)](LocalRelation)', byName: true }],
    ['INSERT WITH SCHEMA EVOLUTION INTO t VALUES (1)', { query: one, schemaEvolution: true }],
    ['INSERT INTO t REPLACE WHERE a > 1 VALUES (1)', { query: one, replaceWhere: '(> a 1:int)' }],
    ['INSERT INTO t (SELECT 1)', { query: 'Project[1:int](LocalRelation)' }],
    [
      "INSERT OVERWRITE t PARTITION (day = '2026-01-31', region) VALUES (1)",
      {
        query: one,
        overwrite: true,
        partition: [{ column: 'day', value: "'2026-01-31'" }, { column: 'region' }],
      },
    ],
    ['INSERT INTO delta.`/data/t` VALUES (1)', { query: one, table: 'DataSource[delta /data/t]' }],
    ['INSERT INTO t TABLE u', { query: 'Project[*](Read[u])' }],
  ])('%s', (text, expected) => {
    expect(command(text)).toEqual({ ...base, ...expected })
  })
})

test.each([
  ['DELETE FROM t', {}],
  ['DELETE FROM t WHERE a = 1', { condition: '(= a 1:int)' }],
  ['DELETE FROM s.t AS x WHERE x.a = 1', { table: 'Read[s.t]', alias: 'x', condition: '(= x.a 1:int)' }],
  ['DELETE FROM t x WHERE a IN (SELECT b FROM u)', { alias: 'x', condition: '(in a Project[b](Read[u]))' }],
])('%s', (text, expected) => {
  expect(command(text)).toEqual({ kind: 'DeleteFrom', table: 'Read[t]', ...expected })
})

test.each([
  ['UPDATE t SET a = a + 1', { assignments: [{ column: ['a'], value: '(+ a 1:int)' }] }],
  [
    "UPDATE t AS x SET x.a = DEFAULT, address.city = 'Berlin' WHERE x.b",
    {
      alias: 'x',
      assignments: [
        { column: ['x', 'a'], value: 'DEFAULT' },
        { column: ['address', 'city'], value: "'Berlin'" },
      ],
      condition: 'x.b',
    },
  ],
])('%s', (text, expected) => {
  expect(command(text)).toEqual({ kind: 'UpdateTable', table: 'Read[t]', ...expected })
})

describe('MERGE', () => {
  const source = 'Read[u]'
  const head = {
    kind: 'MergeInto',
    table: 'Read[t]',
    source,
    condition: '(= t.id u.id)',
    schemaEvolution: false,
  }

  test.each([
    ['WHEN MATCHED THEN DELETE', [{ when: 'matched', action: { kind: 'delete' } }]],
    ['WHEN MATCHED THEN UPDATE SET *', [{ when: 'matched', action: { kind: 'updateAll' } }]],
    ['WHEN NOT MATCHED THEN INSERT *', [{ when: 'notMatched', action: { kind: 'insertAll' } }]],
    ['WHEN NOT MATCHED BY TARGET THEN INSERT *', [{ when: 'notMatched', action: { kind: 'insertAll' } }]],
    [
      'WHEN NOT MATCHED BY SOURCE AND t.a > 1 THEN DELETE',
      [{ when: 'notMatchedBySource', condition: '(> t.a 1:int)', action: { kind: 'delete' } }],
    ],
    [
      'WHEN MATCHED AND u.a THEN UPDATE SET a = u.a, b = 1 WHEN NOT MATCHED THEN INSERT (id, a) VALUES (u.id, 2)',
      [
        {
          when: 'matched',
          condition: 'u.a',
          action: {
            kind: 'update',
            assignments: [
              { column: ['a'], value: 'u.a' },
              { column: ['b'], value: '1:int' },
            ],
          },
        },
        {
          when: 'notMatched',
          action: {
            kind: 'insert',
            assignments: [
              { column: ['id'], value: 'u.id' },
              { column: ['a'], value: '2:int' },
            ],
          },
        },
      ],
    ],
  ])('... %s', (clauses, expected) => {
    expect(command(`MERGE INTO t USING u ON t.id = u.id ${clauses}`)).toEqual({ ...head, clauses: expected })
  })

  test('aliases, a query as the source, schema evolution', () => {
    const text = `MERGE WITH SCHEMA EVOLUTION INTO delta.\`/t\` AS x
      USING (SELECT * FROM u WHERE a) y ON x.id = y.id WHEN MATCHED THEN DELETE`
    expect(command(text)).toEqual({
      kind: 'MergeInto',
      table: 'DataSource[delta /t]',
      alias: 'x',
      source: 'SubqueryAlias[y](Project[*](Filter[a](Read[u])))',
      condition: '(= x.id y.id)',
      clauses: [{ when: 'matched', action: { kind: 'delete' } }],
      schemaEvolution: true,
    })
  })
})
