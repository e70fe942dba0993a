import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { SparkSql } from './own.ts'

const venv = resolve(import.meta.dirname, '../../.venv')
const jars = join(venv, 'delta-jars')
const installed = (name: string) => globSync(`lib/python*/site-packages/${name}`, { cwd: venv }).length > 0

/** Whether prepare.sh could install the peers. In CI their absence is a failure, elsewhere their tests are skipped. */
export const hasDeltalake = installed('deltalake')
export const hasSpark = installed('pyspark') && existsSync(jars)
if (process.env.CI === 'true' && !(hasDeltalake && hasSpark)) {
  throw new Error('deltalake or Spark is missing: run test/interop/prepare.sh')
}

/** What the other side says instead of an answer. */
export class PeerError extends Error {
  /** Spark's error class, such as `DELTA_UNSUPPORTED_FEATURES_FOR_READ`; null where it has none. */
  readonly condition: string | null
  /** The class of the error in Python. */
  readonly kind: string

  constructor(error: { condition: string | null; kind: string; message: string }) {
    super(error.message)
    this.condition = error.condition
    this.kind = error.kind
  }
}

/** Another system in a process of its own, which answers one request after the other. */
export class Peer {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #answers: AsyncIterator<string>
  /** Requests wait for one another, also for those that nobody waits for any more. */
  #last: Promise<unknown> = Promise.resolve()
  #log = ''

  constructor(script: string, args: readonly string[] = []) {
    const path = resolve(import.meta.dirname, 'peers', script)
    this.#process = spawn(join(venv, 'bin/python'), [path, ...args], { stdio: 'pipe' })
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
    this.#process.stderr.on('data', (text) => {
      this.#log = (this.#log + text).slice(-4000)
    })
  }

  /** Throws PeerError for what the other side refuses. */
  ask<Answer = null>(action: string, request: object): Promise<Answer> {
    const answer = this.#last.then(() => this.#ask<Answer>(action, request))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async #ask<Answer>(action: string, request: object): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify({ action, ...request })}\n`)
    const { done, value } = await this.#answers.next()
    if (done) throw new Error(`the peer ended: ${this.#log}`)
    const answer = JSON.parse(value)
    if (answer.error) throw new PeerError(answer.error)
    return answer.value
  }

  close(): void {
    this.#process.stdin.end()
  }
}

/** Starts Spark: its first answer takes some seconds. */
export const startSpark = (): Spark => new Spark('spark_peer.py', [jars])

export class Spark extends Peer implements SparkSql {
  /** Runs statements one after the other; `settings` of the session hold for them only. */
  run(statements: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<null> {
    return this.ask('run', { statements, settings })
  }

  /** A query's rows in canonical form; variants as JSON text. */
  rows(query: string): Promise<string[]> {
    return this.ask('rows', { query })
  }
}

export interface DeltalakeTable {
  readonly version: number
  readonly files: number
  readonly operations: readonly string[]
  readonly transactions: Readonly<Record<string, number | null>>
}

export const startDeltalake = (): Deltalake => new Deltalake('deltalake_peer.py')

export class Deltalake extends Peer {
  /** The rows of a query over the table `t`, in canonical form. */
  rows(path: string, query = 'SELECT * FROM t'): Promise<string[]> {
    return this.ask('rows', { path, query })
  }

  /** The rows of a version as PyArrow reads them, which skips files by `filters` of column, operator and value. */
  scan(
    path: string,
    options: { version?: number; filters?: [string, string, unknown][] } = {},
  ): Promise<string[]> {
    return this.ask('scan', { path, ...options })
  }

  /** The newest version, its files, the operations from the newest on and the versions of applications. */
  describe(path: string, apps: readonly string[] = []): Promise<DeltalakeTable> {
    return this.ask('describe', { path, apps })
  }
}
