/** A table of one feature, in Spark SQL. `t` is its name: delta.`<folder>`. Every one has a BIGINT `id`. */
export interface InteropCase {
  readonly name: string
  /** Creates the table and fills it with several commits. */
  readonly create: (t: string) => readonly string[]
  /** A SELECT of new rows, all columns in order. */
  readonly append: (from: number) => string
  /** Assignments of the rows that a change meets. */
  readonly set: string
  /** What MERGE does with rows of the source that match and those that do not. Default: all columns. */
  readonly merge?: { readonly update: string; readonly insert: string }
  /** Conditions that statistics decide. */
  readonly predicates: readonly string[]
}

const LONG = `'${'ü'.repeat(40)}'`
const SURROGATES = `'${'😀'.repeat(33)}'`

const simpleAppend = (from: number) => `SELECT id, concat('new ', id) AS x FROM range(${from}, ${from + 5})`

/** A table of `id` and `x` with properties. */
function simple(
  name: string,
  properties: Readonly<Record<string, string>>,
  more: Partial<InteropCase> = {},
): InteropCase {
  const list = Object.entries(properties).map(([key, value]) => `'${key}' = '${value}'`)
  return {
    name,
    create: (t) => [
      `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA${list.length > 0 ? ` TBLPROPERTIES (${list})` : ''}`,
      `INSERT INTO ${t} SELECT id, concat('é', id) FROM range(10)`,
      `INSERT INTO ${t} SELECT id, CAST(NULL AS STRING) FROM range(10, 15)`,
    ],
    append: simpleAppend,
    set: `x = concat(coalesce(x, 'none'), '!')`,
    predicates: ['id = 3', 'id >= 12', 'x IS NULL', `x = 'é7'`, `x > 'new'`],
    ...more,
  }
}

/** `insert` adds rows, one statement each. */
const inserts = (t: string, ...rows: readonly string[]) => rows.map((row) => `INSERT INTO ${t} ${row}`)

const ALL_TYPES = `id BIGINT, b TINYINT, s SMALLINT, i INT, f FLOAT, d DOUBLE, m DECIMAL(18, 3), large DECIMAL(38, 10),
  t BOOLEAN, x STRING, y BINARY, day DATE, at TIMESTAMP, list ARRAY<BIGINT>, dictionary MAP<STRING, DECIMAL(10, 2)>,
  nested STRUCT<x: BIGINT, y: STRUCT<z: ARRAY<STRING>>>`

const allTypesRow = (id: number | string) => `SELECT CAST(${id} AS BIGINT) AS id, CAST(1 AS TINYINT) AS b,
  CAST(-2 AS SMALLINT) AS s, 3 AS i, CAST(0.1 AS FLOAT) AS f, CAST(0.1 AS DOUBLE) AS d, CAST(-1.5 AS DECIMAL(18, 3)) AS m,
  CAST('1234567890123456789012345678.0123456789' AS DECIMAL(38, 10)) AS large, true AS t, 'é %/' AS x, X'FF00' AS y,
  DATE '1969-12-31' AS day, TIMESTAMP '1969-12-31 23:59:59.999999' AS at, array(1L, NULL, 3L) AS list,
  map('k', CAST(0.25 AS DECIMAL(10, 2)), 'é', NULL) AS dictionary,
  named_struct('x', 1L, 'y', named_struct('z', array('a', NULL))) AS nested`

