import { defineConfig } from 'vitest/config'

/** Suites that need the npm registry or Python run only when they, or `all`, are asked for: `npm run test:all`. */
const asked = process.env.MILLRACE_TEST
const outside = ['interop', 'packaging'].filter((suite) => asked !== 'all' && asked !== suite)

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...outside.map((suite) => `test/${suite}/**`)],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Node itself loads src, types stripped, as it does for users: one copy of each module, real positions, real import().
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
  },
})
