import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LogShape {
  readonly commits: number
  /** Files that each commit adds. */
  readonly adds: number
  /** Columns with statistics. */
  readonly columns: number
}

/**
 * A table's log without its data files: each commit adds files with statistics and removes one of the commit before.
 * Data files are not needed to open a table.
 */
export function generateLog(path: string, { commits, adds, columns }: LogShape): void {
  const log = join(path, '_delta_log')
  mkdirSync(log, { recursive: true })
  const fields = Array.from({ length: columns }, (_, i) => ({
    name: `c${i}`,
    type: 'long',
    nullable: true,
    metadata: {},
  }))
  const metaData = {
    id: '0a1b2c3d-0000-4000-8000-000000000000',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields: [{ ...fields[0], name: 'id' }, ...fields] }),
    partitionColumns: [],
    configuration: {},
    createdTime: 1_700_000_000_000,
  }
  const first = [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }]
  for (let version = 0; version < commits; version++) {
    const actions: object[] = [info(version), ...(version === 0 ? first : [])]
    if (version > 0) actions.push(remove(version, version - 1))
    for (let i = 0; i < adds; i++) actions.push(add(version, i, fields))
    const name = `${String(version).padStart(20, '0')}.json`
    writeFileSync(join(log, name), actions.map((each) => `${JSON.stringify(each)}\n`).join(''))
  }
}

const fileName = (version: number, i: number) =>
  `part-${String(i).padStart(5, '0')}-${String(version).padStart(8, '0')}-0000-4000-8000-000000000000.snappy.parquet`

const timeOf = (version: number) => 1_700_000_000_000 + version * 1000

function info(version: number): object {
  return {
    commitInfo: {
      timestamp: timeOf(version),
      operation: 'WRITE',
      operationParameters: { mode: 'Append' },
      engineInfo: 'bench',
    },
  }
}

function remove(version: number, of: number): object {
  return {
    remove: { path: fileName(of, 0), deletionTimestamp: timeOf(version), dataChange: true, size: 1_000_000 },
  }
}

function add(version: number, i: number, fields: readonly { name: string }[]): object {
  const numbers = (by: number) =>
    Object.fromEntries(fields.map(({ name }, column) => [name, version * by + column]))
  return {
    add: {
      path: fileName(version, i),
      partitionValues: {},
      size: 1_000_000,
      modificationTime: timeOf(version),
      dataChange: true,
      stats: JSON.stringify({
        numRecords: 1000,
        minValues: numbers(10),
        maxValues: numbers(20),
        nullCount: numbers(0),
      }),
    },
  }
}
