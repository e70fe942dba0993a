import { expect, test } from 'vitest'
import { command } from './plain-command.ts'

test.each([
  ['OPTIMIZE t', { isFull: false }],
  ['OPTIMIZE t FULL', { isFull: true }],
  ["OPTIMIZE t WHERE day >= '2026'", { isFull: false, condition: "(>= day '2026')" }],
  ['OPTIMIZE t ZORDER BY (a, s.b)', { isFull: false, zOrderBy: ['a', 's.b'] }],
  ['OPTIMIZE t WHERE a ZORDER BY b', { isFull: false, condition: 'a', zOrderBy: ['b'] }],
])('%s', (text, expected) => {
  expect(command(text)).toEqual({ kind: 'OptimizeTable', table: 'Read[t]', ...expected })
})

test.each([
  ['VACUUM t', {}],
  ['VACUUM t FULL', {}],
  ['VACUUM t LITE', { isLite: true }],
  ['VACUUM t RETAIN 0 HOURS', { retentionHours: 0 }],
  ['VACUUM t RETAIN 1.5 HOURS DRY RUN', { retentionHours: 1.5, dryRun: true }],
])('%s', (text, expected) => {
  const base = { kind: 'VacuumTable', table: 'Read[t]', isLite: false, dryRun: false }
  expect(command(text)).toEqual({ ...base, ...expected })
})

test.each([
  ['RESTORE TABLE t TO VERSION AS OF 3', { kind: 'version', version: 3 }],
  ["RESTORE t TO TIMESTAMP AS OF '2026-01-31'", { kind: 'timestamp', timestamp: '2026-01-31' }],
])('%s', (text, to) => {
  expect(command(text)).toEqual({ kind: 'RestoreTable', table: 'Read[t]', to })
})

test.each([
  ['ANALYZE TABLE t COMPUTE STATISTICS', false],
  ['ANALYZE TABLE t COMPUTE DELTA STATISTICS', true],
])('%s', (text, isDelta) => {
  expect(command(text)).toEqual({ kind: 'AnalyzeTable', table: 'Read[t]', isDelta })
})

test('REORG and CONVERT', () => {
  expect(command('REORG TABLE t WHERE a APPLY (PURGE)')).toEqual({
    kind: 'ReorgTable',
    table: 'Read[t]',
    condition: 'a',
  })
  expect(command('CONVERT TO DELTA parquet.`/p`')).toEqual({
    kind: 'ConvertToDelta',
    path: '/p',
    collectStatistics: true,
  })
  expect(command('CONVERT TO DELTA parquet.`/p` NO STATISTICS PARTITIONED BY (d DATE, r STRING)')).toEqual({
    kind: 'ConvertToDelta',
    path: '/p',
    collectStatistics: false,
    partitionedBy: [
      { name: 'd', dataType: 'date', isNullable: true },
      { name: 'r', dataType: 'string', isNullable: true },
    ],
  })
})
