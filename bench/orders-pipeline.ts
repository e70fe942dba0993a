import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { DatasetSummary } from '../src/update/update-api.ts'
import { type Measured, measureProcess } from './measure.ts'

export const ROOT = resolve(import.meta.dirname, '..')
export const BIN = join(ROOT, 'dist/cli/bin.js')
/** Where what benchmarks generate is kept. */
export const WORK = process.env.BENCH_FOLDER ?? join(tmpdir(), 'millrace-bench')

/** Runs of each contender; the median counts. */
export const RUNS = Number(process.env.BENCH_RUNS ?? 5)

/** The orders example with a history of so many rows, generated once and kept between runs of a benchmark. */
export async function ordersPipeline(
  rows: number,
  files = Math.max(1, Math.round(rows / 50_000)),
): Promise<string> {
  const folder = join(WORK, `orders-${rows}-in-${files}`)
  if (existsSync(join(folder, 'data/raw/orders'))) return folder
  mkdirSync(folder, { recursive: true })
  cpSync(join(ROOT, 'examples/orders'), folder, { recursive: true })
  await generate(folder, rows, files)
  return folder
}

/** Adds orders that are later than those before. */
export async function generate(folder: string, rows: number, files = 1): Promise<void> {
  const args = ['generate', 'orders', '--out', 'data/raw', '--rows', String(rows), '--files', String(files)]
  await measureProcess([BIN, ...args], { cwd: folder })
}

/** Removes tables and checkpoints: the next update is the first of a new pipeline. */
export function reset(folder: string): void {
  for (const each of ['warehouse', '.millrace']) rmSync(join(folder, each), { recursive: true, force: true })
}

export interface MeasuredUpdate extends Measured {
  readonly updateMs: number
  readonly datasets: readonly DatasetSummary[]
}

/** One update by the command line, from process start to exit. */
export async function update(folder: string, options: readonly string[] = []): Promise<MeasuredUpdate> {
  const measured = await measureProcess([BIN, 'run', '--output', 'json', ...options], { cwd: folder })
  const { duration_ms, datasets } = JSON.parse(measured.stdout) as {
    duration_ms: number
    datasets: DatasetSummary[]
  }
  return { ...measured, updateMs: duration_ms, datasets }
}
