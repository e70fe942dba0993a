import { globSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { defineConfig } from 'rolldown'

/** Packages that every command or update loads: as parts of the chunks they do so in a third of the time. */
const bundled = ['commander', 'yaml']

/** The licences of the bundled packages, which go wherever their code goes. */
const licences = {
  name: 'licences',
  generateBundle() {
    const texts = bundled.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`)
    this.emitFile({ type: 'asset', fileName: 'third-party-licences.txt', source: texts.join('\n\n') })
  },
}

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
    'delta-table/index': 'src/delta-table/index.ts',
    'cli/bin': 'src/cli/bin.ts',
    ...Object.fromEntries(standalone.map((file) => [`chunks/${basename(file, '.ts')}`, file])),
  },
  platform: 'node',
  external: (id) => /^[^./]/.test(id) && !bundled.includes(id),
  // Its modules for browsers, which are the same as the CommonJS ones for Node.
  resolve: { alias: { yaml: resolve('node_modules/yaml/browser/dist/index.js') } },
  plugins: [licences],
  output: {
    dir: 'dist',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: {
      groups: [
        { name: 'storage', test: /src\/(errors|storage)\/(?!.*-worker)/ },
        {
          name: 'cli',
          test: /src\/cli\/(main|program|exit-code|package-files)\.ts|node_modules\/commander\//,
        },
        { name: 'formats', test: /src\/(types|formats)\/(?!.*-worker)/ },
        { name: 'core', test: /src\/(?!cli\/|index|functions|(engine|sql)\/duckdb\/|.*-worker)/ },
      ],
    },
  },
})
