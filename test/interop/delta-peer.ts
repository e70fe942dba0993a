import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const python = resolve(root, '.venv/bin/python')

/** What `deltalake` found in a table. */
export interface PeerAnswer {
  readonly version: number
  readonly rows: readonly string[]
  readonly files: number
  readonly operations: readonly string[]
  readonly transactions: Readonly<Record<string, number | null>>
}

/** Makes `.venv` with the packages of requirements.txt, once. */
export function preparePeer(): void {
  if (spawnSync(python, ['-c', 'import deltalake, pyarrow']).status === 0) return
  run('python3', ['-m', 'venv', resolve(root, '.venv')])
  run(python, ['-m', 'pip', 'install', '--quiet', '-r', resolve(import.meta.dirname, 'requirements.txt')])
}

/** Sends one request to the Python side and returns its answer. */
export function peer(request: {
  action: 'read' | 'write' | 'append'
  path: string
  [key: string]: unknown
}): PeerAnswer {
  return JSON.parse(run(python, [resolve(import.meta.dirname, 'delta_peer.py')], JSON.stringify(request)))
}

function run(command: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} failed:\n${stderr}`)
  return stdout
}
