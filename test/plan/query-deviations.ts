/** Queries that we answer otherwise than Spark, and why. */
export const queryDeviations: readonly { readonly reason: string; readonly queries: readonly string[] }[] = [
  {
    reason: 'QUALIFY is Databricks SQL, which open-source Spark does not parse',
    queries: [
      'select id, row_number() over (partition by cust order by amt desc) rn from o qualify rn = 1 order by id',
      'select id from o qualify row_number() over (order by amt) = 1',
    ],
  },
  {
    reason: 'an aggregate in ORDER BY reads the input, also where an output has the name of its argument',
    queries: ['select cust, sum(amt) amt from o group by cust order by sum(amt)'],
  },
  {
    reason: 'a column that is not grouped by is called so in ORDER BY too',
    queries: ['select cust, sum(amt) from o group by cust order by id'],
  },
  {
    reason: 'one condition for every cast that there is not: we have no function or setting to suggest',
    queries: ['select cast(d as date) from t', 'select cast(true as timestamp)'],
  },
  {
    reason: 'nullability follows from the operands as they are written',
    queries: ["select s like any ('x', 'z'), s like all ('%', 'y') from t", 'select d in (10.5, 1) from t'],
  },
  {
    reason: 'one condition for every overflow of arithmetic, whatever the type',
    queries: [
      "select cast(1 as decimal(38,0)) * cast('99999999999999999999999999999999999999' as decimal(38,0)) * 10",
    ],
  },
  {
    reason: 'a date and a string are two operands of one operator, not a call of date_add',
    queries: ['select dt + s from t', 'select dt - interval 1 week from t'],
  },
  {
    reason: 'a bare NULL is NULL of whatever type is wanted',
    queries: ['select case when null then 1 else 2 end'],
  },
  {
    reason: 'DuckDB runs it, and the answer is what the text says',
    queries: [
      'select cust, (select max(name) from c where c.cust = o.cust) n, sum(amt) from o group by cust order by cust',
      'select count(distinct amt) over () from o',
    ],
  },
]
