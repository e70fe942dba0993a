/**
 * How long does it take to open a table with a long log and to list its files? `node bench/delta-open.ts [commits]`
 * (default 10,000): from the commits alone, and from a checkpoint with some commits behind it.
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, contest, perform } from './delta/contest.ts'
import { generateLog } from './delta/generate-log.ts'

const commits = Number(process.argv[2] ?? 10_000)
const folder = benchFolder()
const without = join(folder, 'without')
const withOne = join(folder, 'with')
generateLog(without, { commits, adds: 3, columns: 10 })
cpSync(without, withOne, { recursive: true })
await checkpointAt(withOne, commits - 10)

await contest(`Open a table of ${commits} commits and list its files`, [
  { name: 'without a checkpoint', job: { action: 'open', path: without } },
  { name: 'with one, 10 commits ago', job: { action: 'open', path: withOne } },
])

/** A checkpoint of an older version, made by delta-rs from a log that ends there. */
async function checkpointAt(path: string, version: number): Promise<void> {
  const log = join(path, '_delta_log')
  const older = join(folder, 'older')
  cpSync(path, older, {
    recursive: true,
    filter: (each) => Number(/(\d{20})\.json$/.exec(each)?.[1] ?? 0) <= version,
  })
  await perform('deltalake', { action: 'checkpoint', path: older })
  cpSync(join(older, '_delta_log'), log, { recursive: true })
  rmSync(older, { recursive: true })
}
