import { expect, test } from 'vitest'
import { PipelineError } from '../../src/errors/index.ts'
import { parseExpression, parseStatements } from '../../src/sql/index.ts'

/** The error that a text raises. `^` marks where it must point, and is no part of the text. */
function errorOf(marked: string, parse: (text: string) => unknown = parseStatements): PipelineError {
  const mark = marked.indexOf('^')
  const lines = marked.slice(0, mark).split('\n')
  try {
    parse(marked.replace('^', ''))
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    expect(error.position).toEqual({ line: lines.length, column: lines.at(-1)!.length + 1 })
    return error
  }
  throw new Error('nothing was wrong')
}

test.each([
  [
    '^SELEC 1',
    "'SELEC'",
    'a statement: CREATE, AUTO CDC INTO, SET, USE, DESCRIBE, SHOW TBLPROPERTIES or a query',
    'Did you mean SELECT?',
  ],
  [
    'SELECT a FORM ^t',
    "'t'",
    "';' or another clause of the statement",
    "Did you mean FROM instead of 'FORM'?",
  ],
  [
    'SELECT a FROM t WHRE ^x > 1',
    "'x'",
    "';' or another clause of the statement",
    "Did you mean WHERE instead of 'WHRE'?",
  ],
  ['SELECT a\nFROM t\n  GROUP ^a', "'a'", 'BY', ''],
  ['SELECT 1 +^', 'end of input', 'an expression', ''],
  ['SELECT ^FROM t', "'FROM'", 'an expression', ''],
  ['SELECT a, ^FROM t', "'FROM'", 'an expression', ''],
  ['SELECT (1 ^2', "'2'", "')' or an operator", ''],
  ['SELECT f(1 ^2)', "'2'", "',', ')' or an operator", ''],
  ['SELECT CASE WHEN a THEN b ^ENDE', "'ENDE'", 'WHEN, ELSE or END', 'Did you mean END?'],
  ['SELECT CASE END^', 'end of input', 'WHEN', ''],
  ['SELECT a IS ^NUL', "'NUL'", 'NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM', 'Did you mean NULL?'],
  ['SELECT a IN ^1', "'1'", "'(' and a list or a query", ''],
  ['SELECT a = ^NOT b', "'NOT'", 'parentheses around NOT', ''],
  ['SELECT a ^$ b', "'$'", "';' or another clause of the statement", ''],
  ['SELECT a BETWEEN 1 ^, 2', "','", 'AND', ''],
  [
    'SELECT sum(a) OVER (^PARTITON BY b)',
    "'PARTITON'",
    "PARTITION BY, ORDER BY, ROWS, RANGE or ')'",
    'Did you mean PARTITION?',
  ],
  [
    'SELECT INTERVAL 1 ^DAI',
    "'DAI'",
    'a unit: YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND',
    'Did you mean DAY?',
  ],
  ['SELECT * FROM ^', 'end of input', 'a table name', ''],
  ['SELECT * FROM a LEFT ^b', "'b'", 'JOIN, OUTER, SEMI or ANTI', ''],
  ['SELECT * FROM a ^OUTER JOIN b ON x', "'OUTER'", "';' or another clause of the statement", ''],
  ['SELECT * FROM a JOIN b USING ^x', "'x'", "'('", ''],
  [
    'SELECT * FROM STREAM a WATERMARK ts DELY ^OF INTERVAL 1 DAY',
    "'OF'",
    'DELAY OF INTERVAL ...',
    "Did you mean DELAY instead of 'DELY'?",
  ],
  ['SELECT * FROM STREAM a WATERMARK ts DELAY OF ^10', "'10'", 'an interval such as INTERVAL 10 MINUTES', ''],
  ["SELECT * FROM read_files('x', ^'json')", "''json''", 'the name of an option', ''],
  ["SELECT * FROM read_files('x', format ^= 'json')", "'='", "'=>'", ''],
  [
    "SELECT * FROM read_files('x', format => ^lower('json'))",
    "'lower'",
    'a constant: a string, a number, TRUE or FALSE',
    '',
  ],
  [
    'SELECT * FROM a TIMESTAMP AS OF ^current_date()',
    "'current_date'",
    "a timestamp in quotes, such as '2026-01-31 10:00:00'",
    '',
  ],
  [
    'CREATE ^STREAMIN TABLE t',
    "'STREAMIN'",
    'STREAMING TABLE, MATERIALIZED VIEW, TEMPORARY VIEW, VIEW or FLOW',
    'Did you mean STREAMING?',
  ],
  ['CREATE MATERIALIZED ^VEW v AS SELECT 1', "'VEW'", 'TABLE or VIEW', 'Did you mean VIEW?'],
  ['CREATE MATERIALIZED VIEW v^', 'end of input', 'AS and a query, or a clause such as COMMENT', ''],
  [
    "CREATE MATERIALIZED VIEW v ^COMENT 'x' AS SELECT 1",
    "'COMENT'",
    'AS and a query, or a clause such as COMMENT',
    'Did you mean COMMENT?',
  ],
  [
    'CREATE LIVE VIEW v (CONSTRAINT c ^EXPEC (a)) AS SELECT 1',
    "'EXPEC'",
    'EXPECT, PRIMARY KEY or FOREIGN KEY',
    'Did you mean EXPECT?',
  ],
  [
    'CREATE LIVE VIEW v (CONSTRAINT c EXPECT (a) ON VIOLATION ^DROPP) AS SELECT 1',
    "'DROPP'",
    'DROP ROW, FAIL UPDATE or WARN',
    'Did you mean DROP?',
  ],
  [
    'CREATE STREAMING TABLE t (a INT ^NULL)',
    "'NULL'",
    "',', ')' or a clause such as NOT NULL or COMMENT",
    '',
  ],
  ['CREATE STREAMING TABLE t CLUSTER BY ^a', "'a'", "'(' and columns, AUTO or NONE", ''],
  ['CREATE FLOW f AS ^UPSERT INTO t', "'UPSERT'", 'INSERT INTO or AUTO CDC INTO', 'Did you mean INSERT?'],
  ['SHOW ^TABEL', "'TABEL'", 'TBLPROPERTIES', 'Did you mean TABLES?'],
  ['SET x^', 'end of input', "'='", ''],
])('%s', (text, error, expected, suggestion) => {
  const raised = errorOf(text)
  expect(raised).toMatchObject({
    condition: 'PARSE_SYNTAX_ERROR',
    parameters: { error, expected, suggestion },
  })
})

