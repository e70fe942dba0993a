import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { orderDefaults } from '../../src/cli/generate/order-rows.ts'
import { writeOrders } from '../../src/cli/generate/write-orders.ts'

/** What only a whole process shows: signals, pipes, the check of Node's version. */
const bin = resolve('src/cli/bin.ts')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-process-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A pipeline that takes many small batches, one of 10 files each. */
function pipelineOfManyBatches() {
  mkdirSync(join(folder, 'transformations'))
  writeFileSync(join(folder, 'pipeline.yml'), 'name: many\ncatalog: main\nschema: many\n')
  writeFileSync(
    join(folder, 'transformations/orders.sql'),
    `CREATE OR REFRESH STREAMING TABLE orders
     AS SELECT * FROM STREAM read_files('orders', format => 'json', maxFilesPerTrigger => 1)`,
  )
  writeOrders({ ...orderDefaults, folder, rows: 4000, files: 200 })
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
}

/** Runs a process and sends it SIGINT when its stderr shows `mark`, that many times. */
function interruptedAt(mark: string, times: number, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: folder })
    let stdout = ''
    let sent = 0
    child.stdout.on('data', (data) => {
      stdout += data
    })
    child.stderr.on('data', (data) => {
      if (sent < times && String(data).includes(mark)) {
        child.kill('SIGINT')
        sent += 1
      }
    })
    child.on('close', (code) => done({ code, stdout }))
  })
}

function query(sql: string): unknown {
  const args = [bin, 'query', sql, '--output', 'json']
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  return JSON.parse(stdout)
}

function landOrder(id: number): void {
  mkdirSync(join(folder, 'orders'), { recursive: true })
  writeFileSync(join(folder, `orders/.${id}`), `${JSON.stringify({ id })}\n`)
  renameSync(join(folder, `orders/.${id}`), join(folder, `orders/${id}.json`))
}

describe('Ctrl-C', () => {
  test('stops an update cleanly, and the next one goes on from there', async () => {
    pipelineOfManyBatches()
    const { code, stdout } = await interruptedAt('num_output_rows', 1, [bin, 'run', '--output', 'json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).state).toBe('CANCELED')
    const [first] = query('SELECT count(*) AS n FROM orders') as [{ n: number }]
    expect(first.n).toBeGreaterThan(0)
    expect(first.n).toBeLessThan(4000)
    spawnSync(process.execPath, [bin, 'run'], { cwd: folder })
    expect(query('SELECT count(*) AS n, count(DISTINCT order_date) > 3900 AS complete FROM orders')).toEqual([
      { n: 4000, complete: true },
    ])
  })

  test('a second time ends the process at once', async () => {
    const program = `
      import { processTerminal } from ${JSON.stringify(resolve('src/cli/process-terminal.ts'))}
      processTerminal().onInterrupt(() => process.stderr.write('asked'))
      setInterval(() => {}, 1000)
      process.stderr.write('asked')`
    const { code } = await interruptedAt('asked', 2, ['--input-type=module', '--eval', program])
    expect(code).toBe(130)
  })
})

describe('a continuous run', () => {
  /** Starts it and lands files of one order each; SIGTERM comes when the newest has been written. Gives the exit code. */
  function runUntilTaken(ids: readonly number[]): Promise<number | null> {
    return new Promise((done) => {
      const args = [bin, 'run', '--continuous', '--output', 'json']
      const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
      const left = [...ids]
      createInterface(child.stderr).on('line', (line) => {
        const event = JSON.parse(line)
        const isReady = event.message.includes("'orders' is RUNNING.")
        const isTaken = event.details.flow_progress?.metrics?.num_output_rows === 1
        if (!isReady && !isTaken) return
        const id = left.shift()
        if (id === undefined) child.kill('SIGTERM')
        else landOrder(id)
      })
      child.on('close', done)
    })
  }

  test('takes files as they land until SIGTERM, ends with 0, and goes on when it is started again', async () => {
    mkdirSync(join(folder, 'transformations'))
    writeFileSync(join(folder, 'pipeline.yml'), 'name: live\ncatalog: main\nschema: live\n')
    writeFileSync(
      join(folder, 'transformations/orders.sql'),
      `CREATE OR REFRESH STREAMING TABLE orders
       AS SELECT * FROM STREAM read_files('orders', format => 'json', schema => 'id BIGINT')`,
    )
    mkdirSync(join(folder, 'orders'))
    expect(await runUntilTaken([1, 2, 3])).toBe(0)
    expect(await runUntilTaken([4, 5])).toBe(0)
    expect(query('SELECT id FROM orders ORDER BY id')).toEqual([1, 2, 3, 4, 5].map((id) => ({ id })))
    const last = spawnSync(process.execPath, [bin, 'events', '-n', '2'], { cwd: folder, encoding: 'utf8' })
    expect(last.stdout).toMatch(/'orders' is STOPPED[\s\S]*is CANCELED/)
  })
})

test('what definitions leave running does not keep the process', () => {
  mkdirSync(join(folder, 'transformations'))
  writeFileSync(join(folder, 'pipeline.yml'), 'name: busy')
  writeFileSync(
    join(folder, 'transformations/busy.ts'),
    `import { materializedView, sql } from 'millrace'
setInterval(() => {}, 1000)
materializedView('one', () => sql\`SELECT 1 AS id\`)`,
  )
  const { status, stdout } = spawnSync(process.execPath, [bin, 'dry-run'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(status).toBe(0)
  expect(stdout).toContain('no errors')
})

test('--debug shows where the function of a sink threw', () => {
  mkdirSync(join(folder, 'transformations'))
  writeFileSync(
    join(folder, 'pipeline.yml'),
    'name: shop\nconfiguration: { pipelines.maxFlowRetryAttempts: 0 }',
  )
  writeFileSync(
    join(folder, 'transformations/send.ts'),
    `import { appendFlow, foreachBatchSink, readStream } from 'millrace'
foreachBatchSink('warehouse', () => {
  throw new Error('no answer')
})
appendFlow({ name: 'send', target: 'warehouse' }, () => readStream.format('json').schema('id BIGINT').load('orders'))`,
  )
  landOrder(1)
  const debugged = spawnSync(process.execPath, [bin, 'run', '--debug'], { cwd: folder, encoding: 'utf8' })
  expect(debugged.stderr).toMatch(
    /FOREACH_BATCH_USER_FUNCTION_ERROR[\s\S]*Error: no answer\n.*send\.ts\S*:3:9\)?$/m,
  )
  const plain = spawnSync(process.execPath, [bin, 'run'], { cwd: folder, encoding: 'utf8' })
  expect(plain.stderr).not.toContain('no answer\n    at')
})

test('a reader that goes away ends a query quietly', () => {
  const command = `"${process.execPath}" "${bin}" query "SELECT * FROM range(1000000)" | head -n 1`
  const { stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(stdout.trim()).toBe('id')
  expect(stderr).toBe('')
})