const allTypes: InteropCase = {
  name: 'all types',
  create: (t) => [
    `CREATE TABLE ${t} (${ALL_TYPES}) USING DELTA`,
    ...inserts(
      t,
      allTypesRow(1),
      `VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
      `VALUES (9223372036854775807, CAST(127 AS TINYINT), CAST(32767 AS SMALLINT), 2147483647, CAST('Infinity' AS FLOAT),
         CAST('NaN' AS DOUBLE), 999999999999999.999, CAST('9999999999999999999999999999.9999999999' AS DECIMAL(38, 10)), false,
         ${LONG}, X'', DATE '9999-12-31', TIMESTAMP '9999-12-31 23:59:59.999999', array(), map(),
         named_struct('x', NULL, 'y', NULL)),
       (-9223372036854775808, CAST(-128 AS TINYINT), CAST(-32768 AS SMALLINT), -2147483648, CAST('-Infinity' AS FLOAT),
         CAST(-0.0 AS DOUBLE), -999999999999999.999, CAST('-9999999999999999999999999999.9999999999' AS DECIMAL(38, 10)), true,
         ${SURROGATES}, X'00', DATE '0001-01-01', TIMESTAMP '0001-01-01 00:00:00.000001', array(NULL), map('', NULL), NULL)`,
    ),
  ],
  append: (from) => allTypesRow(from),
  set: `x = concat(x, '!'), m = -m, nested = NULL`,
  predicates: [
    `d > 1`,
    `d = CAST('NaN' AS DOUBLE)`,
    `f >= 0.1`,
    `x = ${LONG}`,
    `x >= ${SURROGATES}`,
    `at = TIMESTAMP '1969-12-31 23:59:59.999999'`,
    `at > TIMESTAMP '2000-01-01'`,
    `day < DATE '1582-10-15'`,
    `m = -1.5`,
    `large > 0`,
    `nested.x = 1`,
    `nested IS NULL`,
    `size(list) = 0`,
  ],
}

const partitionedByStrings: InteropCase = {
  name: 'partitioned by strings',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING, p STRING) USING DELTA PARTITIONED BY (p)`,
    `INSERT INTO ${t} VALUES (1, 'a', 'plain'), (2, 'b', 'a b/c:d'), (3, 'c', '%20+%'), (4, 'd', NULL),
       (5, 'e', 'é😀'), (6, 'f', 'null'), (7, 'g', "quote ' and \\" and \\\\"), (8, 'h', 'x=y&z?#[]{}^~|*<>')`,
    `INSERT INTO ${t} VALUES (9, 'i', 'plain'), (10, 'j', '__HIVE_DEFAULT_PARTITION__x'), (11, 'k', '.hidden'), (12, 'l', '')`,
  ],
  append: (from) => `SELECT id, 'new' AS x, concat('new %', id % 2) AS p FROM range(${from}, ${from + 5})`,
  set: `x = concat(x, '!')`,
  predicates: [`p = 'plain'`, `p = '%20+%'`, `p IS NULL`, `p = 'é😀'`, `p > 'n'`, `p = 'null'`],
}

const partitionedByTypes: InteropCase = {
  name: 'partitioned by every type',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, b TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, m DECIMAL(10, 3), t BOOLEAN,
       day DATE, at TIMESTAMP, x STRING) USING DELTA PARTITIONED BY (b, s, i, l, f, d, m, t, day, at)`,
    `INSERT INTO ${t} VALUES (1, CAST(-1 AS TINYINT), CAST(2 AS SMALLINT), -3, 9007199254740993, CAST(0.5 AS FLOAT), -1.5, -4.250, true,
       DATE '1969-12-31', TIMESTAMP '2026-01-31 10:11:12.123456', 'a')`,
    `INSERT INTO ${t} VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
    `INSERT INTO ${t} VALUES (3, CAST(127 AS TINYINT), CAST(0 AS SMALLINT), 0, 0, CAST(1 AS FLOAT), 1e100, 0.000, false,
       DATE '0001-01-01', TIMESTAMP '1969-12-31 23:59:59', 'c')`,
  ],
  append: (
    from,
  ) => `SELECT ${from}L AS id, CAST(1 AS TINYINT) AS b, CAST(1 AS SMALLINT) AS s, 1 AS i, 1L AS l,
    CAST(1.5 AS FLOAT) AS f, CAST(2.5 AS DOUBLE) AS d, CAST(3.5 AS DECIMAL(10, 3)) AS m, true AS t, DATE '2026-01-01' AS day,
    TIMESTAMP '2026-01-01 00:00:00' AS at, 'new' AS x`,
  set: `x = concat(coalesce(x, ''), '!')`,
  predicates: [
    `b = -1`,
    `l = 9007199254740993`,
    `f = 0.5`,
    `d > 1e99`,
    `m = -4.25`,
    `t`,
    `day < DATE '1900-01-01'`,
    `at = TIMESTAMP '2026-01-31 10:11:12.123456'`,
    `at IS NULL`,
  ],
}

