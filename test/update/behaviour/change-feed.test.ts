import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const CUSTOMERS = `
  CREATE MATERIALIZED VIEW silver_customers TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS
  SELECT id, max_by(name, seq) AS name
  FROM read_files('data/customers', format => 'json', schema => 'id BIGINT, name STRING, seq BIGINT') GROUP BY id;`

const CHANGES = `
  CREATE STREAMING TABLE customer_changes AS
  SELECT id, name, _change_type AS change, _commit_version AS version
  FROM STREAM table_changes('silver_customers', 0);`

const ADA = { id: 1, name: 'Ada', seq: 1 }
const changes = () =>
  pipeline.query('SELECT id, name, change FROM customer_changes ORDER BY version, change, id')

describe('a change feed in a pipeline', () => {
  test('is a stream of the changes of a table, each taken once', async () => {
    pipeline = new TestPipeline(CUSTOMERS + CHANGES)
    pipeline.land('customers/1.json', ADA)
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await changes()).toEqual([[1, 'Ada', 'insert']])
    pipeline.land('customers/2.json', { id: 1, name: 'Ada L.', seq: 2 }, { id: 2, name: 'Bob', seq: 2 })
    expect((await pipeline.run()).state).toBe('COMPLETED')
    const all = [
      [1, 'Ada', 'insert'],
      [1, 'Ada', 'delete'],
      [1, 'Ada L.', 'insert'],
      [2, 'Bob', 'insert'],
    ]
    expect(await changes()).toEqual(all)
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await changes()).toEqual(all)
  })

  test('begins with the rows that are there, as inserts', async () => {
    pipeline = new TestPipeline(CUSTOMERS)
    pipeline.land('customers/1.json', ADA)
    await pipeline.run()
    pipeline.land('customers/2.json', { id: 1, name: 'Ada L.', seq: 2 })
    await pipeline.run()
    pipeline.define({
      'customers.sql': CUSTOMERS,
      'changes.ts': `
        import { readStream, streamingTable } from 'millrace'
        import { col } from 'millrace/functions'
        streamingTable('customer_changes', () =>
          readStream.option('readChangeFeed', true).table('silver_customers')
            .select('id', 'name', col('_change_type').as('change'), col('_commit_version').as('version')))`,
    })
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await changes()).toEqual([[1, 'Ada L.', 'insert']])
  })

  test('is read as it stands in a materialized view, which follows it', async () => {
    pipeline = new TestPipeline(`${CUSTOMERS}
      CREATE MATERIALIZED VIEW counts AS
      SELECT _change_type AS change, count(*) AS n FROM table_changes('silver_customers', 0) GROUP BY ALL;`)
    pipeline.land('customers/1.json', ADA)
    expect((await pipeline.run()).state).toBe('COMPLETED')
    expect(await pipeline.query('SELECT change, n FROM counts')).toEqual([['insert', 1]])
    pipeline.land('customers/2.json', { id: 2, name: 'Bob', seq: 1 })
    await pipeline.run()
    expect(await pipeline.query('SELECT change, n FROM counts ORDER BY change')).toEqual([
      ['delete', 1],
      ['insert', 3],
    ])
  })

  test('of a table that records no changes is refused, and says how to record them', async () => {
    pipeline = new TestPipeline(
      CUSTOMERS.replace("TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')", '') + CHANGES,
    )
    pipeline.land('customers/1.json', ADA)
    await expect(pipeline.run()).rejects.toMatchObject({
      failures: [
        {
          condition: 'TABLE_WITHOUT_CHANGE_FEED',
          parameters: { tableName: 'main.shop.silver_customers', shortName: 'silver_customers' },
          hint: expect.stringContaining("TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"),
          position: { file: 'definitions/pipeline.sql', line: 7 },
        },
      ],
    })
  })
})
