import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Suites that need the npm registry or Python run only when they, or `all`, are asked for: `npm run test:all`. */
const asked = process.env.MILLRACE_TEST
const outside = ['interop', 'packaging'].filter((suite) => asked !== 'all' && asked !== suite)
/** Half an hour: `npm run test:long`. */
const long = asked === 'long' ? [] : ['test/soak/retail.test.ts']

/** Files that take minutes when all is asked for: begun first, they run beside the rest. */
const SLOW = /test\/(interop\/spark|delta\/concurrency\/processes|crash\/)/

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}

function isSlow({ moduleId }: TestSpecification): boolean {
  return SLOW.test(moduleId)
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...outside.map((suite) => `test/${suite}/**`), ...long],
    pool: 'forks',
    maxWorkers: '100%',
    sequence: { sequencer: SlowFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Node itself loads src, types stripped, as it does for users: one copy of each module, real positions, real import().
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
  },
})
