import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'rolldown'

/** Modules that are started by their URL and so stay files of their own: threads, and the loader that another process runs. */
const standalone = [...globSync('src/**/*-worker.ts'), 'src/graph/module-graph.ts']

/**
 * The published JavaScript: a few chunks in place of hundreds of modules, which would cost more to find than an update with
 * nothing to do costs to run. Chunks stand at the depth of the modules in them, so that paths relative to a module still
 * lead where they did: to the package, to the entries, to the standalone modules. What threads need is apart from the rest,
 * and so is the engine, which loads when it is opened.
 */
export default defineConfig({
  input: {
    index: 'src/index.ts',
    functions: 'src/functions.ts',
    'cli/bin': 'src/cli/bin.ts',
    ...Object.fromEntries(standalone.map((file) => [`chunks/${basename(file, '.ts')}`, file])),
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
        { name: 'storage', test: /src\/(errors|storage)\/(?!.*-worker)/ },
        { name: 'formats', test: /src\/(types|formats)\/(?!.*-worker)/ },
        { name: 'core', test: /src\/(?!cli\/|index|functions|engine\/duckdb|.*-worker)/ },
      ],
    },
  },
})