test.each([
  ["SELECT ^'abc", 'UNCLOSED_QUOTE', { what: 'string', quote: "'" }],
  ['SELECT ^`abc', 'UNCLOSED_QUOTE', { what: 'name', quote: '`' }],
  ['SELECT 1 ^/* a /* b */', 'UNCLOSED_BRACKETED_COMMENT', {}],
  ['SELECT * FROM ^my-table', 'INVALID_IDENTIFIER', { ident: 'my-table' }],
  ['SELECT * FROM ^a.b.c.d', 'IDENTIFIER_TOO_MANY_NAME_PARTS', { identifier: 'a.b.c.d', count: '4' }],
  ["CREATE VIEW v COMMENT 'a' ^COMMENT 'b' AS SELECT 1", 'DUPLICATE_CLAUSES', { clauseName: 'COMMENT' }],
  ["CREATE VIEW v TBLPROPERTIES (a = 1, ^'a' = 2) AS SELECT 1", 'DUPLICATE_KEY', { keyColumn: 'a' }],
  [
    'SELECT * FROM a ^NATURAL CROSS JOIN b',
    'INCOMPATIBLE_JOIN_TYPES',
    { joinType1: 'NATURAL', joinType2: 'CROSS' },
  ],
  ['SELECT sum(a) OVER ^w FROM t', 'MISSING_WINDOW_SPECIFICATION', { windowName: 'w' }],
  [
    'SELECT sum(a) OVER w FROM t WINDOW w AS (), ^w AS ()',
    'REPETITIVE_WINDOW_DEFINITION',
    { windowName: 'w' },
  ],
  ['WITH a AS (SELECT 1), ^A AS (SELECT 2) SELECT 3', 'DUPLICATED_CTE_NAMES', { duplicateNames: 'A' }],
  [
    'VALUES (1, 2), ^(3)',
    'INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH',
    { expectedNumCols: '2', actualNumCols: '1' },
  ],
  [
    'SELECT ^300Y',
    'INVALID_NUMERIC_LITERAL_RANGE',
    { literal: '300', typeName: 'tinyint', minValue: '-128', maxValue: '127' },
  ],
  [
    `SELECT ^${'9'.repeat(39)}`,
    'DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION',
    { precision: '39', maxPrecision: '38' },
  ],
  [
    "SELECT ^DATE '2026-02-30'",
    'INVALID_TYPED_LITERAL',
    { valueType: '"DATE"', value: "'2026-02-30'", expected: "Write it as DATE '2026-01-31'." },
  ],
  [
    "SELECT ^INTERVAL '1 dya'",
    'INVALID_INTERVAL_FORMAT',
    { input: '1 dya', reason: "'dya' is not a unit; did you mean 'day'?" },
  ],
  [
    'SELECT ^INTERVAL 1 MONTH 2 DAYS',
    'INVALID_INTERVAL_FORMAT',
    {
      input: 'INTERVAL 1 MONTH 2 DAYS',
      reason: 'years and months cannot be mixed with days and shorter units',
    },
  ],
  [
    'SELECT CAST(a AS ^BIGIN)',
    'UNSUPPORTED_DATATYPE',
    { typeName: '"BIGIN"', suggestion: 'Did you mean BIGINT?' },
  ],
  ['SELECT a::^decimal(39)', 'INVALID_DECIMAL_TYPE', { precision: '39', scale: '0' }],
])('%s', (text, condition, parameters) => {
  expect(errorOf(text)).toMatchObject({ condition, parameters })
})

