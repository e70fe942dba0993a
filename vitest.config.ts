import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/interop/**'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Node itself loads src, types stripped, as it does for users: one copy of each module, real positions, real import().
    server: { deps: { external: [/\/src\/.*\.ts$/] } },
  },
})
