#!/usr/bin/env node
// The version is checked before anything loads that an old Node cannot read, so nothing but Node is imported above it.
import module from 'node:module'
import process from 'node:process'

const OLDEST_NODE = [22, 18]
/** Threads for DuckDB's queries (one each while they run) and Node's own file access. */
const THREAD_POOL_SIZE = '24'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST_NODE[0]! || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]!)) {
  process.stderr.write(
    `Millrace needs Node ${OLDEST_NODE.join('.')} or later; this is Node ${process.versions.node}.\n` +
      'Install a newer one from https://nodejs.org and run the command again.\n',
  )
  process.exit(2)
}

process.env.UV_THREADPOOL_SIZE ??= THREAD_POOL_SIZE
module.enableCompileCache()

const [{ main }, { processTerminal }] = await Promise.all([
  import('./main.ts'),
  import('./process-terminal.ts'),
])
const exitCode = await main(process.argv.slice(2), processTerminal())
// What definitions and functions of the user leave running does not keep the process; what is written yet to be read does.
for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done))
process.exit(exitCode)
