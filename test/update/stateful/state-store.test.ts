import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseQuery } from '../../../src/sql/index.ts'
import { field, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import type { OperatorState, StateStore } from '../../../src/update/stateful/state-store.ts'
import { Workbench } from './batches.ts'

let workbench: Workbench
beforeAll(async () => {
  workbench = await Workbench.open()
})
afterAll(() => workbench.close())

const KEYS: OperatorState = { kind: 'dedupe', schema: struct([field('id', LONG)]) }

function keys(ids: readonly number[]) {
  return parseQuery(
    `SELECT CAST(id AS BIGINT) AS id FROM VALUES ${ids.map((id) => `(${id})`).join(', ')} AS t(id)`,
  )
}

/** Appends keys as batch `batch`; where `keepFrom` is given, merging forgets smaller ones. */
async function append(
  store: StateStore,
  batch: number,
  ids: readonly number[],
  keepFrom?: number,
): Promise<void> {
  const state = await store.open(batch === 0 ? undefined : batch - 1, batch)
  const retention = keepFrom === undefined ? undefined : { until: ['id'], overMicros: BigInt(keepFrom) - 1n }
  await state.operator(KEYS).append(workbench.session, keys(ids), { retention })
  await state.save([], undefined)
}

async function idsAfter(store: StateStore, batch: number): Promise<number[]> {
  const scan = await (await store.open(batch, batch + 1)).operator(KEYS).scan()
  return (await workbench.session.rows(scan)).map(([id]) => Number(id)).sort((a, b) => a - b)
}

function runFiles(number: number): string[] {
  const names = readdirSync(join(workbench.folder, `state-${number}`))
  return names.filter((each) => each.startsWith('run-'))
}

let stores = 0
function newStore(): { store: StateStore; number: number } {
  stores += 1
  return { store: workbench.store(), number: stores }
}

describe('runs of keys', () => {
  test('merge without losing or doubling one, whatever their sizes', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(sizes, async (batches) => {
        const { store } = newStore()
        let next = 0
        for (const [batch, size] of batches.entries()) {
          await append(
            store,
            batch,
            Array.from({ length: size }, () => next++),
          )
        }
        expect(await idsAfter(store, batches.length - 1)).toEqual(Array.from({ length: next }, (_, id) => id))
      }),
      { numRuns: 6 },
    )
  })

  test('stay few: many batches of equal size leave a logarithmic number', async () => {
    const { store, number } = newStore()
    for (let batch = 0; batch < 64; batch++) await append(store, batch, [batch])
    await store.prune(63)
    expect(runFiles(number)).toHaveLength(1)
    expect(await idsAfter(store, 63)).toHaveLength(64)
  })

  test('are forgotten whole, without being read, when the last of their rows is over', async () => {
    const { store } = newStore()
    await append(store, 0, [1, 2])
    await append(store, 1, [2, 5])
    const state = await store.open(1, 2)
    const operator = state.operator(KEYS)
    operator.expire({ until: ['id'], overMicros: 2n })
    await state.save([], undefined)
    expect(state.operators).toMatchObject([{ kind: 'dedupe', rows: 4, rowsWritten: 0 }])
  })

  test('that are merged leave out what need not be kept', async () => {
    const { store } = newStore()
    for (let batch = 0; batch < 8; batch++) await append(store, batch, [batch], 3)
    expect(await idsAfter(store, 7)).toEqual([3, 4, 5, 6, 7])
  })
})

describe('versions', () => {
  test('each is what it was after its batch, until it is pruned', async () => {
    const { store, number } = newStore()
    for (let batch = 0; batch < 20; batch++) await append(store, batch, [batch])
    await store.prune(17)
    for (const batch of [17, 18, 19]) {
      expect(await idsAfter(store, batch)).toEqual(Array.from({ length: batch + 1 }, (_, id) => id))
    }
    await expect(store.open(16, 17)).rejects.toMatchObject({
      condition: 'STATE_STORE_VERSION_NOT_FOUND',
      parameters: { flow: 'main.shop.silver', version: '16' },
    })
    const before = runFiles(number).length
    await store.prune(17)
    expect(runFiles(number)).toHaveLength(before)
  })

  test('a replayed batch takes the place of its first attempt', async () => {
    const { store } = newStore()
    await append(store, 0, [1])
    await append(store, 1, [2])
    await append(store, 1, [3])
    expect(await idsAfter(store, 1)).toEqual([1, 3])
  })
})

describe('operators that are not those of the state', () => {
  test.each([
    [
      { ...KEYS, schema: struct([field('id', STRING)]) },
      { stateOperator: 'dedupe(id BIGINT)', queryOperator: 'dedupe(id STRING)' },
    ],
    [
      { ...KEYS, kind: 'rows' as const },
      { stateOperator: 'dedupe(id BIGINT)', queryOperator: 'rows(id BIGINT)' },
    ],
  ])('%# are refused with both', async (operator, parameters) => {
    const { store } = newStore()
    await append(store, 0, [1])
    const state = await store.open(0, 1)
    expect(() => state.operator(operator)).toThrow(
      expect.objectContaining({
        condition: 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA',
        parameters: { flow: 'main.shop.silver', table: 'main.shop.silver', ...parameters },
      }),
    )
  })

  test('of the same columns are refused where they mean something else', async () => {
    const { store } = newStore()
    const meaning = (text: string): OperatorState => ({ ...KEYS, kind: 'aggregate', meaning: text })
    const first = await store.open(undefined, 0)
    await first.operator(meaning('sum(a)')).replace(workbench.session, keys([1]))
    await first.save([], undefined)
    const second = await store.open(0, 1)
    expect(() => second.operator(meaning('max(a)'))).toThrow(
      expect.objectContaining({
        parameters: expect.objectContaining({
          stateOperator: 'aggregate(id BIGINT) of sum(a)',
          queryOperator: 'aggregate(id BIGINT) of max(a)',
        }),
      }),
    )
  })

  test('one fewer is refused when the state would be saved', async () => {
    const { store } = newStore()
    await append(store, 0, [1])
    await expect((await store.open(0, 1)).save([], undefined)).rejects.toMatchObject({
      parameters: { stateOperator: 'dedupe', queryOperator: 'none' },
    })
  })

  test('whether a column may hold NULL does not matter', async () => {
    const { store } = newStore()
    await append(store, 0, [1])
    const state = await store.open(0, 1)
    expect(() => state.operator({ ...KEYS, schema: struct([field('id', LONG, false)]) })).not.toThrow()
  })
})
