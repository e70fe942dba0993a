import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'

const FORMAT: DurableFormat = { name: 'millrace.batch', version: 1 }

/** Everything that a replay of one micro-batch needs to give the same rows again. Written before the batch's work. */
export interface BatchRecord {
  /** 0, 1, 2, ... within one version of the checkpoint. */
  readonly batchId: number
  /** What the batch reads of each streaming source, in the order in which the query names them. */
  readonly sources: readonly SourceRange[]
  /** What the batch reads as it stands, by name: the version of a table, the listing of a folder. */
  readonly statics: Readonly<Record<string, unknown>>
  /** The batch's `current_timestamp()`, microseconds since the epoch. */
  readonly timestampMicros: bigint
  /** Rows with an earlier event time are late; microseconds since the epoch, undefined while there is none. */
  readonly watermarkMicros?: bigint
  /** Version of the flow's state that the batch starts from, for stateful queries. */
  readonly stateVersion?: number
  /** Settings that change what the query gives, as they were when the batch began. */
  readonly configuration: Readonly<Record<string, string>>
}

/** One source's part of a batch. `range` and `end` are the source's own JSON. */
export interface SourceRange {
  /** The source's name, to recognise a query that now reads others. */
  readonly source: string
  /** Undefined when this source has nothing new for the batch. */
  readonly range?: unknown
  /** Where the next batch starts; undefined while the source is empty. */
  readonly end?: unknown
}

/** The record as a durable file; microseconds are digits in a string. */
export function encodeBatch(record: BatchRecord): Uint8Array {
  const { timestampMicros, watermarkMicros, ...rest } = record
  return encodeDurable(FORMAT, {
    ...rest,
    timestampMicros: timestampMicros.toString(),
    watermarkMicros: watermarkMicros?.toString(),
  })
}

/** Throws UNSUPPORTED_FORMAT_VERSION and DAMAGED_FILE. */
export function decodeBatch(bytes: Uint8Array, place: { storage: string; path: string }): BatchRecord {
  const content = decodeDurable(bytes, FORMAT, place) as unknown as StoredBatch
  return {
    batchId: content.batchId,
    sources: content.sources,
    statics: content.statics,
    timestampMicros: BigInt(content.timestampMicros),
    ...(content.watermarkMicros !== undefined && { watermarkMicros: BigInt(content.watermarkMicros) }),
    ...(content.stateVersion !== undefined && { stateVersion: content.stateVersion }),
    configuration: content.configuration,
  }
}

type StoredBatch = Omit<BatchRecord, 'timestampMicros' | 'watermarkMicros'> & {
  readonly timestampMicros: string
  readonly watermarkMicros?: string
}