const columnMapping = (mode: string): InteropCase => ({
  name: `column mapping by ${mode}`,
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, \`a b\` STRING, gone INT, s STRUCT<\`x,y\`: INT, z: ARRAY<STRUCT<w: STRING>>>, p STRING)
       USING DELTA PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = '${mode}')`,
    `INSERT INTO ${t} SELECT id, concat('é', id), 1, named_struct('x,y', CAST(id AS INT), 'z', array(named_struct('w', 'v'))),
       concat('p', id % 2) FROM range(6)`,
    `ALTER TABLE ${t} RENAME COLUMN \`a b\` TO x`,
    `ALTER TABLE ${t} RENAME COLUMN p TO \`part of\``,
    `ALTER TABLE ${t} RENAME COLUMN s.\`x,y\` TO renamed`,
    `ALTER TABLE ${t} DROP COLUMN gone`,
    `ALTER TABLE ${t} ADD COLUMN (gone STRING)`,
    `INSERT INTO ${t} SELECT id, concat('é', id), named_struct('renamed', CAST(id AS INT), 'z', array()), 'p0', 'again'
       FROM range(6, 9)`,
  ],
  append: (
    from,
  ) => `SELECT id, 'new' AS x, named_struct('renamed', 7, 'z', array(named_struct('w', CAST(NULL AS STRING)))) AS s,
    concat('p', id % 3) AS \`part of\`, 'new' AS gone FROM range(${from}, ${from + 4})`,
  set: `x = concat(x, '!')`,
  predicates: [`x = 'é3'`, `gone IS NULL`, `gone = 'again'`, `s.renamed >= 4`, `\`part of\` = 'p1'`],
})

const typeWidening: InteropCase = {
  name: 'type widening',
  create: (t) => [
    `CREATE TABLE ${t} (id INT, b TINYINT, i INT, f FLOAT, m DECIMAL(6, 2), n INT, day DATE, s STRUCT<x: SMALLINT>, x STRING)
       USING DELTA TBLPROPERTIES ('delta.enableTypeWidening' = 'true', 'delta.feature.timestampNtz' = 'supported')`,
    `INSERT INTO ${t} VALUES (1, CAST(127 AS TINYINT), 2147483647, CAST(0.1 AS FLOAT), 1234.56, 7, DATE '2026-01-31',
       named_struct('x', CAST(5 AS SMALLINT)), 'a')`,
    ...[
      'id TYPE BIGINT',
      'b TYPE INT',
      'i TYPE BIGINT',
      'f TYPE DOUBLE',
      'm TYPE DECIMAL(12, 4)',
      'n TYPE DOUBLE',
      'day TYPE TIMESTAMP_NTZ',
      's.x TYPE INT',
    ].map((change) => `ALTER TABLE ${t} ALTER COLUMN ${change}`),
    `INSERT INTO ${t} VALUES (9007199254740993, 100000, 9007199254740993, 0.1, 12345678.1234, 0.5,
       TIMESTAMP_NTZ '2026-02-01 10:00:00.000001', named_struct('x', 100000), 'b')`,
  ],
  append: (
    from,
  ) => `SELECT CAST(${from} AS BIGINT) AS id, 1 AS b, 2L AS i, CAST(0.5 AS DOUBLE) AS f, CAST(1.5 AS DECIMAL(12, 4)) AS m,
    CAST(1 AS DOUBLE) AS n, TIMESTAMP_NTZ '2026-03-01 00:00:00' AS day, named_struct('x', 1) AS s, 'new' AS x`,
  set: `x = concat(x, '!')`,
  predicates: [
    `id > 5`,
    `b = 127`,
    `i >= 2147483647`,
    `f < 0.2`,
    `m = 1234.56`,
    `n = 7`,
    `day < TIMESTAMP_NTZ '2026-02-01 00:00:00'`,
    `s.x = 5`,
  ],
}

const constraints: InteropCase = {
  name: 'NOT NULL and CHECK',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT NOT NULL, x STRING, n INT) USING DELTA`,
    `INSERT INTO ${t} VALUES (1, 'a', 5), (2, 'b', 7)`,
    `ALTER TABLE ${t} ADD CONSTRAINT positive CHECK (n > 0)`,
    `ALTER TABLE ${t} ADD CONSTRAINT \`short text\` CHECK (length(x) < 10 OR x LIKE 'long%')`,
    `INSERT INTO ${t} VALUES (3, 'long enough to pass', 1)`,
  ],
  append: (from) => `SELECT id, 'new' AS x, CAST(id AS INT) AS n FROM range(${from}, ${from + 3})`,
  set: `n = n + 1`,
  predicates: [`n = 5`, `x LIKE 'long%'`],
}

