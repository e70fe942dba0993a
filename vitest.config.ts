import { defineConfig } from 'vitest/config'

/** Suites that need the npm registry or Python run only when everything is asked for: `npm run test:all`. */
const outside = process.env.MILLRACE_TEST === 'all' ? [] : ['test/interop/**', 'test/packaging/**']

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...outside],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Node itself loads src, types stripped, as it does for users: one copy of each module, real positions, real import().
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
  },
})
