import { describe, expect, test } from 'vitest'
import { parseExpression, parseSelectItem } from '../../src/sql/index.ts'
import { shortForm } from './short-form.ts'

const tree = (text: string) => shortForm(parseExpression(text))

describe('operators', () => {
  test.each([
    ['a + b * c - d', '(- (+ a (* b c)) d)'],
    ['a - b - c', '(- (- a b) c)'],
    ['(a + b) * c', '(* (+ a b) c)'],
    ['a / b % c DIV d', '(div (% (/ a b) c) d)'],
    ["a || 'x' + b", "(+ (|| a 'x') b)"],
    ['a | b ^ c & d << 1', '(| a (^ b (& c (<< d 1:int))))'],
    ['a >> 1 >>> 2', '(>>> (>> a 1:int) 2:int)'],
    ['a = b OR c < d AND NOT e', '(or (= a b) (and (< c d) (not e)))'],
    ['NOT a = b', '(not (= a b))'],
    ['NOT NOT a', '(not (not a))'],
    ['!a', '(not a)'],
    ['a == b', '(= a b)'],
    ['a != b', '(<> a b)'],
    ['a <> b', '(<> a b)'],
    ['a <=> b', '(<=> a b)'],
    ['a !< b', '(>= a b)'],
    ['a !> b', '(<= a b)'],
    ['-a + ~b', '(+ (negative a) (~ b))'],
    ['- -a', '(negative (negative a))'],
    ['-a * b', '(* (negative a) b)'],
    ['+a', '(positive a)'],
    ['a = b = c', '(= (= a b) c)'],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))
})

describe('predicates', () => {
  test.each([
    ['a IS NULL', '(isnull a)'],
    ['a IS NOT NULL', '(isnotnull a)'],
    ['a IS UNKNOWN', '(isnull a)'],
    ['a IS TRUE', '(is_true a)'],
    ['a IS NOT FALSE', '(not (is_false a))'],
    ['a IS DISTINCT FROM b', '(not (<=> a b))'],
    ['a IS NOT DISTINCT FROM b', '(<=> a b)'],
    ['a IN (1, 2)', '(in a 1:int 2:int)'],
    ['a NOT IN (1)', '(not (in a 1:int))'],
    ['a BETWEEN 1 AND 2 AND b', '(and (between a 1:int 2:int) b)'],
    ['a NOT BETWEEN b AND c', '(not (between a b c))'],
    ["a LIKE 'x%'", "(like a 'x%')"],
    ["a NOT LIKE 'x!%' ESCAPE '!'", "(not (like a 'x!%' '!'))"],
    ["a ILIKE 'X%'", "(ilike a 'X%')"],
    ["a RLIKE '^x'", "(rlike a '^x')"],
    ["a REGEXP '^x'", "(rlike a '^x')"],
    ["a LIKE ANY ('x', 'y')", "(like_any a 'x' 'y')"],
    ["a LIKE ALL ('x', 'y')", "(like_all a 'x' 'y')"],
    ["a NOT LIKE ANY ('x', 'y')", "(not (like_all a 'x' 'y'))"],
    ["a NOT ILIKE ALL ('x')", "(not (ilike_any a 'x'))"],
    ['a + 1 > 2 IS NULL', '(isnull (> (+ a 1:int) 2:int))'],
    ['a IN (SELECT b FROM t)', '(in a Project[b](Read[t]))'],
    ['a NOT IN (SELECT b FROM t)', '(not-in a Project[b](Read[t]))'],
    ['NOT a IN (SELECT b FROM t)', '(not-in a Project[b](Read[t]))'],
    ['(a, b) IN (SELECT c, d FROM t)', '(in a b Project[c, d](Read[t]))'],
    ['(a, b) IN ((1, 2))', '(in (struct a b) (struct 1:int 2:int))'],
    ['EXISTS (SELECT 1)', '(exists Project[1:int](LocalRelation))'],
    ['NOT EXISTS (SELECT 1)', '(not-exists Project[1:int](LocalRelation))'],
    ['exists(items, x -> x > 1)', '(exists items (-> [x] (> x 1:int)))'],
    ['(SELECT 1) + 1', '(+ (scalar Project[1:int](LocalRelation)) 1:int)'],
    ['((SELECT 1) + 1)', '(+ (scalar Project[1:int](LocalRelation)) 1:int)'],
    [
      '((SELECT a) UNION (SELECT b))',
      '(scalar SetOperation[union](Project[a](LocalRelation), Project[b](LocalRelation)))',
    ],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))
})

