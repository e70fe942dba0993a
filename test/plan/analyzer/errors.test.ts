import { describe, expect, test } from 'vitest'
import { errorOf } from './analyze-sql.ts'

type Row = readonly [
  query: string,
  condition: string,
  parameters: Readonly<Record<string, string>>,
  position: string,
]

const check = ([query, ...expected]: Row) => expect(errorOf(query)).toEqual(expected)

describe('names', () => {
  test.each<Row>([
    [
      'SELECT order_id,\n       amout FROM orders',
      'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      { objectName: 'amout', proposal: 'amount' },
      '2:8',
    ],
    [
      'SELECT o.statu FROM orders o',
      'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      { objectName: 'o.statu', proposal: 'o.status' },
      '1:8',
    ],
    ['SELECT x', 'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION', { objectName: 'x' }, '1:8'],
    [
      'SELECT customer_id FROM orders JOIN customers ON true',
      'AMBIGUOUS_REFERENCE',
      { name: 'customer_id', referenceNames: 'orders.customer_id, customers.customer_id' },
      '1:8',
    ],
    [
      'SELECT address.street FROM orders',
      'FIELD_NOT_FOUND',
      { fieldName: 'street', fields: 'city, zip' },
      '1:8',
    ],
    [
      'SELECT amount.x FROM orders',
      'INVALID_EXTRACT_BASE_FIELD_TYPE',
      { base: 'amount', other: 'DECIMAL(10,2)' },
      '1:8',
    ],
    [
      'SELECT x.* FROM customers',
      'CANNOT_RESOLVE_STAR_EXPAND',
      { targetString: 'x', columns: 'customer_id, name' },
      '1:8',
    ],
    [
      'SELECT * FROM orders JOIN customers USING (customer)',
      'UNRESOLVED_USING_COLUMN_FOR_JOIN',
      { colName: 'customer', side: 'left', suggestion: 'customer_id' },
      '1:22',
    ],
    [
      'SELECT 1 FROM (SELECT true AS k) JOIN (SELECT 1 AS K) USING (k)',
      'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES',
      { sqlExpr: '(k = K)', left: 'BOOLEAN', right: 'INT' },
      '1:34',
    ],
    [
      'SELECT 1 FROM (SELECT map(1, 2) AS k) NATURAL JOIN (SELECT map(1, 2) AS k)',
      'DATATYPE_MISMATCH.INVALID_ORDERING_TYPE',
      { sqlExpr: '(k = k)', functionName: '=', dataType: 'MAP<INT, INT>' },
      '1:39',
    ],
  ])('%s', (...row) => check(row))
})

