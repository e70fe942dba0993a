import { resolve } from 'node:path'
import { appendRows, createTable, DeltaTable, type RowEngine } from '../../delta/index.ts'
import { rowEngineOf } from '../../engine/row-engine.ts'
import { isCondition } from '../../errors/index.ts'
import { isAnsi } from '../../graph/flow-configuration.ts'
import type { DeltaSink } from '../../graph/sinks.ts'
import { localStorage, type Storage } from '../../storage/index.ts'
import type { StructType } from '../../types/data-type.ts'
import { hasBatch } from '../batch/batch-commit.ts'
import type { UpdateRun } from '../run.ts'
import { atStep } from '../steps.ts'
import type { Delivery } from './sink-output.ts'

/**
 * Adds a batch to a Delta table, which is made where there is none. A batch that the table has already is not added again.
 * Throws what `appendRows` throws.
 */
export async function addToTable(sink: DeltaSink, delivery: Delivery): Promise<void> {
  const { run, flow, checkpoint, record, rows } = delivery
  const storage = storageOf(sink, run)
  const engine = await engineOf(delivery)
  const table = await openOrCreate(storage, engine, rows.scan.schema)
  await appendRows({ table, storage, engine }, rows.scan, {
    application: { id: checkpoint.flowId, version: BigInt(record.batchId) },
    mergeSchema: sink.mergeSchema,
    tableName: flow.target,
  })
  atStep('after-delta-commit')
}

/** Whether the table has a flow's batch. */
export async function isInTable(
  sink: DeltaSink,
  { run, checkpoint }: Pick<Delivery, 'run' | 'checkpoint'>,
  batchId: number,
): Promise<boolean> {
  const table = await DeltaTable.openIfExists(storageOf(sink, run), run.engine.deltaPort)
  return table !== undefined && hasBatch(table.snapshot, checkpoint, batchId)
}

async function openOrCreate(
  storage: Storage,
  engine: RowEngine,
  { fields }: StructType,
): Promise<DeltaTable> {
  const columns = fields.map(({ name, dataType }) => ({ path: [name], dataType }))
  const open = () => createTable(storage, engine, { columns }, { mode: 'createIfNotExists' })
  try {
    return await open()
  } catch (error) {
    // Another flow, or another pipeline, has made it in the meantime.
    if (!isCondition(error, 'DELTA_PROTOCOL_CHANGED')) throw error
    return open()
  }
}

function storageOf({ path, tableName }: DeltaSink, { catalog, project }: UpdateRun): Storage {
  return localStorage(path === undefined ? catalog.locate(tableName!).folder : resolve(project.folder, path))
}

/** The batch's own session, which alone sees its rows. */
async function engineOf({ run, record, session }: Delivery): Promise<RowEngine> {
  const { timestampMicros } = record
  const engine = rowEngineOf(await run.engine.get(), { timestampMicros, ansi: isAnsi(record) })
  const lent = {
    rows: session.rows.bind(session),
    stream: session.stream.bind(session),
    stage: session.stage.bind(session),
    write: session.write.bind(session),
    close: async () => undefined,
  }
  return { ...engine, openSession: async () => lent }
}