describe('literals', () => {
  test.each([
    ['1', '1:int'],
    ['-1', '-1:int'],
    ['2147483648', '2147483648:bigint'],
    ['-2147483648', '-2147483648:int'],
    ['9223372036854775808', '9223372036854775808:decimal(19,0)'],
    ['1L', '1:bigint'],
    ['-9223372036854775808L', '-9223372036854775808:bigint'],
    ['1S', '1:smallint'],
    ['-128Y', '-128:tinyint'],
    ['1.5', '1.5:decimal(2,1)'],
    ['1.50', '1.50:decimal(3,2)'],
    ['0.01', '0.01:decimal(2,2)'],
    ['001.5', '1.5:decimal(2,1)'],
    ['.5', '0.5:decimal(1,1)'],
    ['5.', '5:decimal(1,0)'],
    ['5BD', '5:decimal(1,0)'],
    ['1.5e3BD', '1500:decimal(4,0)'],
    ['15e-3BD', '0.015:decimal(3,3)'],
    ['1e3', '1000:double'],
    ['1.5D', '1.5:double'],
    ['0.1F', '0.10000000149011612:float'],
    ['TRUE', 'true'],
    ['null', 'null'],
    ["X'1F2'", '01f2:binary'],
    ["DATE '2026-1-31'", '2026-01-31:date'],
    ["DATE '2026'", '2026-01-01:date'],
    ["TIMESTAMP '2026-01-31'", '2026-01-31 00:00:00:timestamp'],
    ["TIMESTAMP '2026-01-31T10:00:00.12Z'", '2026-01-31 10:00:00.120000:timestamp'],
    ["TIMESTAMP '2026-01-31 01:00:00+02:00'", '2026-01-30 23:00:00:timestamp'],
    ["TIMESTAMP_NTZ '2026-01-31 10:00'", '2026-01-31 10:00:00:timestamp_ntz'],
    ['INTERVAL 1 DAY 2 HOURS', '93600000000:interval day to second'],
    ["INTERVAL '10' MINUTE", '600000000:interval day to second'],
    ["INTERVAL '1 hour 30 minutes'", '5400000000:interval day to second'],
    ['INTERVAL -1.5 SECONDS', '-1500000:interval day to second'],
    ["INTERVAL '1 02:03:04.5' DAY TO SECOND", '93784500000:interval day to second'],
    ["INTERVAL '-02:30' HOUR TO MINUTE", '-9000000000:interval day to second'],
    ["INTERVAL '1-6' YEAR TO MONTH", '18:interval year to month'],
    ['INTERVAL 2 YEARS', '24:interval year to month'],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))

  test.each([
    [String.raw`'it\'s'`, "it's"],
    ["'it''s'", "it's"],
    [`"say ""hi"""`, 'say "hi"'],
    ["'a' 'b' \"c\"", 'abc'],
    [String.raw`'\n\t\\'`, '\n\t\\'],
    [String.raw`'\u00e9\U0001F600\101'`, 'é😀A'],
    [String.raw`'50\%'`, String.raw`50\%`],
    [String.raw`'\d'`, 'd'],
    [String.raw`r'\d+'`, String.raw`\d+`],
    ["'-- no comment; no end'", '-- no comment; no end'],
  ])('the string %s', (text, value) =>
    expect(parseExpression(text)).toMatchObject({ kind: 'Literal', value }),
  )
})

describe('names and paths', () => {
  test.each([
    ['a.b.c', 'a.b.c'],
    ['`a b`.`c``d`', 'a b.c`d'],
    ['hour_window.end', 'hour_window.end'],
    ['window.start', 'window.start'],
    ['2026_orders.x', '2026_orders.x'],
    ['offset', 'offset'],
    ['date', 'date'],
    ['größe', 'größe'],
    ["m['k'][0].f", "(field (item (item m 'k') 0:int) 'f')"],
    ['(a).b', "(field a 'b')"],
    ['f(x).y', "(field (f x) 'y')"],
    ['a::int::string', '(cast (cast a int) string)'],
    ['-a::int', '(negative (cast a int))'],
    ['CAST(a AS ARRAY<STRUCT<b: INT>>)', '(cast a array<struct<b:int>>)'],
    ['CAST(a AS VARCHAR(10))', '(cast a string)'],
    ['TRY_CAST(a AS DECIMAL(10, 2))', '(try_cast a decimal(10,2))'],
    ['double(a)', '(cast a double)'],
    ["date('2026-01-31')", "(cast '2026-01-31' date)"],
    ['DECIMAL(a)', '(cast a decimal(10,0))'],
    ['details:flow_progress.metrics', "(get_json_object details '$.flow_progress.metrics')"],
    ["d:a[0]['b c']:e::int", "(cast (get_json_object d '$.a[0]['b c'].e') int)"],
    ['d:items[*].id', "(get_json_object d '$.items[*].id')"],
    ['t.*', 't.*'],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))
})