describe('functions', () => {
  test.each<Row>([
    [
      'SELECT uper(status) FROM orders',
      'UNRESOLVED_ROUTINE',
      { routineName: 'uper', suggestion: 'Did you mean upper()?' },
      '1:8',
    ],
    [
      'SELECT upper(status, 1) FROM orders',
      'WRONG_NUM_ARGS.WITHOUT_SUGGESTION',
      { functionName: 'upper', expectedNum: '1', actualNum: '2' },
      '1:8',
    ],
    [
      'SELECT upper(tags) FROM orders',
      'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
      {
        sqlExpr: 'upper(tags)',
        paramIndex: 'first',
        requiredType: 'STRING',
        inputSql: 'tags',
        inputType: 'ARRAY<STRING>',
      },
      '1:8',
    ],
    [
      'SELECT coalesce(status, tags) FROM orders',
      'DATATYPE_MISMATCH.DATA_DIFF_TYPES',
      {
        sqlExpr: 'coalesce(status, tags)',
        functionName: 'coalesce',
        dataType: 'STRING or ARRAY<STRING>',
      },
      '1:8',
    ],
    [
      'SELECT amount + tags FROM orders',
      'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES',
      { sqlExpr: '(amount + tags)', left: 'DECIMAL(10,2)', right: 'ARRAY<STRING>' },
      '1:8',
    ],
    [
      'SELECT tags - tags FROM orders',
      'DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE',
      { sqlExpr: '(tags - tags)', inputType: 'NUMERIC or INTERVAL', actualDataType: 'ARRAY<STRING>' },
      '1:8',
    ],
    [
      'SELECT map(1, 2) = map(1, 2)',
      'DATATYPE_MISMATCH.INVALID_ORDERING_TYPE',
      { sqlExpr: '(map(1, 2) = map(1, 2))', functionName: '=', dataType: 'MAP<INT, INT>' },
      '1:8',
    ],
    [
      'SELECT CAST(tags AS DATE) FROM orders',
      'DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION',
      { sqlExpr: 'CAST(tags AS DATE)', srcType: 'ARRAY<STRING>', targetType: 'DATE' },
      '1:8',
    ],
    [
      'SELECT transform(tags, (a, b, c) -> a) FROM orders',
      'INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH',
      { actualNumArgs: '3', expectedNumArgs: '1 to 2' },
      '1:24',
    ],
    [
      'SELECT CASE WHEN status THEN 1 END FROM orders',
      'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
      {
        sqlExpr: 'CASE WHEN status THEN 1 END',
        paramIndex: 'first',
        requiredType: 'BOOLEAN',
        inputSql: 'status',
        inputType: 'STRING',
      },
      '1:8',
    ],
  ])('%s', (...row) => check(row))
})

describe('aggregates, windows and generators', () => {
  test.each<Row>([
    [
      'SELECT status, amount, sum(amount) FROM orders GROUP BY status',
      'MISSING_AGGREGATION',
      { expression: 'amount', expressionAnyValue: 'any_value(amount)' },
      '1:16',
    ],
    ['SELECT status, sum(amount) FROM orders', 'MISSING_GROUP_BY', {}, '1:8'],
    ['SELECT grouping(status) FROM orders GROUP BY status', 'UNSUPPORTED_GROUPING_EXPRESSION', {}, '1:8'],
    ['SELECT max(status), grouping_id() FROM orders', 'UNSUPPORTED_GROUPING_EXPRESSION', {}, '1:21'],
    ['SELECT 1 FROM orders WHERE grouping(status) = 0', 'UNSUPPORTED_GROUPING_EXPRESSION', {}, '1:28'],
    [
      'SELECT status FROM orders GROUP BY status ORDER BY grouping(status)',
      'UNSUPPORTED_GROUPING_EXPRESSION',
      {},
      '1:52',
    ],
    ['SELECT sum(max(amount)) FROM orders', 'NESTED_AGGREGATE_FUNCTION', {}, '1:8'],
    ['SELECT 1 FROM orders GROUP BY sum(amount)', 'GROUP_BY_AGGREGATE', { sqlExpr: 'sum(amount)' }, '1:31'],
    ['SELECT status FROM orders GROUP BY 2', 'GROUP_BY_POS_OUT_OF_RANGE', { index: '2', size: '1' }, '1:36'],
    [
      'SELECT status, count(*) FROM orders GROUP BY 2',
      'GROUP_BY_POS_AGGREGATE',
      { index: '2', aggExpr: 'count(1)' },
      '1:46',
    ],
    ['SELECT status FROM orders ORDER BY 3', 'ORDER_BY_POS_OUT_OF_RANGE', { index: '3', size: '1' }, '1:36'],
    [
      'SELECT status FROM orders LIMIT -1',
      'INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE',
      { name: 'limit', expr: '-1', v: '-1' },
      '1:33',
    ],
    [
      'SELECT status FROM orders OFFSET 1.5',
      'INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE',
      { name: 'offset', expr: '1.5', dataType: 'DECIMAL(2,1)' },
      '1:34',
    ],
    [
      'SELECT status FROM orders LIMIT NULL',
      'INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL',
      { name: 'limit', expr: 'NULL' },
      '1:33',
    ],
    [
      'SELECT status FROM orders WHERE sum(amount) > 1',
      'INVALID_WHERE_CONDITION',
      { condition: '(sum(amount) > 1)', expressionList: 'sum' },
      '1:33',
    ],
    [
      'SELECT status FROM orders WHERE amount',
      'DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN',
      { filter: 'amount', type: 'DECIMAL(10,2)' },
      '1:33',
    ],
    [
      'SELECT row_number() FROM orders',
      'WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE',
      { funcName: 'row_number()' },
      '1:8',
    ],
    [
      'SELECT rank() OVER (PARTITION BY status) FROM orders',
      'WINDOW_FUNCTION_AND_FRAME_MISMATCH',
      { funcName: 'rank' },
      '1:8',
    ],
    [
      'SELECT upper(status) OVER () FROM orders',
      'UNSUPPORTED_EXPR_FOR_WINDOW',
      { sqlExpr: 'upper(status)' },
      '1:8',
    ],
    [
      'SELECT upper(DISTINCT status) FROM orders',
      'INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX',
      { prettyName: 'upper', syntax: 'DISTINCT' },
      '1:8',
    ],
    [
      'SELECT concat(explode(tags)) FROM orders',
      'UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS',
      { expression: 'concat(explode(tags))' },
      '1:8',
    ],
    [
      "SELECT count(*) FROM orders GROUP BY window(order_date, '5 minutes', '1 hour')",
      'INVALID_TIME_WINDOW',
      { sqlExpr: 'window', reason: 'its slide must not be longer than its duration' },
      '1:38',
    ],
  ])('%s', (...row) => check(row))
})

