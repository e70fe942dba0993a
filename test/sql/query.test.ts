import { describe, expect, test } from 'vitest'
import { parseQuery } from '../../src/sql/index.ts'
import { shortRelation } from './short-form.ts'

const tree = (text: string) => shortRelation(parseQuery(text))

describe('SELECT', () => {
  test.each([
    ['SELECT 1', 'Project[1:int](LocalRelation)'],
    ['SELECT a, b AS c, d e, t.* FROM t', 'Project[a, (as b c), (as d e), t.*](Read[t])'],
    ['SELECT * EXCEPT (a) FROM t', 'Project[* except a](Read[t])'],
    ['SELECT ALL a FROM t', 'Project[a](Read[t])'],
    ['SELECT DISTINCT a FROM t', 'Deduplicate(Project[a](Read[t]))'],
    ['SELECT a FROM t WHERE b > 1', 'Project[a](Filter[(> b 1:int)](Read[t]))'],
    [
      'SELECT a FROM t ORDER BY b DESC, c NULLS LAST',
      'Sort[(desc-nulls-last b), (asc-nulls-last c)](Project[a](Read[t]))',
    ],
    ['SELECT a FROM t LIMIT 10 OFFSET 5', 'Limit[10:int](Offset[5:int](Project[a](Read[t])))'],
    ['SELECT a FROM t LIMIT ALL', 'Project[a](Read[t])'],
    ['TABLE t', 'Project[*](Read[t])'],
    ['VALUES (1, 2), (3, 4)', 'LocalRelation[col1,col2: 1:int, 2:int; 3:int, 4:int]'],
    ['VALUES 1, 2', 'LocalRelation[col1: 1:int; 2:int]'],
    ['VALUES (1, 2) AS t(a, b)', 'Project[*](SubqueryAlias[t: a,b](LocalRelation[col1,col2: 1:int, 2:int]))'],
    ['SELECT start, end FROM t', 'Project[start, end](Read[t])'],
    [
      'SELECT CASE WHEN end > 1 THEN end ELSE end END FROM t',
      'Project[(case (when (> end 1:int) end) end)](Read[t])',
    ],
    ['SELECT a FROM t ORDER BY ALL DESC', 'Sort[(desc-nulls-last *)](Project[a](Read[t]))'],
    ['SELECT a FROM t ORDER BY `all`', 'Sort[(asc-nulls-first all)](Project[a](Read[t]))'],
    [
      'SELECT row_number() OVER w, sum(b) OVER (w) FROM t WINDOW w AS (PARTITION BY a ORDER BY b)',
      'Project[(over (row_number) (partition a) (order (asc-nulls-first b))), (over (sum b) (partition a) (order (asc-nulls-first b)))](Read[t])',
    ],
    [
      'SELECT a FROM t WINDOW w AS (ORDER BY b) ORDER BY row_number() OVER w',
      'Sort[(asc-nulls-first (over (row_number) (order (asc-nulls-first b))))](Project[a](Read[t]))',
    ],
    [
      'SELECT a FROM t QUALIFY row_number() OVER (ORDER BY b) = 1',
      'Project[a qualify (= (over (row_number) (order (asc-nulls-first b))) 1:int)](Read[t])',
    ],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))
})

