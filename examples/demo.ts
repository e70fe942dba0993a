import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Runs the orders pipeline twice in a copy of its folder: over 10,000 orders, then over 500 more. */
const bin = fileURLToPath(new URL('../src/cli/bin.ts', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'millrace-demo-'))
const folder = join(root, 'orders')

function millrace(...args: string[]): void {
  const shown = args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' ')
  console.log(`\n$ millrace ${shown}`)
  execFileSync(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
}

try {
  cpSync(fileURLToPath(new URL('orders', import.meta.url)), folder, {
    recursive: true,
    filter: (path) => !/\/(data|warehouse|\.millrace)$/.test(path),
  })
  millrace('generate', 'orders', '--rows', '10000')
  millrace('run')
  millrace('generate', 'orders', '--rows', '500')
  millrace('run')
  millrace('query', 'SELECT * FROM gold_daily_sales ORDER BY date, region LIMIT 5')
} finally {
  rmSync(root, { recursive: true })
}