test.each([
  ['SELECT * FROM t ^TABLESAMPLE (5 ROWS)', 'TABLESAMPLE'],
  ['SELECT * FROM t ^PIVOT (sum(a) FOR b IN (1))', 'PIVOT'],
  ['SELECT a FROM t ^SORT BY a', 'SORT BY'],
  ['SELECT a FROM t ^CLUSTER BY a', 'CLUSTER BY'],
  ['SELECT a FROM t ^DISTRIBUTE BY a', 'DISTRIBUTE BY'],
  ['WITH ^RECURSIVE a AS (SELECT 1) SELECT 1', 'WITH RECURSIVE'],
  ['^FROM t SELECT a', 'A query that begins with FROM'],
  ['SELECT ^:key', 'The parameter marker :key'],
  ['SELECT a.f^(1)', 'Calling a function by a qualified name (a.f)'],
  ['SELECT explode(a) AS ^(b, c)', 'A list of aliases'],
  ['SELECT * FROM ^orc.`/x`', 'Reading orc files'],
  ['SELECT * FROM ^t@x', "The suffix '@x'"],
  ["CREATE STREAMING TABLE t ^LOCATION 'x'", 'LOCATION'],
  ['CREATE STREAMING TABLE t ^SCHEDULE EVERY 1 HOUR', 'SCHEDULE'],
  ['CREATE STREAMING TABLE t USING ^parquet', 'USING parquet'],
  ['CREATE STREAMING TABLE t PARTITIONED BY (year^(d))', 'Partitioning by year(...)'],
  ['CREATE STREAMING TABLE t (a INT ^MASK f)', 'MASK'],
  ['CREATE STREAMING TABLE t (id BIGINT ^GENERATED ALWAYS AS IDENTITY)', 'An IDENTITY column'],
  ['CREATE STREAMING TABLE t (CONSTRAINT c ^CHECK (a > 1))', 'A CHECK constraint'],
  ['CREATE ^OR REPLACE STREAMING TABLE t', 'OR REPLACE'],
  ['CREATE FLOW f AS INSERT ^OVERWRITE t SELECT 1', 'INSERT OVERWRITE'],
  ['CREATE FLOW f AS INSERT INTO t ^PARTITION (a = 1) SELECT 1', 'INSERT INTO ... PARTITION'],
  ['CREATE FLOW f AS INSERT INTO t ^(a, b) SELECT 1, 2', 'A column list behind the target'],
])('a clause that is known but not taken: %s', (text, clause) => {
  expect(errorOf(text)).toMatchObject({ condition: 'UNSUPPORTED_FEATURE.CLAUSE', parameters: { clause } })
})

test.each([
  ['CREATE STREAMING TABLE t ^FLOW REPLACE WHERE a BY NAME SELECT 1', 'FLOW REPLACE'],
  ['^MERGE INTO t USING s ON t.a = s.a', 'MERGE INTO'],
  ['^INSERT INTO t SELECT 1', 'INSERT INTO'],
  ['^OPTIMIZE t ZORDER BY (a)', 'OPTIMIZE'],
  ['^VACUUM t', 'VACUUM'],
  ['^DROP TABLE t', 'DROP'],
  ['^CREATE TABLE t (a INT)', 'CREATE TABLE'],
  ['^CREATE PRIVATE VIEW v AS SELECT 1', 'CREATE PRIVATE VIEW'],
  ['CREATE ^FUNCTION f() RETURN 1', 'CREATE FUNCTION'],
  ["^SET TIME ZONE 'UTC'", 'SET TIME ZONE'],
  ['^SHOW TABLES', 'SHOW TABLES'],
  ['^EXPLAIN SELECT 1', 'EXPLAIN'],
])('a statement that is known but not taken: %s', (text, statement) => {
  expect(errorOf(text)).toMatchObject({
    condition: 'UNSUPPORTED_FEATURE.STATEMENT',
    parameters: { statement },
  })
})

test('an expression must end with its text', () => {
  expect(errorOf('a > 1 ^b', parseExpression)).toMatchObject({
    condition: 'PARSE_SYNTAX_ERROR',
    parameters: { error: "'b'", expected: 'an operator or the end of the expression' },
  })
})
