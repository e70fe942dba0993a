/**
 * How long does it take to open a table of 300,000 files, and how much memory? `node bench/delta-300k.ts [files]`: three
 * commits of a third each, without and with a checkpoint. The data files are not there; nothing opens them.
 */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, contest, perform } from './delta/contest.ts'
import { generateLog } from './delta/generate-log.ts'

const files = Number(process.argv[2] ?? 300_000)
const folder = benchFolder()
const without = join(folder, 'without')
const withOne = join(folder, 'with')
generateLog(without, { commits: 3, adds: Math.ceil(files / 3), columns: 10 })
cpSync(without, withOne, { recursive: true })
await perform('deltalake', { action: 'checkpoint', path: withOne })

await contest(`Open a table of ${files} files and list them`, [
  { name: 'commits only', job: { action: 'open', path: without } },
  { name: 'from a checkpoint', job: { action: 'open', path: withOne } },
])