const generated: InteropCase = {
  name: 'generated columns',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, at TIMESTAMP, x STRING, twice BIGINT GENERATED ALWAYS AS (id * 2),
       day DATE GENERATED ALWAYS AS (CAST(at AS DATE))) USING DELTA PARTITIONED BY (day)`,
    `INSERT INTO ${t} (id, at, x) VALUES (1, TIMESTAMP '2026-01-31 23:59:59', 'a'), (2, NULL, 'b')`,
    `INSERT INTO ${t} (id, at, x) VALUES (3, TIMESTAMP '2026-02-01 00:00:00', 'c')`,
  ],
  append: (
    from,
  ) => `SELECT id, TIMESTAMP '2026-03-01 12:00:00' AS at, 'new' AS x, id * 2 AS twice, DATE '2026-03-01' AS day
    FROM range(${from}, ${from + 3})`,
  set: `x = concat(x, '!')`,
  predicates: [`day = DATE '2026-01-31'`, `at >= TIMESTAMP '2026-02-01 00:00:00'`, `twice = 4`],
}

const defaults: InteropCase = {
  name: 'column defaults',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING DEFAULT 'it''s', n INT DEFAULT 6 * 7, day DATE DEFAULT DATE '2026-01-01') USING DELTA
       TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')`,
    `INSERT INTO ${t} (id) VALUES (1), (2)`,
    `INSERT INTO ${t} VALUES (3, DEFAULT, NULL, DEFAULT)`,
  ],
  append: (from) =>
    `SELECT id, 'new' AS x, 1 AS n, DATE '2026-02-01' AS day FROM range(${from}, ${from + 3})`,
  set: `n = DEFAULT`,
  predicates: [`n = 42`, `n IS NULL`, `x = 'it''s'`],
}

const identity: InteropCase = {
  name: 'identity columns',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING, n BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 100 INCREMENT BY 10)) USING DELTA`,
    `INSERT INTO ${t} (id, x) VALUES (1, 'a'), (2, 'b')`,
    `INSERT INTO ${t} (id, x) VALUES (3, 'c')`,
  ],
  append: (from) => `SELECT id, 'new' AS x, id AS n FROM range(${from}, ${from + 3})`,
  set: `x = concat(x, '!')`,
  merge: { update: 'x = s.x', insert: '(id, x) VALUES (s.id, s.x)' },
  predicates: [`n >= 100`],
}

const clustered: InteropCase = {
  ...simple('clustering', {}),
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA CLUSTER BY (id, x)`,
    `INSERT INTO ${t} SELECT id, concat('é', id) FROM range(10)`,
    `INSERT INTO ${t} SELECT id, CAST(NULL AS STRING) FROM range(10, 15)`,
    `OPTIMIZE ${t}`,
  ],
}

const timestampNtz: InteropCase = {
  name: 'timestamps without zone',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING, local TIMESTAMP_NTZ, p TIMESTAMP_NTZ) USING DELTA PARTITIONED BY (p)`,
    `INSERT INTO ${t} VALUES (1, 'a', TIMESTAMP_NTZ '2026-01-31 10:00:00.000001', TIMESTAMP_NTZ '2026-01-31 10:00:00.5'),
       (2, 'b', TIMESTAMP_NTZ '0001-01-01 00:00:00', NULL), (3, 'c', NULL, TIMESTAMP_NTZ '1969-12-31 23:59:59')`,
  ],
  append: (from) => `SELECT ${from}L AS id, 'new' AS x, TIMESTAMP_NTZ '2026-01-31 10:00:00.000002' AS local,
    TIMESTAMP_NTZ '2026-01-31 10:00:00.5' AS p`,
  set: `x = concat(x, '!')`,
  predicates: [
    `local >= TIMESTAMP_NTZ '2026-01-31 10:00:00.000001'`,
    `p = TIMESTAMP_NTZ '2026-01-31 10:00:00.5'`,
    `p IS NULL`,
  ],
}

const longHistory: InteropCase = {
  ...simple('a long history with checkpoints', {}),
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA TBLPROPERTIES ('delta.checkpointInterval' = '5')`,
    ...Array.from(
      { length: 9 },
      (_, i) => `INSERT INTO ${t} SELECT id, concat('é', id) FROM range(${i * 2}, ${i * 2 + 2})`,
    ),
    `DELETE FROM ${t} WHERE id = 4`,
    `UPDATE ${t} SET x = NULL WHERE id > 15`,
    `INSERT INTO ${t} SELECT id, 'last' FROM range(30, 33)`,
  ],
}

