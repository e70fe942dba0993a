import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { writeCustomers } from '../generate/write-customers.ts'
import { writeOrders } from '../generate/write-orders.ts'
import { formatBytes, formatCount, plural } from '../output/format-number.ts'
import type { Terminal } from '../terminal.ts'

export interface GenerateOrdersOptions {
  readonly out: string
  readonly rows: number
  readonly seed: number
  readonly startId?: number
  readonly dirty: number
  readonly customers: number
  /** Seconds. */
  readonly interval: number
  readonly files?: number
  readonly fatal?: boolean
  readonly output: 'text' | 'json'
}

/** `millrace generate orders`: raw orders, and the customers that they name where the folder has none yet. */
export async function generateOrders(options: GenerateOrdersOptions, terminal: Terminal): Promise<number> {
  const folder = resolve(terminal.cwd, options.out)
  const hasCustomers = existsSync(join(folder, 'customers'))
  if (!hasCustomers) await writeCustomers(join(folder, 'customers'), options.customers)
  const written = writeOrders({
    folder,
    rows: options.rows,
    firstRow: options.startId,
    files: options.files,
    fatal: options.fatal,
    seed: options.seed,
    dirtyShare: options.dirty,
    customers: options.customers,
    intervalMs: options.interval * 1000,
  })
  const result = {
    orders: options.rows,
    first_id: written.firstRow,
    last_id: written.lastRow,
    bytes: written.sizeBytes,
    files: written.files.map((file) => relative(terminal.cwd, file)),
    customers: hasCustomers ? 0 : options.customers,
  }
  terminal.stdout.write(
    options.output === 'json' ? `${JSON.stringify(result, null, 2)}\n` : resultText(result, options.out),
  )
  return 0
}

interface Result {
  readonly orders: number
  readonly first_id: number
  readonly last_id: number
  readonly bytes: number
  readonly files: readonly string[]
  readonly customers: number
}

function resultText(result: Result, out: string): string {
  const ids = `${formatCount(result.first_id)} to ${formatCount(result.last_id)}`
  const size = `${plural(result.files.length, 'file')}, ${formatBytes(result.bytes)}`
  const customers =
    result.customers === 0 ? '' : `${plural(result.customers, 'customer')} in ${join(out, 'customers')}\n`
  return `${plural(result.orders, 'order')} (${ids}) in ${join(out, 'orders')}: ${size}\n${customers}`
}
