import { defineConfig } from 'rolldown'

/**
 * The published JavaScript: a few chunks in place of hundreds of modules, which would cost more to find than an update with
 * nothing to do costs to run. Chunks stand at the depth of the modules in them, so that paths relative to a module still
 * lead where they did: to the package, to the entries, to the worker.
 */
export default defineConfig({
  input: {
    index: 'src/index.ts',
    functions: 'src/functions.ts',
    'cli/bin': 'src/cli/bin.ts',
    'chunks/heartbeat-worker': 'src/update/heartbeat-worker.ts',
    'chunks/module-graph': 'src/graph/module-graph.ts',
  },
  platform: 'node',
  external: /^[^./]/,
  output: {
    dir: 'dist',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: {
      groups: [
        { name: 'storage', test: /src\/(errors|storage)\// },
        { name: 'core', test: /src\/(?!cli\/|index|functions|engine\/duckdb|update\/heartbeat-worker)/ },
      ],
    },
  },
})
