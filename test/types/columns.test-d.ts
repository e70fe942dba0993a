// biome-ignore-all format: an expected error stands above the one line that it is about.
import { autoCdcFlow, autoCdcFromSnapshotFlow, type DataFrame, type Dataset, materializedView, read, readStream, sql, streamingTable } from 'millrace'
import { col, count, struct, sum, toDate } from 'millrace/functions'

/** What the types know of column names. Compiled by `npm run types`; nothing here runs. */

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Fails to compile unless the columns of the DataFrame or dataset are exactly `Expected`. */
declare function columnsAre<Expected extends string>(): <Actual extends string>(
  query: DataFrame<Actual> | Dataset<Actual>,
  same: Equal<Actual, Expected>,
) => void

const orders = readStream.schema('id BIGINT, amount DECIMAL(10,2), region STRING').json('data/orders')
const customers = read.schema('id BIGINT, name STRING').parquet('data/customers')
const unknown = read.table('somewhere.else')

columnsAre<'id' | 'amount' | 'region'>()(orders, true)
columnsAre<string>()(unknown, true)

// A schema that the types cannot see through is any schema.
columnsAre<string>()(read.schema('tags ARRAY<STRING>, id INT').json('x'), true)
columnsAre<string>()(read.schema('a INT' as string).json('x'), true)
columnsAre<'a' | 'b'>()(read.schema('a: INT, b: STRING').json('x'), true)
columnsAre<string>()(read.json('x'), true)

// Selecting.
columnsAre<'id' | 'region'>()(orders.select('id', 'region'), true)
columnsAre<'id' | 'amount' | 'region' | 'file'>()(orders.select('*', col('_metadata.file_path').as('file')), true)
columnsAre<'id' | 'total'>()(orders.select(col('id').tryCast('string'), col('amount').plus(1).as('total')), true)
columnsAre<'start'>()(unknown.select('hour_window.start'), true)
columnsAre<string>()(orders.select(col('amount').plus(1)), true)
columnsAre<'a'>()(unknown.select('a'), true)
columnsAre<string>()(unknown.select('*', col('x').as('y')), true)
// @ts-expect-error a misspelt column
orders.select('amuont')

// Adding, renaming, dropping.
columnsAre<'id' | 'amount' | 'region' | 'day'>()(orders.withColumn('day', toDate('id')), true)
columnsAre<'id' | 'amount' | 'region' | 'x' | 'y'>()(orders.withColumns({ x: 1, y: col('id') }), true)
columnsAre<'order_id' | 'amount' | 'region'>()(orders.withColumnRenamed('id', 'order_id'), true)
columnsAre<'a' | 'b' | 'region'>()(orders.withColumnsRenamed({ id: 'a', amount: 'b' }), true)
columnsAre<'id' | 'amount'>()(orders.drop('region'), true)
columnsAre<string>()(unknown.drop('region').withColumnRenamed('a', 'b'), true)
// @ts-expect-error a misspelt column
orders.drop('regoin')
// @ts-expect-error a misspelt column
orders.withColumnRenamed('idd', 'order_id')

// Joins.
columnsAre<'id' | 'amount' | 'region' | 'name'>()(orders.join(customers, 'id', 'left'), true)
columnsAre<'id' | 'amount' | 'region' | 'name'>()(orders.join(customers, ['id']), true)
columnsAre<'id' | 'amount' | 'region'>()(orders.join(customers, 'id', 'left_semi'), true)
columnsAre<'id' | 'amount' | 'region' | 'name'>()(orders.join(customers, orders.col('id').eq(customers.col('id'))), true)
columnsAre<string>()(orders.join(unknown, 'id'), true)
// @ts-expect-error not a column of both sides
orders.join(customers, 'amount')
// @ts-expect-error not a kind of join
orders.join(customers, 'id', 'lefft')
// @ts-expect-error a misspelt column
orders.col('regoin')

// Grouping.
columnsAre<'region' | 'orders' | 'total'>()(
  orders.groupBy('region').agg(count('*').as('orders'), sum('amount').as('total')),
  true,
)
columnsAre<'day' | 'count'>()(orders.groupBy(toDate('id').as('day')).count(), true)
columnsAre<'total'>()(orders.agg(sum('amount').as('total')), true)
// @ts-expect-error a misspelt column
orders.groupBy('regoin')
// @ts-expect-error a misspelt column
orders.orderBy('regoin')
// @ts-expect-error a misspelt column
orders.dropDuplicates(['idd'])
// @ts-expect-error a misspelt column
orders.withWatermark('idd', '1 hour')

// Sets.
columnsAre<'id' | 'amount' | 'region'>()(orders.union(unknown).distinct().limit(3).as('o'), true)
columnsAre<'id' | 'amount' | 'region' | 'name'>()(
  orders.unionByName(customers, { allowMissingColumns: true }),
  true,
)

// Datasets carry the columns of their queries.
const silver = streamingTable('silver', { comment: 'x' }, () => orders.select('id', 'region'))
columnsAre<'id' | 'region'>()(silver, true)
columnsAre<'id' | 'region'>()(read.table(silver), true)
columnsAre<'id' | 'region' | '_change_type' | '_commit_version' | '_commit_timestamp'>()(
  readStream.option('readChangeFeed', true).option('startingVersion', 0).table(silver),
  true,
)
columnsAre<string>()(materializedView('gold', () => sql`SELECT * FROM ${silver}`), true)
columnsAre<string>()(streamingTable('filled by flows'), true)
// @ts-expect-error a misspelt column of a known dataset
read.table(silver).select('regoin')
// @ts-expect-error not an option
streamingTable('a', { coment: 'x' }, () => orders)
// @ts-expect-error a materialized view needs a query
materializedView('a', { comment: 'x' })

// Flows of changes name columns of their source.
const events = streamingTable('events', () => orders)
autoCdcFlow({ target: 'items', source: events, keys: ['id'], sequenceBy: struct('amount', 'region') })
autoCdcFlow({ target: 'items', source: 'events', keys: ['any'], sequenceBy: 'name', storedAsScdType: 'bitemporal' })
autoCdcFromSnapshotFlow({ target: 'items', source: events, keys: [col('id')], trackHistoryColumnList: ['region'] })
autoCdcFromSnapshotFlow({ target: 'items', source: () => ({ df: orders, version: 1 }), keys: ['any'] })
// @ts-expect-error a misspelt column
autoCdcFlow({ target: 'items', source: events, keys: ['idd'], sequenceBy: 'amount' })
// @ts-expect-error a misspelt column
autoCdcFlow({ target: 'items', source: events, keys: ['id'], sequenceBy: 'amuont' })
// @ts-expect-error no sequence
autoCdcFlow({ target: 'items', source: events, keys: ['id'] })
// @ts-expect-error snapshots have no sequence
autoCdcFromSnapshotFlow({ target: 'items', source: events, keys: ['id'], sequenceBy: 'amount' })