describe('function calls', () => {
  test.each([
    ['Count(*)', '(count *)'],
    ['count(DISTINCT a, b) FILTER (WHERE c)', '(count distinct a b (filter c))'],
    [
      'percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC)',
      '(percentile_cont 0.5:decimal(1,1) (within (desc-nulls-last a)))',
    ],
    ['first(a) IGNORE NULLS', '(first a ignore-nulls)'],
    ['first(a IGNORE NULLS)', '(first a ignore-nulls)'],
    ['last(a) RESPECT NULLS', '(last a respect-nulls)'],
    ['left(a, 1)', '(left a 1:int)'],
    ['if(a, b, c)', '(if a b c)'],
    ['struct(a AS x, b)', '(struct (as a x) b)'],
    ["named_struct('x', a)", "(named_struct 'x' a)"],
    ['transform(a, (x, i) -> x + i)', '(transform a (-> [x,i] (+ x i)))'],
    ["to_json(a, format => 'x')", "(to_json a (=> format 'x'))"],
    ['EXTRACT(year FROM d)', "(extract 'YEAR' d)"],
    ['SUBSTRING(a FROM 2 FOR 3)', '(substring a 2:int 3:int)'],
    ['substr(a, 2)', '(substr a 2:int)'],
    ["TRIM(BOTH 'x' FROM a)", "(trim 'x' a)"],
    ["TRIM(LEADING 'x' FROM a)", "(ltrim 'x' a)"],
    ['TRIM(TRAILING FROM a)', '(rtrim a)'],
    ['trim(a)', '(trim a)'],
    ["POSITION('x' IN a)", "(position 'x' a)"],
    ["position('x', a, 2)", "(position 'x' a 2:int)"],
    ["OVERLAY(a PLACING 'x' FROM 2 FOR 3)", "(overlay a 'x' 2:int 3:int)"],
    ['timestampadd(day, 1, ts)', "(timestampadd 'DAY' 1:int ts)"],
    ['dateadd(d, 1)', '(dateadd d 1:int)'],
    ['datediff(MONTH, a, b)', "(timestampdiff 'MONTH' a b)"],
    ['datediff(a, b)', '(datediff a b)'],
    ['current_date', '(current_date)'],
    ['CURRENT_TIMESTAMP()', '(current_timestamp)'],
    ['CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END', '(case (when a 1:int) (when b 2:int) 3:int)'],
    ['CASE a WHEN 1 THEN b END', '(case (when (= a 1:int) b))'],
    ['sum(a) OVER ()', '(over (sum a))'],
    [
      'sum(a) OVER (PARTITION BY b, c ORDER BY d DESC, e NULLS LAST ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING)',
      '(over (sum a) (partition b c) (order (desc-nulls-last d) (asc-nulls-last e)) (rows (preceding 2:int) unboundedFollowing))',
    ],
    [
      'avg(a) OVER (ORDER BY ts RANGE INTERVAL 1 DAY PRECEDING)',
      '(over (avg a) (order (asc-nulls-first ts)) (range (preceding 86400000000:interval day to second) currentRow))',
    ],
  ])('%s', (text, expected) => expect(tree(text)).toBe(expected))
})

test('a select item can have an alias, with or without AS', () => {
  expect(shortForm(parseSelectItem('sum(amount) AS total'))).toBe('(as (sum amount) total)')
  expect(shortForm(parseSelectItem('amount total'))).toBe('(as amount total)')
  expect(shortForm(parseSelectItem('amount AS `order`'))).toBe('(as amount order)')
  expect(shortForm(parseSelectItem('* EXCEPT (a, b.c)'))).toBe('* except a,b.c')
})

test('a long chain of AND or OR is a balanced tree', () => {
  const depth = (text: string): number => {
    let deepest = 0
    let level = 0
    for (const character of shortForm(parseExpression(text))) {
      if (character === '(') deepest = Math.max(deepest, ++level)
      else if (character === ')') level--
    }
    return deepest
  }
  const chain = (length: number) => Array.from({ length }, (_, i) => `c${i}`).join(' AND ')
  expect(depth(chain(32))).toBe(31)
  expect(depth(chain(33))).toBe(6)
  expect(depth(chain(2000))).toBe(11)
})
