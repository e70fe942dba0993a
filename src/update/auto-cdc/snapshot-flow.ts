import { type DataType, type StructType, struct } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import type { BatchOutput } from '../batch/batch-output.ts'
import { type BatchQueryOptions, runBatchQuery } from '../batch/batch-query.ts'
import { recoverBatch } from '../batch/recover-batch.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { FINGERPRINT, fingerprintOf } from '../flows/fingerprint.ts'
import { recomputeReason } from '../flows/recompute-reason.ts'
import { type FlowInputs, flowInputs, pinStatics, sameStatics } from '../inputs/flow-inputs.ts'
import { withTargetRules } from '../inputs/inline.ts'
import { inputFactory } from '../inputs/input-factory.ts'
import { type FlowOutcome, techniqueOf } from '../run.ts'
import { checkVersion } from './check-version.ts'
import { fitSnapshot, openSnapshotOutput, sequenceTypeOf } from './snapshot-output.ts'
import {
  type NextSnapshot,
  nextSnapshot,
  recordedSnapshot,
  type StoredVersion,
  versionOf,
} from './snapshot-source.ts'

/**
 * AUTO CDC FROM SNAPSHOT: each snapshot is compared with the target and applied as the change events that lie between. A
 * periodic one is taken when its inputs have changed; versioned ones one after the other, as long as there are any.
 */
export class SnapshotFlow {
  readonly #options: BatchQueryOptions
  /** For snapshots with the columns of the last one. */
  #output: BatchOutput | undefined
  #columns: StructType = struct([])
  #sequenceType: DataType | undefined
  /** The version that was taken last. */
  #last: StoredVersion | undefined
  #isReady = false
  #rowsWritten = 0n

  constructor(options: BatchQueryOptions) {
    this.#options = options
  }

  /** Takes all snapshots that there are. Throws what `checkVersion`, `fitSnapshot` and `openSnapshotOutput` throw. */
  async run(): Promise<FlowOutcome> {
    const { run, flow } = this.#options
    this.#rowsWritten = 0n
    if (!this.#isReady) await this.#recover()
    let taken = 0
    for (;;) {
      run.signal.throwIfAborted()
      if (run.stopping.aborted) break
      const snapshot = await nextSnapshot(this.#options, this.#last)
      if (snapshot === undefined || !(await this.#take(snapshot))) break
      taken += 1
      if (snapshot.version === undefined) break
    }
    const reason = taken === 0 ? 'no new snapshot' : null
    return { technique: taken === 0 ? 'NO_OP' : techniqueOf(flow), reason, rowsWritten: this.#rowsWritten }
  }

  /**
   * Ends the snapshot that a run before this one left unfinished. The source is asked anew for one of which nothing was
   * committed, and for one that a function has to give.
   */
  async #recover(): Promise<void> {
    const { latestBatch, latestCommitted } = this.#options.checkpoint
    if (latestBatch !== undefined && latestBatch.batchId !== latestCommitted) {
      this.#last = await this.#committedVersion()
      const recovered = await recoverBatch(this.#options, undefined, infoOf(latestBatch))
      const isBegun = recovered === 'begun'
      const snapshot = isBegun ? recordedSnapshot(this.#options, latestBatch, this.#last) : undefined
      if (snapshot !== undefined) await this.#apply(latestBatch, this.#inputsOf(snapshot))
      if (snapshot !== undefined || recovered === 'finished') this.#last = versionOf(latestBatch)
    } else this.#last = versionOf(latestBatch)
    this.#isReady = true
  }

  /** The version of the newest batch that is finished. */
  async #committedVersion(): Promise<StoredVersion | undefined> {
    const { checkpoint } = this.#options
    if (checkpoint.latestCommitted === undefined) return undefined
    const info = await checkpoint.committedInfo(checkpoint.latestCommitted)
    return info?.version as StoredVersion | undefined
  }

  /** False where the snapshot cannot differ from the one before. */
  async #take(snapshot: NextSnapshot): Promise<boolean> {
    const { flow, checkpoint } = this.#options
    const inputs = this.#inputsOf(snapshot)
    const statics = await pinStatics(inputs)
    const { version } = snapshot
    const configuration = {
      ...flow.configuration,
      [FINGERPRINT]: fingerprintOf(inputs.query, flow.snapshots!.spec, flow.configuration),
    }
    if (version === undefined && (await this.#isSame(inputs, { statics, configuration }))) return false
    const record: BatchRecord = {
      batchId: (checkpoint.latestBatch?.batchId ?? -1) + 1,
      sources: version === undefined ? [] : [{ source: 'snapshot', range: version, end: version }],
      statics,
      timestampMicros: this.#nextTime(),
      configuration,
    }
    await checkVersion(this.#options, record, await this.#typeOf(record), this.#last)
    await this.#apply(record, inputs)
    this.#last = version
    return true
  }

  /** The time of a batch is the version of a periodic snapshot: it goes on where the clock stands or steps back. */
  #nextTime(): bigint {
    const { run, checkpoint } = this.#options
    const now = run.clock.nowMicros()
    const last = checkpoint.latestBatch?.timestampMicros ?? 0n
    return now > last ? now : last + 1n
  }

  /** Whether a periodic snapshot has the rows that it had. */
  async #isSame(
    inputs: FlowInputs,
    { statics, configuration }: Pick<BatchRecord, 'statics' | 'configuration'>,
  ): Promise<boolean> {
    const { run, flow, checkpoint } = this.#options
    const { latestBatch, latestCommitted } = checkpoint
    if (latestBatch === undefined || latestBatch.batchId !== latestCommitted) return false
    if (latestBatch.configuration[FINGERPRINT] !== configuration[FINGERPRINT]) return false
    if (recomputeReason(withTargetRules(inputs.query, flow, run.graph)) !== null) return false
    return sameStatics(inputs, latestBatch.statics, statics)
  }

  #inputsOf({ query }: NextSnapshot): FlowInputs {
    const { run, checkpoint } = this.#options
    return flowInputs(query, inputFactory(run, checkpoint))
  }

  async #typeOf(record: BatchRecord): Promise<DataType> {
    this.#sequenceType ??= await sequenceTypeOf(this.#options, record)
    return this.#sequenceType
  }

  async #apply(record: BatchRecord, given: FlowInputs): Promise<void> {
    const { inputs, schema } = await fitSnapshot({ ...this.#options, inputs: given }, record)
    const options = { ...this.#options, inputs }
    if (this.#output === undefined || !sameType(schema, this.#columns)) {
      this.#output = await openSnapshotOutput(options, schema, await this.#typeOf(record))
      this.#columns = schema
    }
    const info = async () => infoOf(record)
    const written = await runBatchQuery(options, { record, output: this.#output, info })
    this.#rowsWritten += written
  }
}

/** The version is kept with the mark, too: the record of the batch before an unfinished one is not read. */
function infoOf(record: BatchRecord): Readonly<Record<string, unknown>> {
  const version = versionOf(record)
  return version === undefined ? {} : { version }
}
