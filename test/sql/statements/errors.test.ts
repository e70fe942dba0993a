import { expect, test } from 'vitest'
import { PipelineError } from '../../../src/errors/index.ts'
import { parseScript, parseStatements } from '../../../src/sql/index.ts'

/** The error of a text in which ^ marks the place. */
function errorAt(marked: string, parse: (text: string) => unknown = parseScript): PipelineError {
  try {
    parse(marked.replace('^', ''))
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    expect(error.position).toMatchObject({ line: 1, column: marked.indexOf('^') + 1 })
    return error
  }
  throw new Error(`no error for ${marked}`)
}

test.each([
  ['INSERT ^INT t VALUES (1)', "'INT'", 'INTO or OVERWRITE', 'Did you mean INTO?'],
  ['INSERT INTO t ^SELET 1', "'SELET'", 'a query (SELECT, WITH or VALUES)', 'Did you mean SELECT?'],
  ['INSERT INTO t REPLACE ^WERE a SELECT 1', "'WERE'", 'WHERE', 'Did you mean WHERE?'],
  ['DELETE ^t', "'t'", 'FROM', ''],
  ['UPDATE t SET a ^1', "'1'", "'=' and a value", ''],
  ['UPDATE t SET a = 1 ^WERE b', "'WERE'", "WHERE, ',', the end of the statement", 'Did you mean WHERE?'],
  [
    'MERGE INTO t USING u ON a ^WHEM MATCHED',
    "'WHEM'",
    'WHEN [NOT] MATCHED or an operator',
    'Did you mean WHEN?',
  ],
  [
    'MERGE INTO t USING u ON a WHEN ^MATCHD THEN DELETE',
    "'MATCHD'",
    'MATCHED or NOT MATCHED',
    'Did you mean MATCHED?',
  ],
  [
    'MERGE INTO t USING u ON a WHEN MATCHED THEN ^UPDTE SET *',
    "'UPDTE'",
    'UPDATE SET or DELETE',
    'Did you mean UPDATE?',
  ],
  ['MERGE INTO t USING u ON a WHEN NOT MATCHED THEN ^DELETE', "'DELETE'", 'INSERT', ''],
  [
    'OPTIMIZE t ^ZODER BY (a)',
    "'ZODER'",
    'FULL, WHERE, ZORDER BY, the end of the statement',
    'Did you mean ZORDER?',
  ],
  [
    'VACUUM t ^RETIAN 1 HOURS',
    "'RETIAN'",
    'FULL, LITE, RETAIN, DRY RUN, the end of the statement',
    'Did you mean RETAIN?',
  ],
  ['VACUUM t RETAIN 1 ^DAYS', "'DAYS'", 'HOURS', ''],
  [
    'RESTORE t TO ^VERSOIN AS OF 1',
    "'VERSOIN'",
    "VERSION AS OF n or TIMESTAMP AS OF '...'",
    'Did you mean VERSION?',
  ],
  [
    'ALTER TABLE t ADD ^CONSTRAIN c CHECK (a)',
    "'CONSTRAIN'",
    expect.stringContaining('ADD CONSTRAINT'),
    'Did you mean CONSTRAINT?',
  ],
  [
    'ALTER TABLE t ALTER COLUMN a ^TIPE INT',
    "'TIPE'",
    expect.stringContaining('TYPE, COMMENT'),
    'Did you mean TYPE?',
  ],
  ['ALTER TABLE t ADD COLUMN a^', 'end of input', 'the type of the column', ''],
  [
    'CREATE TABLE t (a INT) ^PARTITONED BY (a)',
    "'PARTITONED'",
    expect.stringContaining('PARTITIONED BY'),
    'Did you mean PARTITIONED?',
  ],
  ['DROP ^TABEL t', "'TABEL'", 'TABLE', 'Did you mean TABLE?'],
  ['^OPTIMISE t', "'OPTIMISE'", expect.stringContaining('a statement'), 'Did you mean OPTIMIZE?'],
])('%s', (marked, error, expected, suggestion) => {
  expect(errorAt(marked)).toMatchObject({
    condition: 'PARSE_SYNTAX_ERROR',
    parameters: { error, expected, suggestion },
  })
})

test.each([
  ['OPTIMIZE ^parquet.`/p`', 'Changing parquet files'],
  ['DELETE FROM ^t VERSION AS OF 3', 'A version of the table that is changed'],
  ['CONVERT TO DELTA ^t', 'CONVERT TO DELTA of anything but Parquet files'],
  ['VACUUM t ^USING INVENTORY (SELECT 1)', 'USING INVENTORY'],
  ['INSERT INTO t ^REPLACE USING (a) SELECT 1', 'REPLACE USING'],
  ['ANALYZE TABLE t COMPUTE STATISTICS ^FOR ALL COLUMNS', 'FOR ALL COLUMNS'],
  ['CREATE TABLE t (a INT, CONSTRAINT c ^EXPECT (a > 0))', 'EXPECT'],
])('%s is known and refused', (marked, clause) => {
  expect(errorAt(marked)).toMatchObject({ condition: 'UNSUPPORTED_FEATURE.CLAUSE', parameters: { clause } })
})

test('INSERT of a MERGE gives each column one value', () => {
  const marked = 'MERGE INTO t USING u ON a WHEN NOT MATCHED THEN ^INSERT (a, b) VALUES (1)'
  expect(errorAt(marked)).toMatchObject({
    condition: 'MERGE_INSERT_VALUE_COUNT_MISMATCH',
    parameters: { columns: '2', values: '1' },
  })
})

test.each([
  ['^INSERT INTO t SELECT 1', 'INSERT INTO'],
  ['^DELETE FROM t', 'DELETE FROM'],
  ['^MERGE INTO t USING u ON a WHEN MATCHED THEN DELETE', 'MERGE INTO'],
  ['^OPTIMIZE t', 'OPTIMIZE'],
  ['^VACUUM t', 'VACUUM'],
  ['^ANALYZE TABLE t COMPUTE STATISTICS', 'ANALYZE TABLE'],
  ['^ALTER TABLE t CLUSTER BY NONE', 'ALTER'],
  ['^CREATE TABLE t (a INT)', 'CREATE TABLE'],
])('%s is refused in the files of a pipeline', (marked, statement) => {
  const error = errorAt(marked, parseStatements)
  expect(error).toMatchObject({ condition: 'UNSUPPORTED_FEATURE.STATEMENT', parameters: { statement } })
  expect(error.parameters.alternative).not.toBe('')
})