const evolved: InteropCase = {
  name: 'columns added, files overwritten',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, s STRUCT<a: INT>) USING DELTA`,
    `INSERT INTO ${t} VALUES (1, named_struct('a', 1)), (2, NULL)`,
    `ALTER TABLE ${t} ADD COLUMNS (x STRING COMMENT 'added' AFTER id, s.b STRING)`,
    `INSERT INTO ${t} VALUES (3, 'c', named_struct('a', 3, 'b', 'y'))`,
    `INSERT OVERWRITE ${t} SELECT id, coalesce(x, 'old'), s FROM ${t}`,
    `INSERT INTO ${t} REPLACE WHERE id > 2 SELECT 5L, 'e', named_struct('a', 5, 'b', 'z')`,
    `ALTER TABLE ${t} ALTER COLUMN x COMMENT 'changed'`,
  ],
  append: (from) =>
    `SELECT id, 'new' AS x, named_struct('a', 9, 'b', 'n') AS s FROM range(${from}, ${from + 3})`,
  set: `x = concat(x, '!')`,
  predicates: [`s.b IS NULL`, `s.a = 5`, `x = 'old'`],
}

/** Made by Spark only: here no function makes variants. The variant null is left out: here it is NULL. */
export const VARIANT: InteropCase = {
  name: 'variants',
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING, v VARIANT) USING DELTA`,
    `INSERT INTO ${t} SELECT id, 'a', parse_json('{"a":1,"b":[true,null,"é",1.5,{"c":123456789012}]}') FROM range(3)`,
    `INSERT INTO ${t} VALUES (5, 'b', NULL), (6, 'c', parse_json('false')), (7, 'd', parse_json('"text"'))`,
  ],
  append: (from) => `SELECT ${from}L AS id, 'new' AS x, parse_json('[]') AS v`,
  set: `x = concat(x, '!')`,
  predicates: [`v IS NULL`, `id = 6`],
}

const deletionVectors: InteropCase = {
  ...simple('deletion vectors', { 'delta.enableDeletionVectors': 'true' }),
  create: (t) => [
    `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')`,
    `INSERT INTO ${t} SELECT id, concat('é', id) FROM range(1000)`,
    `DELETE FROM ${t} WHERE id % 3 = 0`,
    `UPDATE ${t} SET x = 'updated' WHERE id % 100 = 1`,
    `DELETE FROM ${t} WHERE id BETWEEN 100 AND 980`,
    `MERGE INTO ${t} AS t USING (SELECT id FROM range(995, 1005)) AS s ON t.id = s.id
       WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, x) VALUES (s.id, 'merged')`,
  ],
  predicates: ['id = 4', 'id >= 990', `x = 'updated'`],
}

export const CASES: readonly InteropCase[] = [
  allTypes,
  partitionedByStrings,
  partitionedByTypes,
  simple('a change data feed', { 'delta.enableChangeDataFeed': 'true' }),
  deletionVectors,
  simple('deletion vectors and a change data feed', {
    'delta.enableDeletionVectors': 'true',
    'delta.enableChangeDataFeed': 'true',
  }),
  columnMapping('name'),
  columnMapping('id'),
  typeWidening,
  constraints,
  generated,
  defaults,
  identity,
  simple('row tracking', { 'delta.enableRowTracking': 'true' }),
  simple('in-commit timestamps', { 'delta.enableInCommitTimestamps': 'true' }),
  simple('V2 checkpoints', { 'delta.checkpointPolicy': 'v2', 'delta.checkpointInterval': '2' }),
  clustered,
  timestampNtz,
  longHistory,
  evolved,
]