describe('set operations and subqueries', () => {
  test.each<Row>([
    [
      'SELECT 1 UNION SELECT 1, 2',
      'NUM_COLUMNS_MISMATCH',
      { operator: 'UNION', firstNumColumns: '1', invalidOrdinalNum: 'second', invalidNumColumns: '2' },
      '1:1',
    ],
    [
      'SELECT amount FROM orders EXCEPT SELECT tags FROM orders',
      'INCOMPATIBLE_COLUMN_TYPE',
      {
        operator: 'EXCEPT',
        columnOrdinalNumber: 'first',
        tableOrdinalNumber: 'second',
        dataType1: 'ARRAY<STRING>',
        dataType2: 'DECIMAL(10,2)',
        hint: 'Cast tags to DECIMAL(10,2).',
      },
      '1:1',
    ],
    ...[
      "SELECT DISTINCT map('a', 1) AS m",
      "SELECT map('a', 1) AS m UNION SELECT map('b', 2)",
      "SELECT map('a', 1) AS m INTERSECT ALL SELECT map('b', 2)",
      "SELECT map('a', 1) AS m EXCEPT SELECT map('b', 2)",
    ].map(
      (text): Row => [
        text,
        'UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE',
        { colName: 'm', dataType: 'MAP<STRING, INT>' },
        '1:1',
      ],
    ),
    [
      'SELECT DISTINCT order_id, array(CAST(status AS VARIANT)) AS list FROM orders',
      'UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE',
      { colName: 'list', dataType: 'ARRAY<VARIANT>' },
      '1:1',
    ],
    [
      'SELECT (SELECT customer_id, name FROM customers)',
      'INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN',
      { number: '2' },
      '1:8',
    ],
    [
      'SELECT 1 IN (SELECT customer_id, name FROM customers)',
      'DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH',
      { leftLength: '1', rightLength: '2' },
      '1:8',
    ],
    [
      'SELECT * FROM (SELECT 1, 2) AS t(a)',
      'NUM_TABLE_VALUE_ALIASES_MISMATCH',
      { aliasesNum: '1', outColsNum: '2' },
      '1:15',
    ],
  ])('%s', (...row) => check(row))
})