describe('aggregation', () => {
  test.each([
    ['SELECT count(*) FROM t', 'Aggregate[(count *) by](Read[t])'],
    ['SELECT 1 + max(a) AS m FROM t', 'Aggregate[(as (+ 1:int (max a)) m) by](Read[t])'],
    ['SELECT sum(a) OVER () FROM t', 'Project[(over (sum a))](Read[t])'],
    ['SELECT sum(sum(a)) OVER () FROM t', 'Aggregate[(over (sum (sum a))) by](Read[t])'],
    ['SELECT (SELECT max(a) FROM u) FROM t', 'Project[(scalar Aggregate[(max a) by](Read[u]))](Read[t])'],
    ['SELECT a, sum(b) FROM t GROUP BY a', 'Aggregate[a, (sum b) by a](Read[t])'],
    [
      'SELECT a FROM t GROUP BY 1 HAVING count(*) > 1',
      'Aggregate[a by 1:int having (> (count *) 1:int)](Read[t])',
    ],
    ['SELECT 1 FROM t HAVING count(*) > 1', 'Aggregate[1:int by having (> (count *) 1:int)](Read[t])'],
    ['SELECT a, sum(b) FROM t GROUP BY ALL', 'Aggregate[a, (sum b) by all](Read[t])'],
    ['SELECT a FROM t GROUP BY ROLLUP (a, b)', 'Aggregate[a rollup a, b](Read[t])'],
    ['SELECT a FROM t GROUP BY a, b WITH CUBE', 'Aggregate[a cube a, b](Read[t])'],
    [
      'SELECT a FROM t GROUP BY ROLLUP ((a, b), c)',
      'Aggregate[a grouping sets a, b, c sets {0,1,2}{0,1}{}](Read[t])',
    ],
    [
      'SELECT a FROM t GROUP BY a, CUBE (b, c)',
      'Aggregate[a grouping sets a, b, c sets {0,1,2}{0,1}{0,2}{0}](Read[t])',
    ],
    [
      'SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, ())',
      'Aggregate[a grouping sets a, b sets {0,1}{0}{}](Read[t])',
    ],
    [
      'SELECT a FROM t GROUP BY a, b GROUPING SETS ((b), (a))',
      'Aggregate[a grouping sets a, b sets {1}{0}](Read[t])',
    ],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))
})

