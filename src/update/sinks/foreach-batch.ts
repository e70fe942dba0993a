import type { EngineSession, Row, Staged } from '../../engine/engine.ts'
import { PipelineError } from '../../errors/index.ts'
import type { BatchHandler, BatchRow, SinkBatch } from '../../graph/sinks.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { StructType } from '../../types/data-type.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { UpdateRun } from '../run.ts'
import { unlessAborted } from '../update-stop.ts'
import type { Delivery } from './sink-output.ts'

const FORMAT: DurableFormat = { name: 'millrace.handed-over', version: 1 }

/** Calls the sink's function with a batch that has rows. Throws FOREACH_BATCH_USER_FUNCTION_ERROR with what it throws. */
export async function callHandler(delivery: Delivery): Promise<void> {
  const { run, flow, checkpoint, record, session, rows } = delivery
  if (rows.rowCount === 0n) return
  const handler = handlerOf(flow.target, run)
  // What the function does cannot be looked up: from here on it may have seen the rows.
  await run.storage.put(handedOverPath(checkpoint), encodeDurable(FORMAT, { batchId: record.batchId }))
  try {
    const called = async () => handler(new RowsOfBatch(flow.name, session, rows), record.batchId)
    await unlessAborted(called(), run.signal)
  } catch (cause) {
    run.signal.throwIfAborted()
    const reason = cause instanceof Error ? cause.message : String(cause)
    const parameters = { sink: flow.target, flow: flow.name, batchId: String(record.batchId), reason }
    throw new PipelineError('FOREACH_BATCH_USER_FUNCTION_ERROR', parameters, { cause })
  }
}

/** Whether a batch, or a later one, was given to the function. */
export async function wasHandedOver(
  { run, checkpoint }: Pick<Delivery, 'run' | 'checkpoint'>,
  batchId: number,
): Promise<boolean> {
  const path = handedOverPath(checkpoint)
  const bytes = await run.storage.read(path)
  if (bytes === undefined) return false
  return (decodeDurable(bytes, FORMAT, { storage: run.storage.name, path }).batchId as number) >= batchId
}

function handedOverPath({ folder }: Checkpoint): string {
  return `${folder}/handed-over.json`
}

function handlerOf(sink: string, { definitions, graph }: UpdateRun): BatchHandler {
  const { name } = graph.datasets.find((each) => each.identifier === sink)!
  const output = definitions.outputs.find((each) => each.kind === 'sink' && each.name[0] === name)
  if (output?.sink?.format === 'foreachBatch') return output.sink.handler
  throw new PipelineError('INTERNAL_ERROR', { detail: `sink ${sink} has no function` })
}

class RowsOfBatch implements SinkBatch {
  readonly flow: string
  readonly rowCount: bigint
  readonly schema: StructType
  readonly #session: EngineSession
  readonly #rows: Delivery['rows']

  constructor(flow: string, session: EngineSession, rows: Pick<Staged, 'scan' | 'rowCount'>) {
    this.flow = flow
    this.rowCount = rows.rowCount
    this.schema = rows.scan.schema
    this.#session = session
    this.#rows = rows
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BatchRow> {
    for await (const chunk of this.#session.stream(this.#rows.scan)) {
      for (const row of chunk) yield asObject(row, this.schema)
    }
  }

  toArray(): Promise<BatchRow[]> {
    return Array.fromAsync(this)
  }
}

function asObject(row: Row, { fields }: StructType): BatchRow {
  return Object.fromEntries(fields.map(({ name }, i) => [name, row[i]!]))
}
