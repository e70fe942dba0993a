import { PipelineError } from '../../errors/index.ts'
import type { Waiting } from '../source.ts'
import { type DeltaOffset, isBehind } from './delta-offset.ts'
import type { StreamFiles, StreamStep } from './stream-files.ts'

/** A batch that is planned: what it takes between two places. */
export interface PlannedBatch extends Waiting {
  readonly start: DeltaOffset
  readonly end: DeltaOffset
}

/**
 * What waits behind the batches of a stream. It is counted when a batch leaves files behind; those that follow take of it, so
 * that a stream which is behind looks through what waits once and not with every batch.
 */
export class Backlog {
  #last: { readonly place: string; readonly waiting: Waiting } | undefined

  /** The files behind a batch up to `until`, or up to a commit that the stream cannot take. */
  async behind({ start, end, files, bytes }: PlannedBatch, until: DeltaOffset, stream: StreamFiles) {
    if (!isBehind(until, end)) return { files: 0, bytes: 0 }
    const known = this.#last?.place === placeOf(start, until) ? this.#last.waiting : undefined
    const waiting: Waiting =
      known === undefined
        ? await sizeOf(stream.between(end, until))
        : { files: known.files - files, bytes: known.bytes - bytes }
    this.#last = { place: placeOf(end, until), waiting }
    return waiting
  }
}

function placeOf({ commit: _, ...offset }: DeltaOffset, until: DeltaOffset): string {
  return JSON.stringify([offset, until])
}

async function sizeOf(steps: AsyncIterable<StreamStep>): Promise<Waiting> {
  let [files, bytes] = [0, 0]
  try {
    for await (const { file } of steps) {
      if (file === undefined) continue
      files += 1
      bytes += file.file.size
    }
  } catch (error) {
    // The batch that comes to this commit fails with the same.
    if (!(error instanceof PipelineError)) throw error
  }
  return { files, bytes }
}
