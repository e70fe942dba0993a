import { setImmediate } from 'node:timers/promises'
import type { DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'

test('results that nothing refers to are gone, others stay', async () => {
  const engine = await openDuckdbEngine({ threads: 1 })
  const connection = await engine.instance.connect()
  try {
    const kept = await connection.run('SELECT 1')
    const forgotten = await forget(connection)
    engine.freeResults()
    // A weak reference holds its object until the task that has seen it ends.
    await setImmediate()
    engine.freeResults()
    expect(forgotten.deref()).toBeUndefined()
    expect(await kept.getRows()).toEqual([[1]])
  } finally {
    connection.closeSync()
    await engine.close()
  }
})

async function forget(connection: DuckDBConnection): Promise<WeakRef<DuckDBMaterializedResult>> {
  return new WeakRef(await connection.run('SELECT * FROM range(10000)'))
}
