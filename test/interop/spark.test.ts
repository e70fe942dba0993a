import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { temporaryFolder } from '../support/delta.ts'
import { Own } from './own.ts'
import { hasSpark, type Spark, startSpark } from './peer.ts'
import { describeFeatures } from './spark-features.ts'
import { describeRefusals } from './spark-refusals.ts'
import { describeTurns } from './spark-turns.ts'
import type { Systems } from './systems.ts'

// One file for all that needs Spark: it starts once. Spark and we never write to a table at the same time: its commits on a
// local disk overwrite each other's and ours.
const folder = temporaryFolder()
const own = new Own()
let spark: Spark
const systems: Systems = { own, spark: () => spark, path: (name) => join(folder.path, name) }

beforeAll(() => {
  if (hasSpark) spark = startSpark()
})
afterAll(async () => {
  spark?.close()
  await own.close()
  folder.remove()
})

describe.skipIf(!hasSpark)('tables that Spark and Millrace change in turns', () => describeTurns(systems))
describe.skipIf(!hasSpark)('features seen from the other side', () => describeFeatures(systems))
describe.skipIf(!hasSpark)('rules of a table', () => describeRefusals(systems))
