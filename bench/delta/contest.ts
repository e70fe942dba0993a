/**
 * Two contenders for each job: Millrace and delta-rs (`deltalake` of PyPI in .venv, which test/interop/prepare.sh
 * installs). Each measurement is a process of its own, in turns, so that both meet the same machine. Measured is the time
 * inside of the process, from before the table is opened until all is done; imports do not count. CPU is the time of all
 * threads, which tells more than the clock on a busy machine.
 */
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { measureProcess, median, printTable } from '../measure.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const RUNS = Number(process.env.BENCH_RUNS ?? 5)

export interface Job {
  readonly action: string
  readonly [argument: string]: unknown
}

export interface Contest {
  readonly name: string
  readonly job: Job
  /** Where the job changes a table: the folder that each run gets a copy of, as `path`. */
  readonly table?: string
}

export interface Answer {
  readonly ms: number
  readonly cpuMs: number
  /** What was found or done; equal on both sides. */
  readonly [fact: string]: unknown
}

interface Series {
  readonly ms: number[]
  readonly cpuMs: number[]
  readonly peakMiB: number[]
}

/** A folder for generated data, gone when the process ends. */
export function benchFolder(): string {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'millrace-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** One job of one side in a process of its own. */
export async function perform(
  side: 'millrace' | 'deltalake',
  job: Job,
): Promise<Answer & { peakMiB: number }> {
  const script = join(import.meta.dirname, side === 'millrace' ? 'millrace.ts' : 'deltalake_side.py')
  const command = side === 'millrace' ? process.execPath : join(ROOT, '.venv/bin/python')
  const measured = await measureProcess([script, JSON.stringify(job)], { cwd: ROOT, command })
  return { ...JSON.parse(measured.stdout), peakMiB: measured.peakMiB ?? 0 }
}

/** Runs all contests and prints a line each. Throws where the sides found different facts. */
export async function contest(title: string, contests: readonly Contest[]): Promise<void> {
  console.log(`\n${title}; ${RUNS} runs, medians`)
  const lines: string[][] = []
  for (const each of contests) lines.push(await line(each))
  printTable(['', 'Millrace ms', 'delta-rs ms', 'ratio', 'of CPU', 'Millrace MiB', 'delta-rs MiB'], lines)
}

async function line({ name, job, table }: Contest): Promise<string[]> {
  const millrace: Series = { ms: [], cpuMs: [], peakMiB: [] }
  const deltalake: Series = { ms: [], cpuMs: [], peakMiB: [] }
  for (let run = 0; run < RUNS; run++) {
    const own = await runOnce('millrace', job, table, millrace)
    const other = await runOnce('deltalake', job, table, deltalake)
    if (own !== other) throw new Error(`${name}: Millrace found ${own}, delta-rs ${other}`)
  }
  const [own, other] = [median(millrace.ms), median(deltalake.ms)]
  const cpu = median(millrace.cpuMs) / median(deltalake.cpuMs)
  const peak = ({ peakMiB }: Series) => Math.max(...peakMiB).toFixed(0)
  return [
    name,
    own.toFixed(0),
    other.toFixed(0),
    (own / other).toFixed(2),
    cpu.toFixed(2),
    peak(millrace),
    peak(deltalake),
  ]
}

/** The facts that one run found, as text. */
async function runOnce(
  side: 'millrace' | 'deltalake',
  job: Job,
  table: string | undefined,
  series: Series,
): Promise<string> {
  const path = table && `${table}-run`
  if (path) linkTree(table, path)
  try {
    const { ms, cpuMs, peakMiB, ...facts } = await perform(side, path ? { ...job, path } : job)
    series.ms.push(ms)
    series.cpuMs.push(cpuMs)
    series.peakMiB.push(peakMiB)
    return JSON.stringify(facts)
  } finally {
    if (path) rmSync(path, { recursive: true, force: true })
  }
}

/** Files of a table never change: links to them are a copy. */
function linkTree(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkTree(source, target)
    else linkSync(source, target)
  }
}
