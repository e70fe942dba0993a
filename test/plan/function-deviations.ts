/** Cases that we answer otherwise than Spark, and why. */
export const deviations: readonly { readonly reason: string; readonly cases: readonly string[] }[] = [
  {
    reason: 'one condition for every overflow of arithmetic, whatever the type',
    cases: [
      '99999999999999999999999999999999999999 + 1',
      '127Y + 1Y',
      '99999999999999999999999999999999999999 * 10',
      'timestamp_seconds(1230219000123123)',
    ],
  },
  {
    reason: 'Spark throws an exception without a condition; ours have one',
    cases: ['sequence(1, 5, 0)', 'sequence(1, 5, -1)', "map_from_arrays(array(1, 2), array('a'))"],
  },
  {
    reason:
      'a pattern that cannot be used is INVALID_DATETIME_PATTERN; that Spark 2 read it otherwise is no news here',
    cases: [
      "date_format(DATE'2024-01-05', 'YYYY')",
      "date_format(DATE'2024-01-05', 'b')",
      "to_date('2024-01-05', 'YYYY-MM-dd')",
      "to_date('Friday 5 January 2024', 'EEEE d MMMM yyyy')",
      "to_timestamp('2024-01-05 14:05', 'bogus')",
    ],
  },
  {
    reason: 'an argument of the wrong type is told in the words of the signature',
    cases: ['1 AND true', 'CAST(1 AS DATE)'],
  },
  {
    reason:
      'a bare NULL is NULL of whatever type is wanted; text beside a number is read as a number, everywhere',
    cases: ['CASE WHEN NULL THEN 1 END', "greatest(1, '2')", "array_contains(array('a'), 1)"],
  },
  {
    reason: 'a bare NULL as operand or index has no type to choose by',
    cases: ["TIMESTAMP'2024-01-31 10:00:00' + NULL", 'array(1,2,3)[NULL]'],
  },
  {
    reason:
      'intervals have no narrower form than DAY TO SECOND, are not divided by one another, and / 0 is NULL',
    cases: [
      "INTERVAL '5' DAY div INTERVAL '2' DAY",
      "INTERVAL '1' DAY / 0",
      "CAST(INTERVAL '1' DAY AS STRING)",
      "typeof(INTERVAL '1' DAY)",
    ],
  },
  {
    reason:
      'patterns are matched by RE2 in linear time: no lookaround, no back references, no empty match at the end',
    cases: ["'foobar' RLIKE 'foo(?=bar)'", "'aa' RLIKE '(a)\\\\1'", "split('a|b', '|')"],
  },
  {
    reason: 'a pattern that ends in the escape character matches nothing',
    cases: ["'x' LIKE 'a\\\\'"],
  },
  {
    reason: 'a number beyond the range of its target is refused, infinity too',
    cases: ["CAST(double('Infinity') AS DECIMAL(10,2))", 'CAST(1e40D AS FLOAT)'],
  },
  {
    reason: 'the shortest digits that read back as the same double',
    cases: ['CAST(4.9E-324D AS STRING)'],
  },
  {
    reason: 'forms of times that no exporter writes',
    cases: ["CAST('2024-01-01 10:00:00-8' AS TIMESTAMP)", "CAST('epoch' AS TIMESTAMP)"],
  },
  {
    reason: 'DuckDB reads and writes UTF-8 only, and has SHA-256 only',
    cases: [
      "encode('é', 'ISO-8859-1')",
      "encode('a', 'UTF-16BE')",
      "sha2('Spark', 512)",
      "sha2('Spark', 224)",
      "sha2('Spark', 384)",
    ],
  },
  {
    reason: 'letters that become two in capitals stay one',
    cases: ["upper('éß')"],
  },
  {
    reason: 'the second form of format_number, a pattern, is not there; to_char has one',
    cases: ["format_number(12332.123456, '##################.###')"],
  },
  {
    reason: 'a date is shown as a date, where Spark shows its day number',
    cases: ["format_string('%s', DATE'2024-01-01')"],
  },
  {
    reason: 'of a local hour that the clock shows twice the second is meant',
    cases: ["to_utc_timestamp(TIMESTAMP'2024-11-03 01:30:00', 'America/New_York')"],
  },
  {
    reason: 'a seed would not give the numbers that Spark gives for it, so none is taken',
    cases: ['typeof(rand(5))'],
  },
  {
    reason: 'of a member that a JSON object has twice the first counts',
    cases: ['from_json(\'{"a":1, "a":2}\', \'a INT\')'],
  },
]
