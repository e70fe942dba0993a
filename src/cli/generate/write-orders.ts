import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type OrderOptions, orders } from './order-rows.ts'
import { writeJsonLines } from './write-lines.ts'

export interface WriteOrdersOptions extends OrderOptions {
  /** Folder in which `orders/` is made. */
  readonly folder: string
  readonly rows: number
  /** Number of the first row; by default the one after the last that the folder holds. */
  readonly firstRow?: number
  /** Files to spread the rows over; by default one for every 500,000 rows. */
  readonly files?: number
  /** Plants one row with a status that no rule allows. */
  readonly fatal?: boolean
}

export interface WrittenOrders {
  readonly files: readonly string[]
  readonly firstRow: number
  readonly lastRow: number
  readonly sizeBytes: number
}

const ROWS_PER_FILE = 500_000
const FILE_NAME = /^orders-(\d+)-(\d+)\.json$/

/**
 * Writes `orders/orders-<first row>-<last row>.json` files. Called again on the same folder it goes on where it stopped:
 * later ids, later times.
 */
export function writeOrders(options: WriteOrdersOptions): WrittenOrders {
  const folder = join(options.folder, 'orders')
  const firstRow = options.firstRow ?? lastRowIn(folder) + 1
  const lastRow = firstRow + options.rows - 1
  const files: string[] = []
  let sizeBytes = 0
  for (const part of split(
    firstRow,
    options.rows,
    options.files ?? Math.ceil(options.rows / ROWS_PER_FILE),
  )) {
    const file = join(folder, `orders-${number(part.first)}-${number(part.first + part.count - 1)}.json`)
    const isFatal = options.fatal === true && part.first + part.count > lastRow
    sizeBytes += writeJsonLines(file, orders(part.first, part.count, options, isFatal))
    files.push(file)
  }
  return { files, firstRow, lastRow, sizeBytes }
}

function lastRowIn(folder: string): number {
  if (!existsSync(folder)) return 0
  return readdirSync(folder).reduce((last, name) => Math.max(last, Number(FILE_NAME.exec(name)?.[2] ?? 0)), 0)
}

function* split(first: number, rows: number, files: number): Generator<{ first: number; count: number }> {
  for (let i = 0; i < files; i++) {
    const start = Math.floor((rows * i) / files)
    const end = Math.floor((rows * (i + 1)) / files)
    if (end > start) yield { first: first + start, count: end - start }
  }
}

/** Padded, so that names sort as the rows do. */
function number(row: number): string {
  return String(row).padStart(10, '0')
}