describe('FROM', () => {
  const from = (text: string) => tree(`SELECT * FROM ${text}`).replace(/^Project\[\*\]\((.*)\)$/, '$1')
  test.each([
    ['a', 'Read[a]'],
    ['cat.sales.`my orders`', 'Read[cat.sales.my orders]'],
    ['LIVE.a', 'Read[a]'],
    ['live.sales.a', 'Read[sales.a]'],
    ['a AS b', 'SubqueryAlias[b](Read[a])'],
    ['a b (x, y)', 'SubqueryAlias[b: x,y](Read[a])'],
    ['STREAM a', 'Read[stream a]'],
    ['STREAM(LIVE.a) s', 'SubqueryAlias[s](Read[stream a])'],
    ['STREAM', 'Read[STREAM]'],
    ['a VERSION AS OF 3', 'Read[a at 3]'],
    ["a TIMESTAMP AS OF '2026-01-31' AS b", 'SubqueryAlias[b](Read[a at 2026-01-31])'],
    ["a FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-31'", 'Read[a at 2026-01-31]'],
    ['a@v3', 'Read[a at 3]'],
    ['a@20260131100000123', 'Read[a at 2026-01-31 10:00:00.123]'],
    [
      'STREAM a WITH (skipChangeCommits, startingVersion = 2)',
      'Read[stream a, skipChangeCommits=true, startingVersion=2]',
    ],
    ['delta.`/data/a`', 'DataSource[delta /data/a]'],
    ['delta.`/data/a@v2` x', 'SubqueryAlias[x](DataSource[delta /data/a at 2])'],
    ['STREAM json.`/data`', 'DataSource[stream json /data]'],
    ['parquet.a', 'Read[parquet.a]'],
    [
      "read_files('/data', format => 'json', schema => 'id INT, x STRING', multiLine => true)",
      'DataSource[read_files /data, format=json, multiLine=true, schema=struct<id:int,x:string>]',
    ],
    ["STREAM(read_files('/data'))", 'DataSource[stream read_files /data]'],
    [
      "cloud_files('/data', 'json', map('cloudFiles.inferColumnTypes', 'true'))",
      'DataSource[stream cloudFiles /data, cloudFiles.format=json, cloudFiles.inferColumnTypes=true]',
    ],
    [
      'STREAM a WATERMARK ts DELAY OF INTERVAL 10 MINUTES AS b',
      'SubqueryAlias[b](WithWatermark[ts 600000000us](Read[stream a]))',
    ],
    [
      'STREAM a b WATERMARK ts DELAY OF INTERVAL 1 MONTH',
      'SubqueryAlias[b](WithWatermark[ts 2678400000000us](Read[stream a]))',
    ],
    [
      'STREAM a WATERMARK to_timestamp(x) AS ts DELAY OF INTERVAL 0 SECONDS',
      'WithWatermark[(as (to_timestamp x) ts) 0us](Read[stream a])',
    ],
    ['range(10)', 'TableValuedFunction[(range 10:int)]'],
    ['event_log(TABLE(LIVE.a))', 'TableValuedFunction[(event_log (table a))]'],
    ["table_changes('a', 1, 5)", 'Read[a, readChangeFeed=true, startingVersion=1, endingVersion=5]'],
    ['VALUES (1, 2) AS v(a, b)', 'SubqueryAlias[v: a,b](LocalRelation[col1,col2: 1:int, 2:int])'],
    ['(SELECT 1 AS x)', 'Project[(as 1:int x)](LocalRelation)'],
    ['(a JOIN b ON x) c', 'SubqueryAlias[c](Join[inner on x](Read[a], Read[b]))'],
    ['a, b', 'Join[cross](Read[a], Read[b])'],
    ['a, b JOIN c ON x', 'Join[cross](Read[a], Join[inner on x](Read[b], Read[c]))'],
    ['a LEFT OUTER JOIN b USING (x, y)', 'Join[left using x,y](Read[a], Read[b])'],
    ['a RIGHT JOIN b ON x FULL JOIN c ON y', 'Join[full on y](Join[right on x](Read[a], Read[b]), Read[c])'],
    ['a LEFT SEMI JOIN b ON x', 'Join[left semi on x](Read[a], Read[b])'],
    ['a ANTI JOIN b ON x', 'Join[left anti on x](Read[a], Read[b])'],
    ['a NATURAL LEFT JOIN b', 'Join[natural left](Read[a], Read[b])'],
    ['a CROSS JOIN b', 'Join[cross](Read[a], Read[b])'],
    ['a, LATERAL (SELECT a.x)', 'Join[lateral cross](Read[a], Project[a.x](LocalRelation))'],
    [
      'a LEFT JOIN LATERAL explode(a.x) e ON true',
      'Join[lateral left on true](Read[a], SubqueryAlias[e](TableValuedFunction[(explode a.x)]))',
    ],
    ['a LATERAL VIEW explode(x) v AS y', 'Generate[(explode x) v: y](Read[a])'],
    ['a LATERAL VIEW OUTER posexplode(x) v p, y', 'Generate[outer (posexplode x) v: p,y](Read[a])'],
    [
      'a LATERAL VIEW explode(x) v AS y LATERAL VIEW explode(y) AS z',
      'Generate[(explode y) : z](Generate[(explode x) v: y](Read[a]))',
    ],
  ])('%s', (text, expected) => expect(from(text)).toBe(expected))
})

describe('set operations and common table expressions', () => {
  test.each([
    ['SELECT a UNION SELECT b', 'SetOperation[union](Project[a](LocalRelation), Project[b](LocalRelation))'],
    [
      'VALUES 1 UNION ALL VALUES 2 INTERSECT VALUES 3 MINUS VALUES 4',
      'SetOperation[except](SetOperation[union all](LocalRelation[col1: 1:int], SetOperation[intersect](LocalRelation[col1: 2:int], LocalRelation[col1: 3:int])), LocalRelation[col1: 4:int])',
    ],
    [
      'VALUES 1 UNION ALL BY NAME (VALUES 2 LIMIT 1) ORDER BY 1',
      'Sort[(asc-nulls-first 1:int)](SetOperation[union all by name](LocalRelation[col1: 1:int], Limit[1:int](LocalRelation[col1: 2:int])))',
    ],
    [
      'WITH a AS (SELECT 1 AS x), b (y) AS (WITH c AS (TABLE a) TABLE c) SELECT * FROM b',
      'With[a = Project[(as 1:int x)](LocalRelation); b: y = With[c = Project[*](Read[a])](Project[*](Read[c]))](Project[*](Read[b]))',
    ],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))
})
